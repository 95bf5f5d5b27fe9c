//! What a compiler leaves, made smaller and a little faster by Debian's wasm-opt. And will Envoy load it? The module's
//! size, exports and imports, checked before any Envoy is started.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{fmt, fs};

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{Parser, Payload};

use crate::install;
use crate::process::{capture, run, succeeds};

/// Budget for postscreen.wasm, in bytes. A `ConfigMap` of Kubernetes, where many keep it, holds 1 MiB with all that is
/// in it; and Envoy compiles the module once per worker and holds the code that long. Within that, time is dearer than
/// size: a module that is a third larger takes two fifths fewer instructions for every client (`[profile.wasm]` in the
/// workspace's `Cargo.toml` has the figures).
pub const MODULE_BYTES_MAX: usize = 800_000;

/// The export by which the host knows which Proxy-Wasm ABI the module speaks.
const ABI: &str = "proxy_abi_version_0_2_1";

/// The WASI functions of Envoy up to 1.38. It refuses a module that imports any other.
const WASI_FUNCTIONS: [&str; 18] = [
    "args_get",
    "args_sizes_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_close",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_read",
    "fd_seek",
    "fd_write",
    "path_open",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
];

/// What a module that passed looks like.
#[derive(Debug, PartialEq)]
pub struct ModuleSummary {
    bytes: usize,
    proxy_imports: usize,
    wasi_imports: Vec<String>,
}

/// Checks a module against the budget and against what Envoy offers. Says everything that is wrong, not only the first.
pub fn check(bytes: &[u8]) -> Result<ModuleSummary> {
    let links = Links::read(bytes)?;
    let mut problems = links.problems();
    if bytes.len() > MODULE_BYTES_MAX {
        problems.push(format!("{} bytes are over the budget of {MODULE_BYTES_MAX}", bytes.len()));
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let (proxy, wasi): (Vec<_>, Vec<_>) =
        links.imports.into_iter().partition(|import| import.module == "env");
    let wasi_imports = wasi.into_iter().map(|import| import.name).collect();
    Ok(ModuleSummary { bytes: bytes.len(), proxy_imports: proxy.len(), wasi_imports })
}

impl fmt::Display for ModuleSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, proxy_imports, wasi_imports } = self;
        let wasi = if wasi_imports.is_empty() { "no WASI".to_owned() } else { wasi_imports.join(" ") };
        write!(f, "{bytes} bytes of {MODULE_BYTES_MAX}; imports {proxy_imports} proxy_* functions, {wasi}")
    }
}

/// What ties a module to its host.
#[derive(Default)]
struct Links {
    exports: Vec<String>,
    imports: Vec<Import>,
}

struct Import {
    module: String,
    name: String,
}

impl Links {
    fn read(bytes: &[u8]) -> Result<Self> {
        let mut links = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding, .. } => {
                    ensure!(
                        encoding == wasmparser::Encoding::Module,
                        "a component, where a core module is needed"
                    );
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        links.imports.push(Import { module: import.module.into(), name: import.name.into() });
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        links.exports.push(export?.name.into());
                    }
                }
                _ => {}
            }
        }
        Ok(links)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self.imports.iter().filter_map(Import::problem).collect();
        if !self.exports.iter().any(|export| export == ABI) {
            problems.push(format!("does not export {ABI}: no host can tell that it speaks Proxy-Wasm 0.2.1"));
        }
        problems
    }
}

impl Import {
    fn problem(&self) -> Option<String> {
        let Self { module, name } = self;
        match module.as_str() {
            "env" if name.starts_with("proxy_") => None,
            "env" => Some(format!("imports env.{name}: from env, hosts offer only proxy_* functions")),
            "wasi_snapshot_preview1" if WASI_FUNCTIONS.contains(&name.as_str()) => None,
            "wasi_snapshot_preview1" => Some(format!(
                "imports {module}.{name}: Envoy up to 1.38 does not have it and refuses the module"
            )),
            _ => Some(format!("imports {module}.{name}: hosts offer only env and wasi_snapshot_preview1")),
        }
    }
}

/// The program, of package binaryen. Version 108 is Debian 12's.
const PROGRAM: &str = "wasm-opt";

/// What it aims at. Measured with opt-level 3: `-O3` leaves 397,863 of 445,937 bytes, `-Oz` 392,975, and both save two
/// hundredths of the instructions that a client takes.
const LEVEL: &str = "-O3";

/// What the compiler uses beyond the first version of WebAssembly. wasm-opt refuses a module that uses more than it is
/// told, so a new compiler that does says so here.
const FEATURES: [&str; 4] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
];

/// Makes the module at `built` smaller. Returns where the result is: beside it, with the version of the program in its
/// name. What is newer than `built` is left as it is.
pub fn optimise(built: &Path) -> Result<PathBuf> {
    if !succeeds(Command::new(PROGRAM).arg("--version")) {
        install::debian(&["binaryen"], "a module without needless instructions")?;
    }
    // `wasm-opt version 108`, and on some builds a commit behind it.
    let version = capture(Command::new(PROGRAM).arg("--version"))?;
    let number = version.split_whitespace().nth(2).unwrap_or("unknown");
    let optimised = built.with_extension(format!("{number}{LEVEL}.wasm"));
    if is_stale(&optimised, built)? {
        println!("    {version}, {LEVEL}");
        let mut program = Command::new(PROGRAM);
        program.args(FEATURES).arg(LEVEL).arg(built).arg("--output").arg(&optimised);
        run(&mut program)?;
    }
    Ok(optimised)
}

/// Whether `result` is not there, or older than what it is made from. Of the same moment counts as older.
fn is_stale(result: &Path, source: &Path) -> Result<bool> {
    Ok(modified(result)? <= modified(source)?)
}

/// When the file was written; `None` when there is none.
fn modified(path: &Path) -> Result<Option<SystemTime>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.modified()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

#[cfg(test)]
mod tests;
