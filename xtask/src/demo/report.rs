//! What became of the clients, beside what should have.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::client::Visit;

/// One client in the table.
#[derive(Debug)]
pub struct Row {
    client: &'static str,
    address: String,
    verdict: String,
    reply: String,
    time: String,
    problems: Vec<String>,
}

/// Compares every visit with its story.
pub fn rows(visits: &[Visit], verdicts: &BTreeMap<SocketAddr, String>) -> Vec<Row> {
    visits.iter().map(|visit| Row::new(visit, verdicts.get(&visit.from))).collect()
}

impl Row {
    fn new(visit: &Visit, verdict: Option<&String>) -> Self {
        let story = visit.story;
        let mut problems = Vec::new();
        if verdict.is_none_or(|verdict| verdict != story.verdict) {
            problems.push(format!("the verdict should be {}", story.verdict));
        }
        if visit.reply.as_deref() != story.reply {
            problems.push(format!("the reply should be {}", story.reply.unwrap_or("none")));
        }
        let range = story.wait.range();
        if !range.contains(&visit.waited) {
            let (shortest, longest) = (range.start().as_secs_f64(), range.end().as_secs_f64());
            problems.push(format!("the time should be {shortest:.1} to {longest:.1} s"));
        }
        Self {
            client: story.name,
            address: story.from.to_string(),
            verdict: verdict.cloned().unwrap_or_else(|| "none".to_owned()),
            reply: visit.reply.clone().unwrap_or_else(|| "none".to_owned()),
            time: format!("{:.2} s", visit.waited.as_secs_f64()),
            problems,
        }
    }

    pub fn as_expected(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Client, address, verdict, reply and time of every client, and whether that is right; what is wrong stands below.
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["client", "address", "verdict", "time", "", "reply"]);
    if let Some(time) = table.column_mut(3) {
        time.set_cell_alignment(CellAlignment::Right);
    }
    for row in rows {
        let mark = if row.as_expected() { "ok" } else { "WRONG" };
        table.add_row([row.client, &row.address, &row.verdict, &row.time, mark, &row.reply]);
    }
    let problems = rows.iter().flat_map(|row| row.problems.iter().map(|problem| (row.client, problem)));
    problems.fold(table.trim_fmt(), |text, (client, problem)| format!("{text}\nWRONG: {client}: {problem}"))
}

/// One line that says whether all is well.
pub fn conclusion(rows: &[Row]) -> String {
    let well = rows.iter().filter(|row| row.as_expected()).count();
    format!("{well} of {} clients met with what they should", rows.len())
}

#[cfg(test)]
mod tests;
