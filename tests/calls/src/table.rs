//! What was counted, as text with one number column for each client.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::count::Tally;

/// One client.
pub struct Column {
    pub name: &'static str,
    pub tally: Tally,
}

/// How the line with the instructions begins.
pub const INSTRUCTIONS: &str = "instructions, about";

const HEAD: &str = "\
# What one client costs that is alone on an idle worker: calls between postscreen.wasm and its host, from its first
# packet until nothing is left to do for it. `cargo xtask test calls` compares, with `UPDATE=1` it writes.
";

/// The width of the names, and of each column of numbers.
const NAME: usize = 44;
const NUMBER: usize = 16;

/// Rows of numbers by name.
type Rows<'a> = BTreeMap<&'a str, Vec<u64>>;

/// The whole file. `instructions` stand in it as they are given.
pub fn render(columns: &[Column], instructions: &[u64]) -> String {
    let mut text = HEAD.to_owned();
    let heads: Vec<_> = columns.iter().map(|column| column.name.to_owned()).collect();
    let totals =
        |total: fn(&Tally) -> u64| columns.iter().map(|column| total(&column.tally)).collect::<Vec<_>>();

    let functions = rows(columns, Tally::by_function);
    line(&mut text, "\nhost functions", &heads);
    for (name, counts) in &functions {
        numbers(&mut text, name, counts);
    }
    numbers(&mut text, "all", &totals(Tally::total));

    let callbacks =
        rows(columns, |tally| tally.callbacks.iter().map(|(name, count)| (name.as_str(), *count)).collect());
    line(&mut text, "\ncallbacks", &heads);
    for (name, counts) in &callbacks {
        numbers(&mut text, name, counts);
    }
    numbers(&mut text, "all", &totals(|tally| tally.callbacks.values().sum()));

    line(&mut text, "\nhost functions by callback", &heads);
    for (name, counts) in rows(columns, Tally::by_callback) {
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
fn within<'a>(tally: &'a Tally, callback: &str) -> BTreeMap<&'a str, u64> {
    let calls = tally.calls.iter().filter(|((place, _), _)| place == callback);
    calls.map(|((_, function), count)| (function.as_str(), *count)).collect()
}

/// The same count of every client side by side.
fn rows<'a>(columns: &'a [Column], count: impl Fn(&'a Tally) -> BTreeMap<&'a str, u64>) -> Rows<'a> {
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
