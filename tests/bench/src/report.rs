//! What was measured: as a table for people, and as JSON with every single figure.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::samples::{Samples, Summary};

const RATIO_DIGITS: usize = 2;
/// Lines of a page are no longer than this, tables excepted.
const PAGE_CHARS: usize = 115;

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
