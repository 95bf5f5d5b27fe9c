//! Debian's wasm-opt: what a compiler leaves can be made smaller and a little faster.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::install;
use crate::process::{capture, run, succeeds};

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
