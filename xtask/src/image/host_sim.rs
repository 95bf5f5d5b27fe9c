//! What is in the image of host-sim below the module: the program, and the shared libraries that it was linked with.
//!
//! Not a static program: so a program of any build can be packed, the suite's own as well as the one that is shipped,
//! and names are looked up by a C library that is whole.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::layer::{Layer, LayerEntry};
use crate::process::{capture, run};
use crate::repo::Repo;

/// Where the program is in the image.
pub const PROGRAM: &str = "host-sim";

/// Builds the program as it is shipped, in a target directory of its own, because its flags are its own.
pub fn build(repo: &Repo) -> Result<PathBuf> {
    let directory = repo.path("target/image/build");
    let mut cargo = repo.cargo();
    cargo.args(["build", "--release", "--package", "host-sim", "--bin", "host-sim", "--target-dir"]);
    cargo.arg(&directory);
    let mut flags = repo.remapped_paths();
    flags.push("-Cstrip=symbols".into());
    // In place of whatever flags are set. In this variable they may have spaces.
    cargo
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsString::from("\x1f").as_os_str()));
    run(&mut cargo)?;
    Ok(directory.join("release/host-sim"))
}

/// The libraries in one layer and the program in the next: the former change with the system that it is built on, and
/// nodes need not fetch them for every version of the program.
pub fn layers(program: &Path, time: u32) -> Result<[Layer; 2]> {
    let libraries = libraries(program)?
        .into_iter()
        .map(|library| Ok((library.trim_start_matches('/').to_owned(), LayerEntry::Program(read(&library)?))))
        .collect::<Result<Vec<_>>>()?;
    let program = LayerEntry::Program(read(program)?);
    Ok([Layer::pack(libraries, time)?, Layer::pack([(PROGRAM.to_owned(), program)], time)?])
}

/// The shared libraries that a program needs, the loader among them, by the paths where it looks for them.
fn libraries(program: &Path) -> Result<Vec<String>> {
    let mut ldd = Command::new("ldd");
    // What is found only by this would not be found in the image.
    ldd.arg(program).env_remove("LD_LIBRARY_PATH").env_remove("LD_PRELOAD");
    listed(&capture(&mut ldd)?)
}

/// Reads `NAME => PATH (ADDRESS)` and `PATH (ADDRESS)`. What has no path is the kernel's.
fn listed(ldd: &str) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for line in ldd.lines() {
        if line.ends_with("not found") {
            bail!("the program does not run here: {}", line.trim());
        }
        paths.extend(line.split_whitespace().find(|word| word.starts_with('/')).map(str::to_owned));
    }
    Ok(paths)
}

fn read(file: impl AsRef<Path>) -> Result<Vec<u8>> {
    let file = file.as_ref();
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests;
