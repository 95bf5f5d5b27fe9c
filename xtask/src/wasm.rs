//! `cargo xtask wasm`: the shells of the plugin become postscreen.wasm and postscreen.component.wasm in target/wasm.

mod module;
mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::install;
use crate::process::run;
use crate::repo::Repo;
use module::optimise;
use toolchain::{Toolchain, WasmTarget};

/// A file of C that has no entry point and no library, only imports and exports.
const FLAGS: [&str; 6] =
    ["--target=wasm32", "-O2", "-ffreestanding", "-fno-builtin", "-nostdlib", "-Wl,--no-entry"];

/// Builds both files, checks them, and puts them where the suites look for them.
pub fn build(repo: &Repo) -> Result<()> {
    build_module(repo)?;
    build_component(repo)
}

/// Builds only what Envoy and host-sim load.
pub fn build_module(repo: &Repo) -> Result<()> {
    let built = optimise(&compile(repo, WasmTarget::Wasip1, "postscreen-proxy-wasm", "postscreen")?)?;
    let bytes = read(&built)?;
    let summary =
        module::check(&bytes).with_context(|| format!("Envoy could not use {}", built.display()))?;
    publish(&repo.module(), &bytes)?;
    println!("    target/wasm/postscreen.wasm: {summary}");
    Ok(())
}

/// Builds what the conformance suite loads: the probes, and the filters that know nothing of this project.
pub fn build_probes(repo: &Repo) -> Result<()> {
    let probes = compile(repo, WasmTarget::Unknown, "postscreen-probes", "probes")?;
    let rust = compile(repo, WasmTarget::Wasip1, "third-party-tcp-routing", "tcp_routing")?;
    let c = compile_c(repo, "tests/third-party/c/greeter.c")?;
    for built in [probes, rust, c] {
        let bytes = read(&built)?;
        let name = built.file_name().context("a module without a name")?;
        publish(&repo.path("target/wasm").join(name), &bytes)?;
        println!("    target/wasm/{}: {} bytes", name.display(), bytes.len());
    }
    Ok(())
}

fn build_component(repo: &Repo) -> Result<()> {
    let built = compile(repo, WasmTarget::Unknown, "postscreen-component", "postscreen_component")?;
    let mut encoder = repo.cargo();
    encoder.args(["run", "--package", "component-encoder", "--"]).arg(built).arg(repo.component());
    run(&mut encoder)
}

fn read(built: &Path) -> Result<Vec<u8>> {
    fs::read(built).with_context(|| format!("cargo left no module at {}", built.display()))
}

/// The same bytes keep the same modification time: what was compiled from them elsewhere stays valid.
fn publish(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).ok().as_deref() != Some(bytes) {
        fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn compile(repo: &Repo, target: WasmTarget, package: &str, library: &str) -> Result<PathBuf> {
    let toolchain = Toolchain::find(repo, target)?;
    println!("    {package} for {target}: {toolchain}");
    // A target directory of its own: the fallback is another compiler, and two compilers in one directory would
    // throw away each other's work at every turn.
    let directory = repo.path("target/wasm/build");
    let mut cargo = repo.cargo();
    cargo.args(["build", "--package", package, "--lib", "--profile", "wasm", "--target", target.name()]);
    cargo.arg("--target-dir").arg(&directory);
    toolchain.apply(&mut cargo, repo, target);
    run(&mut cargo)?;
    Ok(directory.join(target.name()).join(format!("wasm/{library}.wasm")))
}

/// Compiles one file of C with Debian's clang; the module has its name.
fn compile_c(repo: &Repo, source: &str) -> Result<PathBuf> {
    install::debian(&["clang", "lld"], "building a module from C")?;
    let name = Path::new(source).file_stem().context("a source without a name")?;
    let module = repo.path("target/wasm/build").join(name).with_extension("wasm");
    let mut clang = Command::new("clang");
    clang.current_dir(repo.root()).args(FLAGS).args(["-Wall", "-Werror", "-o"]).arg(&module).arg(source);
    run(&mut clang)?;
    Ok(module)
}
