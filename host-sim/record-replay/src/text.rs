//! The comparison for a terminal: totals first, then who fares otherwise, then lists, tests and time.

use crate::compare::{Comparison, Group, GroupSums};
use crate::read::Reading;
use crate::tables::{self, ColumnKind, Table};
use crate::words::{clients, number, policies, records, span, span_of};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table as Drawing};

/// How many clients of a group stand in the text. JSON and the page have more.
pub const CLIENTS_PRINTED_MAX: usize = 20;
/// How many parts of the time stand in the text. JSON and the page have more.
const PARTS_PRINTED_MAX: usize = 30;

/// The whole text.
pub fn text(comparison: &Comparison, reading: &Reading) -> String {
    let mut parts = vec![head(comparison, reading), draw(&tables::ends(comparison))];
    if comparison.is_replay() {
        parts.push(totals(comparison));
    }
    parts.extend(comparison.groups.iter().map(|(group, sums)| self::group(group, sums)));
    let hours = comparison.hours.in_parts(PARTS_PRINTED_MAX);
    for (title, table) in [
        ("verdicts".to_owned(), tables::fates(comparison)),
        ("lists".to_owned(), tables::lists(comparison)),
        ("tests".to_owned(), tables::tests(comparison)),
        (format!("over time, by {}", span_of(hours.width())), tables::hours(comparison, &hours)),
    ] {
        if !table.rows.is_empty() {
            parts.push(format!("{title}\n{}", indented(&draw(&table))));
        }
    }
    parts.join("\n\n") + "\n"
}

/// What was read, and from when.
fn head(comparison: &Comparison, reading: &Reading) -> String {
    let mut lines = vec![format!("{}{}", clients(comparison.clients), span(comparison))];
    lines.push(format!("{} in {} lines", records(reading.records), number(reading.lines)));
    lines.extend(policies(comparison));
    lines.join("\n")
}

/// How many fare otherwise, and of how many that is not certain.
fn totals(comparison: &Comparison) -> String {
    let otherwise = comparison.otherwise();
    let same = comparison.clients.saturating_sub(otherwise);
    let mut lines =
        vec![format!("{} fare the same", clients(same)), format!("{} fare otherwise", clients(otherwise))];
    for (group, sums) in comparison.groups.iter() {
        lines.push(format!("    {}{}", of_group(group, sums), perhaps(sums.doubtful)));
    }
    if comparison.doubtful > 0 {
        lines.push(format!(
            "of {} it is not certain: their records do not say enough",
            clients(comparison.doubtful)
        ));
    }
    lines.join("\n")
}

fn group(group: Group, sums: &GroupSums) -> String {
    let shown = sums.first.get(..CLIENTS_PRINTED_MAX).unwrap_or(&sums.first);
    let rest = sums.clients.saturating_sub(shown.len() as u64);
    let more = if rest > 0 { format!("\n    and {}", more(rest)) } else { String::new() };
    format!(
        "{}{}\n{}\n\n{}{more}",
        of_group(group, sums),
        perhaps(sums.doubtful),
        indented(&draw(&tables::changes(sums))),
        indented(&draw(&tables::clients(shown))),
    )
}

fn of_group(group: Group, sums: &GroupSums) -> String {
    format!("{}: {}", group.title(), clients(sums.clients))
}

fn perhaps(doubtful: u64) -> String {
    if doubtful == 0 { String::new() } else { format!(", {} of them doubtful", number(doubtful)) }
}

fn more(count: u64) -> String {
    if count == 1 { "one more".to_owned() } else { format!("{} more", number(count)) }
}

pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// A table of text, without lines.
pub(crate) fn draw(table: &Table) -> String {
    let mut drawing = Drawing::new();
    drawing.load_style(NOTHING);
    if !table.columns.is_empty() {
        drawing.set_header(table.columns.iter().map(|column| column.name));
    }
    for (index, column) in table.columns.iter().enumerate() {
        if column.kind == ColumnKind::Number
            && let Some(column) = drawing.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in &table.rows {
        drawing.add_row(row);
    }
    drawing.trim_fmt()
}
