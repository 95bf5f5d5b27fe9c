//! What a host showed while a probe was played, and how two hosts differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use postscreen_scenario::escaped;
use similar::TextDiff;

/// Everything that one play showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The host refused the module or its configuration, and never served.
    pub(crate) refused: bool,
    /// What was logged on the main thread, by the machines that tried the configuration and the one that stayed.
    pub(crate) main: Vec<String>,
    /// What was logged on the worker threads, each in the order of its first line.
    pub(crate) workers: Vec<Vec<String>>,
    /// What each client heard.
    pub(crate) clients: Vec<HeardByPeer>,
    /// What the server heard in each session.
    pub(crate) sessions: Vec<HeardByPeer>,
    /// The module's metrics.
    pub(crate) metrics: BTreeMap<String, i64>,
}

/// What one end of a connection heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeardByPeer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: Option<HeardEnd>,
}

/// How a connection ended, as the other side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeardEnd {
    Fin,
    Reset,
}

/// A line that the host logs by itself, as it is compared; most are not.
pub(crate) fn by_host(text: &str) -> Option<String> {
    let restricted = text.starts_with("Attempted call to restricted ");
    if restricted { Some(format!("!! {text}")) } else { death(text) }
}

/// The line about a machine that has died: only the callback is compared, each host has its own words.
fn death(text: &str) -> Option<String> {
    let (function, _) = text.strip_prefix("Function: ")?.split_once(" failed")?;
    Some(format!("!! {function} trapped"))
}

/// A line of the module as it is compared; `info` is not mentioned.
pub(crate) fn line(level: &str, text: &str) -> String {
    if level == "info" { text.to_owned() } else { format!("[{level}] {text}") }
}

/// Addresses and ports as words.
pub(crate) fn masked(mut text: String, names: &[(String, &'static str)]) -> String {
    for (name, word) in names {
        let mut from = 0;
        while let Some(at) = text[from..].find(name.as_str()).map(|at| from + at) {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let end = at + name.len();
            if digit(text[..at].chars().next_back()) || digit(text[end..].chars().next()) {
                from = end;
            } else {
                text.replace_range(at..end, word);
                from = at + word.len();
            }
        }
    }
    text
}

/// How `simulated` differs from `real`: nothing, or a diff.
pub(crate) fn differences(simulated: &Shown, real: &Shown) -> Option<String> {
    let (simulated, real) = (simulated.to_string(), real.to_string());
    if simulated == real {
        return None;
    }
    let diff = TextDiff::from_lines(&real, &simulated);
    Some(diff.unified_diff().context_radius(6).header("Envoy", "host-sim").to_string())
}

// === impl Shown ===

impl std::fmt::Display for Shown {
    /// One line for each thing that was seen, in an order that does not depend on the host.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        if self.refused {
            text.push_str("the configuration is refused\n");
        }
        let _ = writeln!(text, "main thread:");
        for line in &self.main {
            let _ = writeln!(text, "  {line}");
        }
        for (number, lines) in self.workers.iter().enumerate() {
            let _ = writeln!(text, "worker {number}:");
            for line in lines {
                let _ = writeln!(text, "  {line}");
            }
        }
        for (who, all) in [("client", &self.clients), ("session", &self.sessions)] {
            for (number, heard) in all.iter().enumerate() {
                let end = match heard.end {
                    Some(HeardEnd::Fin) => "closed",
                    Some(HeardEnd::Reset) => "reset",
                    None => "open",
                };
                let _ = writeln!(text, "{who} {number}: \"{}\" {end}", escaped(&heard.bytes));
            }
        }
        for (name, value) in &self.metrics {
            let _ = writeln!(text, "metric {name}: {value}");
        }
        f.write_str(&text)
    }
}
