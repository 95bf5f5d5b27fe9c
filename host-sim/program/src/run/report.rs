//! What people see of a play, and whether two hosts saw the same.

use std::fmt::Write;
use std::time::Duration;

use postscreen_engine::metric::can_wait;
use postscreen_scenario::{Difference, Mistake, Paint, Transcript};
use similar::TextDiff;
use virtual_player::Played;

/// File names longer than this do not widen the column.
const NAME_WIDTH_MAX: usize = 70;

/// The width of the column of file names.
pub(super) fn name_width(names: impl Iterator<Item = String>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).min(NAME_WIDTH_MAX)
}

/// `ok` or `FAILED`, the file, what it tells, and both times; below it what differs.
pub(super) fn played(
    file: &str,
    width: usize,
    about: &str,
    played: &Played,
    real: Duration,
    paint: Paint,
) -> String {
    let word = if played.differences.is_empty() { "ok" } else { "FAILED" };
    let times = format!("{:.3} s in {} ms", played.virtual_time.as_secs_f64(), real.as_millis());
    let mut text = format!("{word:<6}  {file:<width$}  {about} ({times})");
    for difference in &played.differences {
        for line in difference.text(paint).lines() {
            text.push_str("\n        ");
            text.push_str(line);
        }
    }
    text
}

/// A story that this host cannot play, and why.
pub(super) fn left_out(file: &str, width: usize, why: &str) -> String {
    format!("-       {file:<width$}  left out: it {why}")
}

/// A file that is no story.
pub(super) fn mistake(file: &str, width: usize, mistake: &Mistake, paint: Paint) -> String {
    let report = mistake.report(paint == Paint::Colours);
    format!("FAILED  {file:<width$}  not a story\n{report}\n")
}

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
    // A host that ends a worker tells what has waited; another one may not have to end it.
    for (name, value) in transcript.metrics.iter().filter(|(name, _)| !can_wait(name)) {
        line(name, value);
    }
    text
}

#[cfg(test)]
mod tests;
