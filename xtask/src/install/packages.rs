//! Packages from npm and pip, pinned in a list in the tree, in a folder of their own below target.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::debian;
use crate::process::{run, succeeds};

/// What has the list of what is in a folder.
const INSTALLED: &str = "installed";

/// What the package.json `wanted` names, installed with npm into `home`. `why` says what needs it.
pub fn npm(home: &Path, wanted: &Path, why: &str) -> Result<()> {
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(Command::new("npm").arg("--version")) {
        debian(&["nodejs", "npm"], why)?;
    }
    once(home, wanted, |home| {
        println!("    {why} needs packages: installing them into {} with npm", home.display());
        run(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(home))
    })
    .with_context(|| format!("{why} needs packages that cannot be had from npm"))
}

/// What the requirements.txt `wanted` names, installed with pip into a virtual environment in `home`.
pub fn pip(home: &Path, wanted: &Path, why: &str) -> Result<()> {
    once(home, wanted, |home| {
        println!("    {why} needs packages: installing them into {} with pip", home.display());
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            debian(&["python3-venv"], why)?;
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        let mut pip = Command::new(home.join("bin/python"));
        run(pip.args(["-m", "pip", "install", "--no-input", "--requirement"]).arg(wanted))
    })
    .with_context(|| format!("{why} needs packages that cannot be had from PyPI"))
}

/// Runs `into` on an empty directory `home`, unless the list of packages that was last installed there is the same.
fn once(home: &Path, wanted: &Path, into: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let name = wanted.file_name().context("a list of packages has a name")?;
    let text = fs::read_to_string(wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    if has(home, &text) {
        return Ok(());
    }
    anew(home, &text, |home| {
        // npm reads its list there.
        fs::write(home.join(name), &text)?;
        into(home)
    })
}

/// Whether everything on the list is in `home`, and nothing else.
pub(super) fn has(home: &Path, list: &str) -> bool {
    fs::read_to_string(home.join(INSTALLED)).is_ok_and(|installed| installed == list)
}

/// Empties `home` and runs `into` on it. The list stands for the whole only once everything else is in place.
pub(super) fn anew(home: &Path, list: &str, into: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::create_dir_all(home)?;
    into(home)?;
    Ok(fs::write(home.join(INSTALLED), list)?)
}

#[cfg(test)]
mod tests;
