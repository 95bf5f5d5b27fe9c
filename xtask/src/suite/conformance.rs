//! `cargo xtask conformance`, and the step of the same name: host-sim against a real Envoy.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::tally::{Failed, Tally, run_counted};
use crate::envoy::{OLDER_LINES, ensure_envoy, ensure_version};
use crate::repo::Repo;
use crate::{apt, process, programs, wasm};

/// The step: everything, in the Envoy that the tests speak for.
pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    prepare(repo)?;
    let envoy = ensure_envoy(repo)?;
    run_counted(&mut suite(repo, &envoy))
}

/// The task of its own: what the arguments say; `all_versions` plays it in the older Envoys as well.
pub fn task(repo: &Repo, all_versions: bool, arguments: &[String]) -> Result<()> {
    wasm::build_module(repo)?;
    prepare(repo)?;
    let envoy = ensure_envoy(repo)?;
    process::run(suite(repo, &envoy).args(arguments))?;
    // One line that differs does not hide the next.
    let mut differ = Vec::new();
    for (line, version) in if all_versions { &OLDER_LINES[..] } else { &[] } {
        let envoy = ensure_version(repo, version)?;
        println!("\n==> Envoy {version}");
        let mut suite = suite(repo, &envoy);
        if let Err(error) = process::run(suite.args(["--profile", &format!("envoy-{line}")]).args(arguments))
        {
            differ.push(format!("Envoy {version}: {error:#}"));
        }
    }
    ensure!(differ.is_empty(), "{}", differ.join("; "));
    Ok(())
}

fn prepare(repo: &Repo) -> Result<()> {
    apt::ensure(&["unbound", "rbldnsd"], "the conformance suite")?;
    wasm::build_probes(repo)?;
    programs::build(repo)
}

fn suite(repo: &Repo, envoy: &Path) -> Command {
    let mut suite = programs::command(repo, "conformance-suite");
    suite.arg("--envoy").arg(envoy);
    suite
}
