//! What a host saw while it played a story, and what differs between the two.

mod diff;
mod log;
mod record;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

pub use diff::{Diff, LEGEND, Paint, Sign};

use crate::actor::Failure;
use crate::story::{Backend, Scenario};

/// The cluster that is dialled for clients that are refused, where a host cannot speak itself.
pub const SPEAKER: &str = "speaker";

/// What a host reports of one play.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// Why the configuration was refused, if it was; then nothing else has happened.
    pub refused: Option<String>,
    /// The module's log lines in order, without anything that the host puts in front.
    pub log: Vec<String>,
    /// The names of the clients whose sessions reached the mail server, in order of arrival.
    pub backend: Vec<String>,
    /// The module's metrics by name, at the end.
    pub metrics: BTreeMap<String, i64>,
    /// The teaser line that each client got, without its line end; clients that got none are missing.
    pub teasers: BTreeMap<String, String>,
    /// The host's own lines, about traps and refused configurations.
    pub host_log: Vec<String>,
    /// Reasons why configurations were refused in mid-session, one for each of the story's in their order; `None` where
    /// it was accepted.
    pub reconfigured: Vec<Option<String>>,
    /// The clusters that were dialled for each client, in order; `None`: the host cannot tell. Clients for which none
    /// was dialled may be missing.
    pub dials: Option<BTreeMap<String, Vec<String>>>,
    /// The host speaks itself to clients that are refused, so that it need not dial [`SPEAKER`] for that.
    pub has_voice: bool,
    /// The clients whose connections are open at the end; `None`: the host cannot tell.
    pub open: Option<BTreeSet<String>>,
    /// The tests of which each client address has a valid pass at the end; `None`: the host cannot tell.
    pub passes: Option<BTreeMap<IpAddr, BTreeSet<String>>>,
    /// What access logs say of each client; `None`: the host cannot tell. Clients without a verdict may be missing.
    pub verdicts: Option<BTreeMap<String, String>>,
    /// The record of each client, as access logs have it; `None`: the host cannot tell. Clients may have left none.
    pub records: Option<BTreeMap<String, String>>,
    /// How each client's script ended. A client that is missing here never connected.
    pub clients: BTreeMap<String, Result<(), Failure>>,
}

/// One thing that went another way than the story says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in a few words.
    pub what: String,
    /// How, in words; empty where the lines say it all.
    pub how: String,
    /// What was expected and what was seen, line by line, where there are lines.
    pub diff: Option<Diff>,
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
    all.extend(state::differences(scenario, transcript));
    all.extend(record::differences(scenario, transcript, tolerance));
    all
}

fn refusal(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let how = match (&scenario.refused, &transcript.refused) {
        (Some(words), Some(reason)) if reason.contains(words.as_str()) => return None,
        (Some(words), Some(reason)) => format!("expected a reason with \"{words}\" in it, got:\n{reason}"),
        (Some(words), None) => format!("it was accepted; expected a refusal with \"{words}\" in it"),
        (None, reason) => reason.clone().unwrap_or_default(),
    };
    Some(Difference::said("the configuration", how))
}

fn clients(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let difference = |name: &String| {
        let what = format!("client {name}");
        match transcript.clients.get(name) {
            None => Some(Difference::said(what, "it never connected")),
            Some(Err(failure)) => Some(Difference { what, how: failure.words(), diff: failure.diff() }),
            Some(Ok(())) => None,
        }
    };
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

/// Where two lists of lines differ, if they do.
fn diff(what: impl Into<String>, expected: &[String], seen: &[String]) -> Option<Difference> {
    let diff = Diff::of(expected, seen)?;
    Some(Difference { what: what.into(), how: String::new(), diff: Some(diff) })
}

// === impl Difference ===

impl Difference {
    /// A difference that words tell.
    pub fn said(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { what: what.into(), how: how.into(), diff: None }
    }

    /// What there is to say below [`Difference::what`]: lines for people, without a final line end.
    pub fn body(&self, paint: Paint) -> String {
        let diff = self.diff.as_ref().map(|diff| diff.text(paint)).unwrap_or_default();
        let both = [self.how.trim_end(), &diff].into_iter().filter(|part| !part.is_empty());
        both.collect::<Vec<_>>().join("\n")
    }

    /// All of it: [`Difference::what`], and the rest indented below it.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = format!("{}:", self.what);
        for line in self.body(paint).lines() {
            text.push_str("\n  ");
            text.push_str(line);
        }
        text
    }
}

impl fmt::Display for Difference {
    /// Without colours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Paint::Plain))
    }
}

#[cfg(test)]
mod tests;
