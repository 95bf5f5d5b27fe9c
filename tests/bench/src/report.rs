//! What was measured: the figures of all rounds, as a table for people and for a page, and as JSON with every single
//! figure.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

const RATIO_DIGITS: usize = 2;
/// What the table stands between, on a page.
const BEGIN: &str = "<!-- bench -->\n";
const END: &str = "<!-- end of bench -->";
/// Lines of a page are no longer than this, tables excepted.
const PAGE_CHARS: usize = 115;

/// Figures in the order of the rounds. All of one thing, in one unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Samples(Vec<f64>);

/// The middle one of the figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// One thing on both sides, measured in the same rounds.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// What clients did.
    pub(crate) what: String,
    /// What the other side is.
    pub(crate) beside: String,
    pub(crate) unit: Unit,
    pub(crate) ours: Samples,
    pub(crate) theirs: Samples,
    /// What the ratio, or the figure, is meant to be.
    pub(crate) reach: &'static str,
    /// What one must know to read the figures; may be empty.
    pub(crate) notes: Vec<String>,
}

/// What the figures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// CPU time per client, in microseconds.
    Micros,
    /// CPU time of one transfer, in milliseconds.
    Millis,
    /// Memory in RAM per client, in kB of 1,024 bytes.
    Kilobytes,
    /// A share of all clients.
    Percent,
}

/// What was measured with.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// Size and hash of the module, and the revision of the tree if it is known.
    pub(crate) module: String,
    pub(crate) envoy: String,
    pub(crate) machine: String,
    pub(crate) rounds: u32,
}

// === impl Samples ===

impl Samples {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub(crate) fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// `None` without a figure, or with one that is none.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let median =
            if sorted.len().is_multiple_of(2) { upper.midpoint(sorted[sorted.len() / 2 - 1]) } else { upper };
        [min, median, max].iter().all(|figure| figure.is_finite()).then_some(Summary { median, min, max })
    }

    /// Round by round, how many times as much as `theirs`: what disturbed one round has disturbed both of its figures.
    pub(crate) fn over(&self, theirs: &Self) -> Self {
        self.0.iter().zip(&theirs.0).map(|(ours, theirs)| ours / theirs).collect()
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        Self(figures.into_iter().collect())
    }
}

// === impl Unit ===

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::Kilobytes => "kB",
            Self::Percent => "%",
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Micros | Self::Millis => 0,
            Self::Kilobytes => 1,
            Self::Percent => 2,
        }
    }
}

// === impl Pair ===

impl Pair {
    /// Round by round, ours over theirs. A share of clients has none.
    pub(crate) fn ratios(&self) -> Samples {
        if self.unit == Unit::Percent { Samples::default() } else { self.ours.over(&self.theirs) }
    }

    fn row(&self) -> [String; 6] {
        [
            self.what.clone(),
            self.beside.clone(),
            figure(&self.ours, self.unit.digits(), self.unit.word()),
            figure(&self.theirs, self.unit.digits(), self.unit.word()),
            figure(&self.ratios(), RATIO_DIGITS, "×"),
            self.reach.to_owned(),
        ]
    }

    fn json(&self) -> Value {
        let side = |samples: &Samples| json!({"rounds": samples.as_slice(), "summary": summary(samples)});
        json!({
            "what": self.what, "beside": self.beside, "unit": self.unit.word(),
            "ours": side(&self.ours), "theirs": side(&self.theirs), "ratio": side(&self.ratios()),
            "reach": self.reach, "notes": self.notes,
        })
    }
}

// === impl Subject ===

impl Subject {
    fn sentence(&self) -> String {
        format!(
            "Measured with {}, {}, on {}: the median of {} rounds, least and most in brackets.",
            self.module, self.envoy, self.machine, self.rounds
        )
    }
}

/// The table as Markdown, which reads well on a terminal, too; and below it what one must know.
pub(crate) fn markdown(subject: &Subject, pairs: &[Pair]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_header(["case", "beside", "ours", "theirs", "ratio", "reach"]);
    for pair in pairs {
        table.add_row(pair.row());
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n\n{}\n", textwrap::fill(&subject.sentence(), PAGE_CHARS), table.trim_fmt());
    let item = textwrap::Options::new(PAGE_CHARS).subsequent_indent("  ");
    for pair in pairs {
        for note in &pair.notes {
            let line = format!("- {}: {note}", pair.what);
            _ = write!(text, "\n{}", textwrap::fill(&line, &item));
        }
    }
    if pairs.iter().any(|pair| !pair.notes.is_empty()) {
        text.push('\n');
    }
    text
}

/// The page with another table.
pub(crate) fn with_table(page: &str, table: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("the page has no line {BEGIN:?}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("the page has no line {END:?}"))?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

/// Every figure of every round.
pub(crate) fn json(subject: &Subject, pairs: &[Pair]) -> Value {
    json!({
        "module": subject.module, "envoy": subject.envoy, "machine": subject.machine, "rounds": subject.rounds,
        "pairs": pairs.iter().map(Pair::json).collect::<Vec<_>>(),
    })
}

fn summary(samples: &Samples) -> Value {
    samples
        .summary()
        .map_or(Value::Null, |Summary { median, min, max }| json!({"median": median, "min": min, "max": max}))
}

/// `median UNIT (min–max)`, with as many digits as mean something.
fn figure(samples: &Samples, digits: usize, unit: &str) -> String {
    match samples.summary() {
        None => "–".to_owned(),
        Some(Summary { median, min, max }) => {
            format!("{median:.digits$} {unit} ({min:.digits$}–{max:.digits$})")
        }
    }
}

#[cfg(test)]
mod tests;
