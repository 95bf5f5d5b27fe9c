//! What differs between a story and what a host saw.

mod log;

use std::fmt;
use std::time::Duration;

use similar::TextDiff;

use crate::story::{Backend, Scenario};
use crate::transcript::Transcript;

/// One thing that went another way than the story says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in a few words.
    pub what: String,
    /// How: a unified diff or a message, without a final line end.
    pub how: String,
}

/// Compares; no difference means that the scenario passes.
///
/// `tolerance` is how far the times in log lines may be off, both ways; zero means that the text is compared.
pub fn check(scenario: &Scenario, transcript: &Transcript, tolerance: Duration) -> Vec<Difference> {
    if scenario.refused.is_some() || transcript.refused.is_some() {
        return refusal(scenario, transcript).into_iter().collect();
    }
    let mut all = clients(scenario, transcript);
    all.extend(backend(scenario, transcript));
    all.extend(log::differences(scenario, transcript, tolerance));
    all.extend(metrics(scenario, transcript));
    all
}

fn refusal(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let how = match (&scenario.refused, &transcript.refused) {
        (Some(words), Some(reason)) if reason.contains(words.as_str()) => return None,
        (Some(words), Some(reason)) => format!("expected a reason with \"{words}\" in it, got:\n{reason}"),
        (Some(words), None) => format!("it was accepted; expected a refusal with \"{words}\" in it"),
        (None, reason) => reason.clone().unwrap_or_default(),
    };
    Some(Difference { what: "the configuration".to_owned(), how })
}

fn clients(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let how = |name: &String| match transcript.clients.get(name) {
        None => Some("it never connected".to_owned()),
        Some(Err(failure)) => Some(failure.to_string()),
        Some(Ok(())) => None,
    };
    let difference = |name: &String| Some(Difference { what: format!("client {name}"), how: how(name)? });
    scenario.clients.keys().filter_map(difference).collect()
}

fn backend(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let expected = match scenario.backend.as_ref()? {
        Backend::Untouched => &[][..],
        Backend::Sessions(names) => names,
    };
    diff("sessions at the mail server", expected, &transcript.backend)
}

fn metrics(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let line = |name: &String, value: Option<&i64>| match value {
        Some(value) => format!("{name}: {value}"),
        None => format!("{name} does not exist"),
    };
    let expected: Vec<_> = scenario.metrics.iter().map(|(name, value)| line(name, Some(value))).collect();
    let seen: Vec<_> = scenario.metrics.keys().map(|name| line(name, transcript.metrics.get(name))).collect();
    diff("metrics", &expected, &seen)
}

/// A unified diff of two lists of lines, unless they are the same.
fn diff(what: &str, expected: &[String], seen: &[String]) -> Option<Difference> {
    if expected == seen {
        return None;
    }
    let text = |lines: &[String]| lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>();
    let (expected, seen) = (text(expected), text(seen));
    let how = TextDiff::from_lines(&expected, &seen).unified_diff().header("expected", "seen").to_string();
    Some(Difference { what: what.to_owned(), how: how.trim_end().to_owned() })
}

// === impl Difference ===

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.what)?;
        self.how.lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

#[cfg(test)]
mod tests;
