//! What the host did around the clients, and what is left at the end. A host that cannot tell is not asked.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, SPEAKER, Transcript, diff};
use crate::story::Scenario;

pub(super) fn differences(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let mut all = Vec::new();
    all.extend(dials(scenario, transcript));
    all.extend(reconfigured(scenario, transcript));
    all.extend(host_log(scenario, transcript));
    all.extend(open(scenario, transcript));
    all.extend(passes(scenario, transcript));
    all.extend(verdicts(scenario, transcript));
    all
}

fn dials(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let (expected, seen) = (scenario.dials.as_ref()?, transcript.dials.as_ref()?);
    let line = |name: &String, clusters: Option<&Vec<String>>| {
        let spoken_to = |cluster: &&String| transcript.has_voice && *cluster == SPEAKER;
        let clusters = clusters.into_iter().flatten().filter(|cluster| !spoken_to(cluster));
        let clusters: Vec<&str> = clusters.map(String::as_str).collect();
        format!("{name}: {}", if clusters.is_empty() { "none".to_owned() } else { clusters.join(", ") })
    };
    let expected_lines: Vec<_> = expected.iter().map(|(name, all)| line(name, Some(all))).collect();
    let seen_lines: Vec<_> = expected.keys().map(|name| line(name, seen.get(name))).collect();
    diff("dials", &expected_lines, &seen_lines)
}

/// Each change of the configuration was accepted or refused as the story says.
fn reconfigured(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let mut all = Vec::new();
    for (index, change) in scenario.reconfigure.iter().enumerate() {
        let seen = transcript.reconfigured.get(index);
        let how = match (&change.refused, seen) {
            (_, None) => "it never came".to_owned(),
            (None, Some(None)) => continue,
            (None, Some(Some(reason))) => reason.clone(),
            (Some(words), Some(Some(reason))) if reason.contains(words.as_str()) => continue,
            (Some(words), Some(Some(reason))) => {
                format!("expected a reason with \"{words}\" in it, got:\n{reason}")
            }
            (Some(words), Some(None)) => {
                format!("it was accepted; expected a refusal with \"{words}\" in it")
            }
        };
        let what = format!("the new configuration at {:.3} s", change.at.as_secs_f64());
        all.push(Difference::said(what, how));
    }
    all
}

/// Each line of the host's is expected, and each that is expected came.
fn host_log(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let told = &scenario.host_log;
    let mut seen: Vec<&String> = Vec::new();
    for line in &transcript.host_log {
        // A line that was expected is shown as the story has it; none is shown twice.
        let shown = told.iter().find(|words| line.contains(words.as_str())).unwrap_or(line);
        if !seen.contains(&shown) {
            seen.push(shown);
        }
    }
    // In the host's order, which the story does not prescribe.
    let came = seen.iter().copied().filter(|line| told.contains(line));
    let expected: Vec<&String> = came.chain(told.iter().filter(|words| !seen.contains(words))).collect();
    let list =
        |lines: &[&String]| lines.iter().flat_map(|line| line.lines()).map(str::to_owned).collect::<Vec<_>>();
    diff("the host", &list(&expected), &list(&seen))
}

fn open(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let (expected, seen) = (scenario.finally.open.as_ref()?, transcript.open.as_ref()?);
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
    diff("connections that are open at the end", &list(expected), &list(seen))
}

fn passes(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let (expected, seen) = (&scenario.finally.passes, transcript.passes.as_ref()?);
    let line = |client: &std::net::IpAddr, tests: Option<&BTreeSet<String>>| {
        let tests: Vec<_> = tests.into_iter().flatten().cloned().collect();
        format!("{client}: {}", if tests.is_empty() { "nothing".to_owned() } else { tests.join(", ") })
    };
    let expected_lines: Vec<_> = expected.iter().map(|(client, tests)| line(client, Some(tests))).collect();
    let seen_lines: Vec<_> = expected.keys().map(|client| line(client, seen.get(client))).collect();
    diff("passes that are remembered at the end", &expected_lines, &seen_lines)
}

fn verdicts(scenario: &Scenario, transcript: &Transcript) -> Option<Difference> {
    let (expected, seen) = (&scenario.finally.verdicts, transcript.verdicts.as_ref()?);
    let list = |verdicts: &BTreeMap<String, String>| {
        let verdict = |name: &String| verdicts.get(name).map_or("none", String::as_str);
        expected.keys().map(|name| format!("{name}: {}", verdict(name))).collect::<Vec<_>>()
    };
    diff("verdicts in the access log", &list(expected), &list(seen))
}

#[cfg(test)]
mod tests;
