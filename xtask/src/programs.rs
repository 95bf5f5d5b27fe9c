//! The programs of the tree that other tasks run.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::run;
use crate::repo::Repo;

/// Builds all of them, with the features that `cargo test` builds them with.
///
/// One by one (`--package`) each would get another set of features of the crates that they share, and the Wasm runtime
/// alone takes minutes every time that it is compiled anew.
pub fn build(repo: &Repo) -> Result<()> {
    run(repo.cargo().args(["build", "--all-targets"]))
}

/// A program that [`build`] has built.
pub fn command(repo: &Repo, name: &str) -> Command {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| repo.path("target"), PathBuf::from);
    let mut command = Command::new(target.join("debug").join(name));
    command.current_dir(repo.root());
    command
}
