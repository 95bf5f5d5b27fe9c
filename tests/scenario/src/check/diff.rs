//! Two lists of lines, and where they differ: readable without colours, and easier with them.

use std::fmt::{self, Write};

use similar::{Algorithm, ChangeTag, InlineChange, InlineChangeMode, InlineChangeOptions, TextDiff};

/// Lines around a difference that are shown because they are the same.
const CONTEXT_LINES: usize = 3;
/// Longer lines are cut, in characters.
const LINE_CHARS_MAX: usize = 400;
/// So much of a cut line is shown before the first difference.
const BEFORE_CHARS: usize = 80;
const CUT: char = '…';

/// The first line of every diff.
pub const LEGEND: &str = "- expected, + seen";

/// Escape sequences of terminals (ECMA-48, SGR).
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const REVERSE: &str = "\u{1b}[7m";
const NOT_REVERSE: &str = "\u{1b}[27m";
const PLAIN: &str = "\u{1b}[0m";

/// Whether a text is for a terminal that has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Only letters: what differs within a line has a mark below it.
    Plain,
    /// Red is what was expected, green what was seen, and reversed what differs within a line.
    Colours,
}

/// Where a row of a diff stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// In both lists.
    Both,
    /// It was expected, and is not there.
    Expected,
    /// It is there, and was not expected.
    Seen,
    /// Not a row: rows that are the same in both lists are left out here.
    Gap,
}

/// One line of either list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DiffRow {
    sign: Sign,
    /// The line in pieces, and whether each is what makes it differ.
    pieces: Vec<(bool, String)>,
}

/// Where two lists differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff(Vec<DiffRow>);

// === impl Diff ===

impl Diff {
    /// `None`: they are the same.
    pub(crate) fn of(expected: &[String], seen: &[String]) -> Option<Self> {
        if expected == seen {
            return None;
        }
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
        // As patience does, but for lines that occur more than once, too.
        let diff = TextDiff::configure().algorithm(Algorithm::Histogram).diff_slices(&expected, &seen);
        let mut options = InlineChangeOptions::new();
        options.mode(InlineChangeMode::Words).semantic_cleanup(true);
        let mut rows = Vec::new();
        let mut next = 0;
        for group in diff.grouped_ops(CONTEXT_LINES) {
            for op in &group {
                if op.old_range().start > next {
                    rows.push(DiffRow { sign: Sign::Gap, pieces: Vec::new() });
                }
                next = op.old_range().end;
                rows.extend(diff.iter_inline_changes_with_options(op, options).map(|change| row(&change)));
            }
        }
        if next < expected.len() {
            rows.push(DiffRow { sign: Sign::Gap, pieces: Vec::new() });
        }
        Some(Self(rows))
    }

    /// The rows that stand there, with their signs.
    pub fn rows(&self) -> impl Iterator<Item = (Sign, String)> {
        let text = |row: &DiffRow| row.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        self.0.iter().map(move |row| (row.sign, text(row)))
    }

    /// As text for people, each row on a line of its own, without a final line end.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = String::from(LEGEND);
        for row in &self.0 {
            // Writing into a string does not fail.
            let _ = row.write(&mut text, paint);
        }
        text
    }
}

fn row(change: &InlineChange<'_, str>) -> DiffRow {
    let sign = match change.tag() {
        ChangeTag::Equal => Sign::Both,
        ChangeTag::Delete => Sign::Expected,
        ChangeTag::Insert => Sign::Seen,
    };
    let pieces = change.iter_strings_lossy().map(|(differs, piece)| (differs, piece.into_owned())).collect();
    DiffRow { sign, pieces }.cut()
}

// === impl DiffRow ===

impl DiffRow {
    /// A long line is shown from a little before its first difference on, or its begin and its end where all of it
    /// differs.
    fn cut(mut self) -> Self {
        let len: usize = self.pieces.iter().map(|(_, piece)| piece.chars().count()).sum();
        if len <= LINE_CHARS_MAX {
            return self;
        }
        if !self.pieces.iter().any(|(differs, _)| *differs) {
            let line: String = self.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            let (begin, end) =
                (line.chars().take(LINE_CHARS_MAX / 2), line.chars().skip(len - LINE_CHARS_MAX / 2));
            self.pieces = vec![(false, begin.chain([CUT]).chain(end).collect())];
            return self;
        }
        let same = self.pieces.iter().take_while(|(differs, _)| !differs);
        let same: usize = same.map(|(_, piece)| piece.chars().count()).sum();
        let mut skip = same.saturating_sub(BEFORE_CHARS);
        let mut room = LINE_CHARS_MAX;
        let cut_before = skip > 0;
        let cut_after = len - skip > room;
        for (_, piece) in &mut self.pieces {
            let shown: String = piece.chars().skip(skip).take(room).collect();
            skip = skip.saturating_sub(piece.chars().count());
            room -= shown.chars().count();
            *piece = shown;
        }
        let mark = |yes: bool| yes.then(|| (false, CUT.to_string()));
        self.pieces.retain(|(_, piece)| !piece.is_empty());
        self.pieces = mark(cut_before).into_iter().chain(self.pieces).chain(mark(cut_after)).collect();
        self
    }

    fn write(&self, text: &mut String, paint: Paint) -> fmt::Result {
        let (sign, colour) = match self.sign {
            Sign::Both => (' ', ""),
            Sign::Expected => ('-', RED),
            Sign::Seen => ('+', GREEN),
            Sign::Gap => return text.write_str("\n  ⋮"),
        };
        if paint == Paint::Colours {
            write!(text, "\n{colour}{sign} ")?;
            for (differs, piece) in &self.pieces {
                let (on, off) = if *differs { (REVERSE, NOT_REVERSE) } else { ("", "") };
                write!(text, "{on}{piece}{off}")?;
            }
            return if colour.is_empty() { Ok(()) } else { text.write_str(PLAIN) };
        }
        write!(text, "\n{sign} ")?;
        let mut marks = String::from("  ");
        for (differs, piece) in &self.pieces {
            text.write_str(piece)?;
            let mark = if *differs { '^' } else { ' ' };
            marks.extend(piece.chars().map(|_| mark));
        }
        if marks.contains('^') { write!(text, "\n{}", marks.trim_end()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
