//! Whether two hosts saw the same in one story.

use std::fmt::Write;

use postscreen_scenario::{Difference, Transcript};
use similar::TextDiff;

/// How a resolver that cannot be reached looks to a module in Envoy, which makes an answer of its own.
const ANSWERED_BY_ENVOY: &str = "HTTP status 503";
/// And how it looks elsewhere.
const NOT_REACHED: &str = "cannot be reached";

/// Where the second differs from the first; `teasers`: both could send them.
pub(super) fn difference(
    (first, seen_first): (&str, &Transcript),
    (second, seen_second): (&str, &Transcript),
    teasers: bool,
) -> Option<Difference> {
    let texts = [seen_first, seen_second].map(|transcript| text(transcript, teasers));
    if texts[0] == texts[1] {
        return None;
    }
    let diff = TextDiff::from_lines(&texts[0], &texts[1]);
    let how = diff.unified_diff().header(first, second).to_string();
    Some(Difference::said(format!("{second} against {first}"), how))
}

/// Everything that two hosts must agree on, line by line. The words of a refusal are each host's own.
fn text(transcript: &Transcript, teasers: bool) -> String {
    let mut text = String::new();
    let mut line = |what: &str, is: &dyn std::fmt::Display| {
        // Writing into a string does not fail.
        let _ = writeln!(text, "{what}: {is}");
    };
    if transcript.refused.is_some() {
        line("configuration", &"refused");
    }
    for name in &transcript.backend {
        line("mail server", name);
    }
    for (name, result) in &transcript.clients {
        match result {
            Ok(()) => line(name, &"ended"),
            Err(failure) => line(name, failure),
        }
    }
    for (name, teaser) in transcript.teasers.iter().filter(|_| teasers) {
        line(name, &format_args!("heard {teaser}"));
    }
    for entry in &transcript.log {
        line("log", &entry.replace(ANSWERED_BY_ENVOY, NOT_REACHED));
    }
    for (name, value) in &transcript.metrics {
        line(name, value);
    }
    text
}

#[cfg(test)]
mod tests;
