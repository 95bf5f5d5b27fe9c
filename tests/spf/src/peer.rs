//! pyspf, in a Python of its own.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::world::Case;

/// What `evaluate.py` writes.
#[derive(Debug, Deserialize)]
pub struct Said {
    /// Where pyspf is known to differ from RFC 7208.
    pub rules: BTreeMap<String, String>,
    /// One for each case.
    pub outcomes: Vec<PeerOutcome>,
}

/// What pyspf says about one case.
#[derive(Debug, Deserialize)]
pub struct PeerOutcome {
    pub result: String,
    /// Its own words for it.
    pub why: String,
    /// Which of the rules have come up.
    pub rules: Vec<String>,
}

/// Asks pyspf about all cases; they stay in a file for whoever wants to look.
pub fn ask(python: &Path, program: &Path, cases: &[Case], file: &Path) -> Result<Said> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, serde_json::to_vec_pretty(cases)?)?;
    let mut command = Command::new(python);
    command.arg(program).stdin(File::open(file)?).stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("cannot start {}", python.display()))?;
    ensure!(output.status.success(), "{}: {}", program.display(), output.status);
    let said: Said = serde_json::from_slice(&output.stdout).context("no answer that can be read")?;
    ensure!(said.outcomes.len() == cases.len(), "{} answers to {} cases", said.outcomes.len(), cases.len());
    Ok(said)
}
