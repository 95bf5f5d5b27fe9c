//! How a story compares with what the oracle did.

use std::time::Duration;

use postscreen_scenario::{Difference, Scenario, Transcript, check};

use crate::deltas::Deltas;

/// How far times in log lines may be off: a busy machine.
const TOLERANCE: Duration = Duration::from_millis(300);

/// Words that begin a line of a process that has given up. Only a story that expects the line may have it.
const GIVEN_UP: [&str; 3] = ["fatal: ", "panic: ", "error: "];

/// How a story compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The oracle did what the story says.
    Agrees,
    /// It did otherwise, and a paragraph says why.
    Delta(String),
    /// It did otherwise.
    Disagrees(Vec<Difference>),
    /// It did what the story says, although the story names this delta.
    Stale(String),
    /// The story names a delta that no paragraph explains.
    Unexplained(String),
    /// The host could not play it.
    Broken(String),
}

/// Where `transcript` differs from the story. Metrics are not compared: postscreen has none.
pub(crate) fn differences(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let scenario = Scenario { metrics: std::collections::BTreeMap::new(), ..scenario.clone() };
    let mut differences = check(&scenario, transcript, TOLERANCE);
    if scenario.refused.is_some() {
        return differences;
    }
    let expected = scenario.log.unwrap_or_default();
    let given_up = |line: &&String| GIVEN_UP.iter().any(|word| line.starts_with(word));
    let complaints: Vec<&str> = transcript
        .log
        .iter()
        .filter(given_up)
        .filter(|line| !expected.contains(line))
        .map(String::as_str)
        .collect();
    if !complaints.is_empty() {
        differences.push(Difference::said("postscreen gave up", complaints.join("\n")));
    }
    differences
}

// === impl Verdict ===

impl Verdict {
    pub(crate) fn of(scenario: &Scenario, transcript: &Transcript, deltas: &Deltas) -> Self {
        let differences = differences(scenario, transcript);
        match &scenario.delta {
            Some(slug) if !deltas.contain(slug) => Self::Unexplained(slug.clone()),
            Some(slug) if differences.is_empty() => Self::Stale(slug.clone()),
            Some(slug) => Self::Delta(slug.clone()),
            None if differences.is_empty() => Self::Agrees,
            None => Self::Disagrees(differences),
        }
    }

    /// Another host differs from the story, too.
    pub(crate) fn add(&mut self, mut found: Vec<Difference>) {
        if let Self::Disagrees(differences) = self {
            differences.append(&mut found);
        } else {
            let before = self.complaint().map(|how| Difference::said("the oracle", how));
            *self = Self::Disagrees(before.into_iter().chain(found).collect());
        }
    }

    /// Whether the story may stay as it is.
    pub(crate) fn is_good(&self) -> bool {
        matches!(self, Self::Agrees | Self::Delta(_))
    }

    /// What is wrong, if anything is: some lines without a final line end.
    pub(crate) fn complaint(&self) -> Option<String> {
        match self {
            Self::Agrees | Self::Delta(_) => None,
            Self::Disagrees(differences) => {
                Some(differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("\n"))
            }
            Self::Stale(slug) => {
                Some(format!("stale: it says `delta: {slug}`, but postscreen does what the story says"))
            }
            Self::Unexplained(slug) => {
                Some(format!("it says `delta: {slug}`, but docs/deltas.md has no <a id=\"{slug}\"></a>"))
            }
            Self::Broken(error) => Some(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
