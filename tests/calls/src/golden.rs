//! The file that is expected.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

use crate::table::{Column, INSTRUCTIONS, render};

/// Instructions within so many hundredths of the expected ones are the expected ones: another compiler makes others.
const TOLERANCE_PERCENT: u64 = 10;

/// Instructions are written down in steps of so many.
const INSTRUCTION_STEP: u64 = 100;

/// With this in the environment the file is written.
const UPDATE: &str = "UPDATE";

/// Compares with the file, or writes it.
pub fn check(path: &Path, columns: &[Column]) -> Result<()> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    let found = render(columns, &instructions(&expected, columns));
    if expected == found {
        return Ok(());
    }
    if env::var_os(UPDATE).is_some() {
        println!("{}", diff(&expected, &found));
        return fs::write(path, found).with_context(|| format!("cannot write {}", path.display()));
    }
    bail!(
        "other calls than in {} (`{UPDATE}=1 cargo xtask test calls` writes it):\n{}",
        path.display(),
        diff(&expected, &found)
    );
}

/// The instructions to write down: those in the file, as long as they are near enough.
fn instructions(expected: &str, columns: &[Column]) -> Vec<u64> {
    let row = expected.lines().find_map(|line| line.strip_prefix(INSTRUCTIONS)).unwrap_or_default();
    let mut before = row.split_whitespace().map(|cell| cell.parse().unwrap_or(0));
    let mut settle = |found: u64| match before.next() {
        Some(before) if found.abs_diff(before) * 100 <= before * TOLERANCE_PERCENT => before,
        _ => found.next_multiple_of(INSTRUCTION_STEP),
    };
    columns.iter().map(|column| settle(column.tally.fuel)).collect()
}

fn diff(expected: &str, found: &str) -> String {
    TextDiff::from_lines(expected, found).unified_diff().header("expected", "found").to_string()
}

#[cfg(test)]
mod tests;
