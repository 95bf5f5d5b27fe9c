//! Debian's pflogsumm: what its report says.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Most lines of a section that are read.
const SECTION_LINES_MAX: usize = 50;

/// The report on one log.
pub struct PflogsummReport(String);

impl PflogsummReport {
    /// Runs pflogsumm on the file.
    pub fn on(log: &Path) -> Result<Self> {
        let output = Command::new("pflogsumm").arg(log).output().context("cannot start pflogsumm")?;
        let trouble = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pflogsumm: {}: {trouble}", output.status);
        Ok(Self(String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// The number in front of a name in the grand totals.
    pub fn total(&self, name: &str) -> Result<u64> {
        let line = self.0.lines().find(|line| line.split_whitespace().nth(1) == Some(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.with_context(|| format!("no total of {name} in:\n{}", self.0))?.parse()?)
    }

    /// The lines of the section with this heading, blanks at their ends left out. A section without content, whose
    /// heading has `: none` behind it, is an error.
    pub fn section(&self, heading: &str) -> Result<Vec<&str>> {
        let mut lines = self.0.lines().skip_while(|line| *line != heading).skip(1).peekable();
        ensure!(lines.peek().is_some(), "no section {heading} in:\n{}", self.0);
        // A rule of hyphens stands under the heading, and an empty line behind the section.
        Ok(lines.skip(1).take(SECTION_LINES_MAX).map(str::trim).take_while(|line| !line.is_empty()).collect())
    }
}

#[cfg(test)]
mod tests;
