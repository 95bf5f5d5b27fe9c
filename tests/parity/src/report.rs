//! What people see.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::verdict::StoryVerdict;

/// How one story went.
#[derive(Clone, Debug)]
pub(crate) struct StoryResult {
    pub(crate) name: String,
    pub(crate) verdict: StoryVerdict,
    pub(crate) time: Duration,
    /// The teaser that each client got.
    pub(crate) teasers: BTreeMap<String, String>,
}

/// How many stories ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    all: usize,
    agree: usize,
    deltas: usize,
}

/// The line that says how a story went, as soon as it is known.
pub(crate) fn progress(outcome: &StoryResult) -> String {
    let StoryResult { name, verdict, time, .. } = outcome;
    let (word, note) = match verdict {
        StoryVerdict::Agrees => ("ok", String::new()),
        StoryVerdict::Delta(slug) => ("delta", format!(" ({slug})")),
        StoryVerdict::Disagrees(_)
        | StoryVerdict::Stale(_)
        | StoryVerdict::Unexplained(_)
        | StoryVerdict::Broken(_) => ("DIFFERS", String::new()),
    };
    format!("{word:<7} {:>6.1} s  {name}{note}", time.as_secs_f64())
}

/// Every failure, then the counts, with the line that any reader of test output knows as the last.
pub(crate) fn closing(outcomes: &[StoryResult]) -> String {
    let mut text = String::new();
    let mut count = Count::default();
    for StoryResult { name, verdict, .. } in outcomes {
        count.all += 1;
        count.agree += usize::from(*verdict == StoryVerdict::Agrees);
        count.deltas += usize::from(matches!(verdict, StoryVerdict::Delta(_)));
        if let Some(complaint) = verdict.complaint() {
            let _ = writeln!(text, "\n{name}");
            for line in complaint.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let Count { all, agree, deltas } = count;
    let good = agree + deltas;
    let bad = all - good;
    let _ = writeln!(text, "scenarios {all}, agree {agree}, documented deltas {deltas}, disagree {bad}");
    let _ = writeln!(text, "{good} passed, {bad} failed");
    text
}

#[cfg(test)]
mod tests;
