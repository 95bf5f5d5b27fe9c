//! The hosts of other languages: what they need from npm and pip is installed into target/hosts, pinned.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Failed, TestCounts, run_counted};
use crate::install::packages;
use crate::process::{capture, run as run_command};
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
    let home = repo.path("target/hosts/node");
    packages::npm(&home, &repo.path(NODE).join("package.json"), "the host in Node.js")?;
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
    require_python()?;
    let home = repo.path("target/hosts/python");
    packages::pip(&home, &repo.path(PYTHON).join("requirements.txt"), "the host in Python")?;
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
