//! Wasm from C, by Debian's clang: a module needs no library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::apt;
use crate::process::run;
use crate::repo::Repo;

/// A file of C that has no entry point and no library, only imports and exports.
const FLAGS: [&str; 6] =
    ["--target=wasm32", "-O2", "-ffreestanding", "-fno-builtin", "-nostdlib", "-Wl,--no-entry"];

/// Compiles one file; the module has its name.
pub fn compile(repo: &Repo, source: &str) -> Result<PathBuf> {
    apt::ensure(&["clang", "lld"], "building a module from C")?;
    let name = Path::new(source).file_stem().context("a source without a name")?;
    let module = repo.path("target/wasm/build").join(name).with_extension("wasm");
    let mut clang = Command::new("clang");
    clang.current_dir(repo.root()).args(FLAGS).args(["-Wall", "-Werror", "-o"]).arg(&module).arg(source);
    run(&mut clang)?;
    Ok(module)
}
