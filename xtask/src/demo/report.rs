//! What became of the clients, beside what should have; and how to be each kind of client oneself.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::client::DemoVisit;
use super::story::GREET_WAIT;
use crate::process::succeeds;

/// One client in the table.
#[derive(Debug)]
pub struct ClientRow {
    client: &'static str,
    address: String,
    verdict: String,
    reply: String,
    time: String,
    problems: Vec<String>,
}

/// Compares every visit with its story.
pub fn rows(visits: &[DemoVisit], verdicts: &BTreeMap<SocketAddr, String>) -> Vec<ClientRow> {
    visits.iter().map(|visit| ClientRow::new(visit, verdicts.get(&visit.from))).collect()
}

impl ClientRow {
    fn new(visit: &DemoVisit, verdict: Option<&String>) -> Self {
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
pub fn table(rows: &[ClientRow]) -> String {
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
pub fn conclusion(rows: &[ClientRow]) -> String {
    let well = rows.iter().filter(|row| row.as_expected()).count();
    format!("{well} of {} clients met with what they should", rows.len())
}

/// What `--keep` prints: a command for every kind of client. The addresses are those of the policy and the zones.
pub fn lesson(screen: SocketAddr) -> String {
    let (host, port) = (screen.ip(), screen.port());
    let wait = GREET_WAIT.as_secs();
    let nc = |from: &str| format!("nc -s {from} {host} {port}");
    let lines = [
        (format!("new: greeted after {wait} s, then HELO, QUIT and so on"), nc("127.0.0.101")),
        ("returning: the same again, greeted at once".to_owned(), nc("127.0.0.101")),
        ("talks too early".to_owned(), format!("printf 'EHLO zombie\\r\\n' | {}", nc("127.0.0.102"))),
        (format!("listed: refused after {wait} s"), nc("127.0.0.30")),
        (format!("listed, below the threshold: greeted after {wait} s"), nc("127.0.0.35")),
        ("allowlisted by DNS".to_owned(), nc("127.0.0.40")),
        ("permitted".to_owned(), nc("127.0.0.25")),
        ("denied".to_owned(), nc("127.0.0.66")),
        (format!("hangs up: Ctrl-C before the {wait} s are over"), nc("127.0.0.103")),
    ];
    let mut text =
        format!("The screen goes on listening on {screen}; Ctrl-C stops it. Be a client yourself:\n\n");
    for (who, command) in lines {
        text.push_str("  # ");
        text.push_str(&who);
        text.push_str("\n  ");
        text.push_str(&command);
        text.push('\n');
    }
    if !succeeds(Command::new("sh").args(["-c", "command -v nc"])) {
        text.push_str("\nThis machine has no nc yet: apt-get install netcat-openbsd\n");
    }
    text.push_str(
        "\nThe source address says who you are; any other address in 127.0.0.0/8 is a new client.\n",
    );
    text
}

#[cfg(test)]
mod tests;
