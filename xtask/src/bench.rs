//! `cargo xtask bench`: what a client costs, beside Debian's postscreen and beside a plain Envoy.

use std::process::Command;

use anyhow::Result;

use crate::envoy::ensure_envoy;
use crate::process::{capture, run};
use crate::repo::Repo;
use crate::suite::parity::UNCONFIGURED;
use crate::{apt, programs, wasm};

/// Installs the peers, builds the module and the load, and measures.
pub fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    apt::ensure_with(&["postfix", "iproute2", "unbound"], &[UNCONFIGURED], "the benchmark")?;
    let envoy = ensure_envoy(repo)?;
    println!("==> building what is measured, and the clients");
    wasm::build_module(repo)?;
    // This one program, from crates built as every other task builds them. Cargo.toml has the clients optimised.
    run(repo.cargo().args(["build", "--bin", "bench-suite"]))?;
    let mut suite = programs::command(repo, "bench-suite");
    suite.arg("--envoy").arg(envoy);
    // Without git, as in an archive of the sources, the hash of the module has to do.
    if let Ok(revision) =
        capture(Command::new("git").current_dir(repo.root()).args(["describe", "--always", "--dirty"]))
    {
        suite.args(["--revision", &revision]);
    }
    run(suite.args(arguments))
}
