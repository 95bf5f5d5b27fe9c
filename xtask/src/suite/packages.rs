//! What npm and pip install into target: lists of packages in the tree, pinned.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::install;
use crate::process::{run, succeeds};
use crate::repo::Repo;

/// Runs `npm install` in the folder `home` for the list `wanted`, a package.json, both of the tree. `why` says what
/// needs `what`.
pub fn npm(repo: &Repo, home: &str, wanted: &str, what: &str, why: &str) -> Result<PathBuf> {
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(Command::new("npm").arg("--version")) {
        install::debian(&["nodejs", "npm"], why)?;
    }
    let path = repo.path(home);
    into(&path, &repo.path(wanted), |path| {
        println!("    {why} needs {what}: installing it into {home} with npm");
        run(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(path))
    })
    .with_context(|| format!("{what} cannot be had from npm"))?;
    Ok(path)
}

/// Makes a virtual environment in `home` with the list `wanted`, a requirements.txt.
pub fn pip(repo: &Repo, home: &str, wanted: &str, what: &str, why: &str) -> Result<PathBuf> {
    let (path, list) = (repo.path(home), repo.path(wanted));
    into(&path, &list, |path| {
        println!("    {why} needs {what}: installing it into {home} with pip");
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            install::debian(&["python3-venv"], why)?;
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(path))?;
        let mut pip = Command::new(path.join("bin/python"));
        run(pip.args(["-m", "pip", "install", "--no-input", "--requirement"]).arg(&list))
    })
    .with_context(|| format!("{what} cannot be had from PyPI"))?;
    Ok(path)
}

/// Runs `install` on an empty directory `home`, unless the list that was last installed there is the same.
fn into(home: &Path, wanted: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let name = wanted.file_name().context("a list of packages has a name")?;
    // npm reads its list there; it stands for the whole only once everything else is in place.
    let (list, done) = (home.join(name), home.join("installed"));
    let text = fs::read_to_string(wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::create_dir_all(home)?;
    fs::write(list, &text)?;
    install(home)?;
    Ok(fs::write(done, text)?)
}

#[cfg(test)]
mod tests;
