//! The hosts of other languages: what they need from npm and pip is installed into target/hosts, pinned.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Failed, TestCounts, run_counted};
use crate::install;
use crate::process::{capture, run as run_command, succeeds};
use crate::repo::Repo;

/// The examples in the tree.
const NODE: &str = "examples/hosts/node";
const PYTHON: &str = "examples/hosts/python";
/// `asyncio.timeout` came with it.
const PYTHON_MIN: (u32, u32) = (3, 11);

/// Both hosts, one after the other.
pub fn run(repo: &Repo) -> Result<TestCounts, Failed> {
    repo.build_programs()?;
    let mut total = TestCounts::default();
    for host in both(repo)? {
        let mut suite = repo.program("hosts-suite");
        total += run_counted(suite.args(host)).map_err(|failed| failed.after(total))?;
    }
    Ok(total)
}

/// Both hosts, ready to run: what each is called, its program and its first arguments.
pub fn both(repo: &Repo) -> Result<[Vec<OsString>; 2]> {
    Ok([node(repo)?, python(repo)?])
}

/// `screen.mjs` and the component as jco transpiles it.
fn node(repo: &Repo) -> Result<Vec<OsString>> {
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(Command::new("npm").arg("--version")) {
        install::debian(&["nodejs", "npm"], "the host in Node.js")?;
    }
    let home = repo.path("target/hosts/node");
    let wanted = repo.path(NODE).join("package.json");
    install(&home, &wanted, |home| {
        println!("    the host in Node.js needs jco: installing it into target/hosts/node with npm");
        run_command(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(home))
    })
    .context("jco cannot be had from npm")?;
    let screen = home.join("screen");
    let mut jco = Command::new(home.join("node_modules/.bin/jco"));
    jco.arg("transpile")
        .arg(repo.component())
        .args(["--quiet", "--name", "screen", "--out-dir"])
        .arg(&screen);
    run_command(&mut jco)?;
    let program = repo.path(NODE).join("screen.mjs");
    Ok(vec!["node".into(), "node".into(), program.into(), screen.join("screen.js").into()])
}

/// `screen.py`, in a virtual environment of its own.
fn python(repo: &Repo) -> Result<Vec<OsString>> {
    let home = repo.path("target/hosts/python");
    let wanted = repo.path(PYTHON).join("requirements.txt");
    install(&home, &wanted, |home| {
        println!("    the host in Python needs wasmtime: installing it into target/hosts/python with pip");
        require_python()?;
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            install::debian(&["python3-venv"], "installing wasmtime with pip")?;
        }
        run_command(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        let mut pip = Command::new(home.join("bin/python"));
        run_command(pip.args(["-m", "pip", "install", "--no-input", "--requirement"]).arg(&wanted))
    })
    .context("wasmtime cannot be had from PyPI")?;
    let program = repo.path(PYTHON).join("screen.py");
    Ok(vec!["python".into(), home.join("bin/python").into(), program.into(), repo.component().into()])
}

fn require_python() -> Result<()> {
    let version = "import sys; print(*sys.version_info[:2])";
    let version = capture(Command::new("python3").args(["-c", version])).context("there is no python3")?;
    let number = |word: Option<&str>| word.and_then(|word| word.parse().ok()).unwrap_or(0);
    let mut words = version.split(' ');
    let found = (number(words.next()), number(words.next()));
    let (major, minor) = PYTHON_MIN;
    ensure!(found >= PYTHON_MIN, "python3 is {}.{}: expected {major}.{minor} or newer", found.0, found.1);
    Ok(())
}

/// Runs `into` on an empty directory `home`, unless the list of packages that was last installed there is the same.
fn install(home: &Path, wanted: &Path, into: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
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
    into(home)?;
    Ok(fs::write(done, text)?)
}

#[cfg(test)]
mod tests;
