//! The programs of the tree that other tasks run.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::run;
use crate::repo::Repo;

/// Builds all of them, with the features that `cargo test` builds them with.
pub fn build(repo: &Repo) -> Result<()> {
    run(repo.cargo().args(["build", "--all-targets"]))
}

/// Builds one of them and what it needs, nothing else; what [`build`] needs of it later is not compiled again.
///
/// That is so because no package is named: features are those of all default members, and tests/features sees to it
/// that tests do not ask for others. With `--package` the program would get a set of features of its own in the crates
/// that it shares with others, and the Wasm runtime alone takes minutes every time that it is compiled anew.
pub fn build_only(repo: &Repo, name: &str) -> Result<()> {
    run(repo.cargo().args(["build", "--bin", name]))
}

/// A program that [`build`] has built.
pub fn command(repo: &Repo, name: &str) -> Command {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| repo.path("target"), PathBuf::from);
    let mut command = Command::new(target.join("debug").join(name));
    command.current_dir(repo.root());
    command
}
