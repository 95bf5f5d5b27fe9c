//! What was counted, as text with one number column for each client; and the file in which it is expected.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

use crate::count::CallCounts;

/// One client.
pub struct Column {
    pub name: &'static str,
    pub tally: CallCounts,
}

/// How the line with the instructions begins.
const INSTRUCTIONS: &str = "instructions, about";

const HEAD: &str = "\
# What one client costs that is alone on an idle worker: calls between postscreen.wasm and its host, from its first
# packet until nothing is left to do for it. `cargo xtask test calls` compares, with `UPDATE=1` it writes.
# Not in it: counts that can wait (plugin/engine/src/worker/meter.rs), of the second client thirteen. They are told with
# the first thing that happens after ten seconds, once for all clients of that time.
";

/// The width of the names, and of each column of numbers.
const NAME: usize = 44;
const NUMBER: usize = 16;

/// Rows of numbers by name.
type Rows<'a> = BTreeMap<&'a str, Vec<u64>>;

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

/// The whole file. `instructions` stand in it as they are given.
fn render(columns: &[Column], instructions: &[u64]) -> String {
    let mut text = HEAD.to_owned();
    let heads: Vec<_> = columns.iter().map(|column| column.name.to_owned()).collect();
    let totals =
        |total: fn(&CallCounts) -> u64| columns.iter().map(|column| total(&column.tally)).collect::<Vec<_>>();

    let functions = rows(columns, CallCounts::by_function);
    line(&mut text, "\nhost functions", &heads);
    for (name, counts) in &functions {
        numbers(&mut text, name, counts);
    }
    numbers(&mut text, "all", &totals(CallCounts::total));

    let callbacks =
        rows(columns, |tally| tally.callbacks.iter().map(|(name, count)| (name.as_str(), *count)).collect());
    line(&mut text, "\ncallbacks", &heads);
    for (name, counts) in &callbacks {
        numbers(&mut text, name, counts);
    }
    numbers(&mut text, "all", &totals(|tally| tally.callbacks.values().sum()));

    line(&mut text, "\nhost functions by callback", &heads);
    for (name, counts) in rows(columns, CallCounts::by_callback) {
        numbers(&mut text, name, &counts);
        for (function, counts) in rows(columns, |tally| within(tally, name)) {
            numbers(&mut text, &format!("  {function}"), &counts);
        }
    }

    line(&mut text, "\nin the module", &heads);
    numbers(&mut text, "allocations for the host", &totals(|tally| tally.allocations));
    numbers(&mut text, INSTRUCTIONS, instructions);
    text
}

/// What was called in one callback.
fn within<'a>(tally: &'a CallCounts, callback: &str) -> BTreeMap<&'a str, u64> {
    let calls = tally.calls.iter().filter(|((place, _), _)| place == callback);
    calls.map(|((_, function), count)| (function.as_str(), *count)).collect()
}

/// The same count of every client side by side.
fn rows<'a>(columns: &'a [Column], count: impl Fn(&'a CallCounts) -> BTreeMap<&'a str, u64>) -> Rows<'a> {
    let counts: Vec<_> = columns.iter().map(|column| count(&column.tally)).collect();
    let names: BTreeSet<_> = counts.iter().flat_map(BTreeMap::keys).copied().collect();
    let row = |name| counts.iter().map(|count| count.get(name).copied().unwrap_or_default()).collect();
    names.into_iter().map(|name| (name, row(name))).collect()
}

fn numbers(text: &mut String, name: &str, counts: &[u64]) {
    let cell = |count: &u64| if *count == 0 { "-".to_owned() } else { count.to_string() };
    line(text, name, &counts.iter().map(cell).collect::<Vec<_>>());
}

fn line(text: &mut String, name: &str, cells: &[String]) {
    // A heading brings the empty line before it along, which takes no room.
    let width = NAME + usize::from(name.starts_with('\n'));
    let _ = write!(text, "{name:width$}");
    for cell in cells {
        let _ = write!(text, "{cell:>NUMBER$}");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests;
