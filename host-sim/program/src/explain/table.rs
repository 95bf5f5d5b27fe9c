//! An explanation for people.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use postscreen_engine::Record;
use postscreen_engine::explain::List;

use super::{Told, words};

/// A paragraph for each of: who it is, the tests, the lists, the verdict.
pub(super) fn render(told: &Told<'_>) -> String {
    let mut parts = vec![who(told), tests(told)];
    if !told.explanation.lists.is_empty() {
        parts.push(lists(&told.explanation.lists));
        parts.push(words::score(told));
    }
    let mut verdict = vec![words::verdict(told)];
    let reply = told.explanation.outcome.reply.as_deref().unwrap_or_default();
    verdict.extend(reply.lines().map(|line| format!("    {line}")));
    verdict.extend(words::notes(told));
    if let Some(record) = told.explanation.outcome.remembered {
        verdict.push(format!("Remembered: {}", stamps(record)));
    }
    parts.push(verdict.join("\n"));
    parts.join("\n\n")
}

fn who(told: &Told<'_>) -> String {
    let explanation = &told.explanation;
    let mut table = table();
    table.add_row(["client", &explanation.client.to_string()]);
    if let Some(server) = told.case.server {
        let allowed = if explanation.interface_allowed { "in" } else { "not in" };
        table.add_row(["server", &format!("{server}, {allowed} allowlist_interfaces")]);
    }
    table.add_row(["time", &words::time(told.case.unix)]);
    table.add_row(["access list", &words::access(explanation.access)]);
    table.add_row(["record", words::record(explanation.memory)]);
    table.trim_fmt()
}

fn tests(told: &Told<'_>) -> String {
    let mut table = table();
    table.set_header(["test", "action", "passed"]);
    for &(test, standing) in &told.explanation.tests {
        let action = words::action(told.policy, test).to_string();
        table.add_row([test.as_str(), &action, &words::standing(standing)]);
    }
    table.trim_fmt()
}

/// A row for each entry; a list's name and answer stand in the first of its rows.
fn lists(lists: &[List]) -> String {
    let mut table = table();
    table.set_header(["list", "answer", "entry", "weight", "adds"]);
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for list in lists {
        let answer = words::answer(list);
        for (index, entry) in list.entries.iter().enumerate() {
            let (name, answer) = if index == 0 { (list.name.as_str(), answer.as_str()) } else { ("", "") };
            let filter = entry.filter.as_deref().unwrap_or("any");
            let adds = if entry.matches && list.counts { entry.weight } else { 0 };
            table.add_row([name, answer, filter, &entry.weight.to_string(), &adds.to_string()]);
        }
    }
    table.trim_fmt()
}

/// As postscreen stores them.
fn stamps(record: Record) -> String {
    record.stamps().map(|stamp| stamp.to_string()).join(";")
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}
