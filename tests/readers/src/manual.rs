//! Commands in docs/: run as they stand there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The text in single quotes behind this word of a page.
pub fn quoted_after<'a>(page: &'a str, word: &str) -> Result<&'a str> {
    let quoted = page.split_once(&format!("{word}'")).and_then(|(_, rest)| rest.split_once('\''));
    Ok(quoted.with_context(|| format!("the page has no {word}'…'"))?.0)
}

/// What sed(1) makes of a file.
pub fn sed(options: &str, script: &str, file: &Path) -> Result<String> {
    output(Command::new("sed").arg(options).arg(script).arg(file))
}

/// What a program writes.
pub fn output(program: &mut Command) -> Result<String> {
    let output = program.output().with_context(|| format!("cannot start {program:?}"))?;
    let trouble = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program:?}: {}: {trouble}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests;
