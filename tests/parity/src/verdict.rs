//! How a story compares with what the oracle did, which differences `docs/deltas.md` explains, and what people see.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use postscreen_scenario::{Difference, Scenario, Transcript, check};

/// How far times in log lines may be off: a busy machine.
const TOLERANCE: Duration = Duration::from_millis(300);

/// Words that begin a line of a process that has given up. Only a story that expects the line may have it.
const GIVEN_UP: [&str; 3] = ["fatal: ", "panic: ", "error: "];

/// What stands around the name of a paragraph in a page of Markdown.
const ANCHOR_START: &str = "<a id=\"";
const ANCHOR_END: char = '"';

/// How a story compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoryVerdict {
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

/// The anchors of a Markdown file: the paragraphs of `docs/deltas.md` that stories name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deltas(BTreeSet<String>);

/// Where `transcript` differs from the story. Metrics are not compared: postscreen has none.
pub(crate) fn differences(scenario: &Scenario, transcript: &Transcript) -> Vec<Difference> {
    let scenario = Scenario { metrics: BTreeMap::new(), ..scenario.clone() };
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

// === impl StoryVerdict ===

impl StoryVerdict {
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

// === impl Deltas ===

impl Deltas {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self::of(&text))
    }

    /// `<a id="slug"></a>`, as often as it occurs.
    pub(crate) fn of(text: &str) -> Self {
        let slugs = text.split(ANCHOR_START).skip(1).filter_map(|rest| rest.split(ANCHOR_END).next());
        Self(slugs.map(str::to_owned).collect())
    }

    pub(crate) fn contain(&self, slug: &str) -> bool {
        self.0.contains(slug)
    }
}

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
