//! What is wrong with records, with its place: the first ones of each kind, and how many there are.

use std::fmt;

/// How many problems of each kind are told; the rest is counted.
pub const PROBLEMS_SHOWN_MAX: usize = 5;
/// The longest reason, in characters.
const WHY_MAX: usize = 200;

/// A record, a line or a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column in characters, counted from 1; 0: there is none.
    pub column: usize,
    /// What is wrong.
    pub kind: ProblemKind,
    /// What is known beyond that; may be empty.
    pub why: String,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The line ends, and the record does not.
    CutShort,
    /// It is no JSON.
    NotJson,
    /// It is JSON, and no record: a field is missing, or of another type.
    NotARecord,
    /// It does not begin with `postscreen_record`: a tool has put its fields into another order.
    NotFirst,
    /// Its format is another one.
    OtherVersion,
    /// A text in it is not UTF-8.
    NotUtf8,
    /// It stands in a log line about a client, who may have said it.
    Quoted,
    /// A record with the same reference was there already.
    Duplicate,
    /// The line has more than [`LINE_MAX`](super::LINE_MAX) bytes.
    LineTooLong,
    /// The file cannot be read, or not to its end.
    Unreadable,
}

/// All problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    shown: Vec<Problem>,
    counts: [u64; ProblemKind::ALL.len()],
}

impl Problems {
    /// One more.
    pub fn add(&mut self, problem: Problem) {
        let count = &mut self.counts[problem.kind as usize];
        *count += 1;
        if *count <= PROBLEMS_SHOWN_MAX as u64 {
            self.shown.push(problem);
        }
    }

    /// The first ones of each kind, in the order in which they were found.
    pub fn shown(&self) -> &[Problem] {
        &self.shown
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.counts[kind as usize]
    }

    /// The kinds that there are, each with its number.
    pub fn counts(&self) -> impl Iterator<Item = (ProblemKind, u64)> {
        ProblemKind::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }
}

impl ProblemKind {
    /// All of them, in the order of the type.
    pub const ALL: [Self; 10] = [
        Self::CutShort,
        Self::NotJson,
        Self::NotARecord,
        Self::NotFirst,
        Self::OtherVersion,
        Self::NotUtf8,
        Self::Quoted,
        Self::Duplicate,
        Self::LineTooLong,
        Self::Unreadable,
    ];

    /// Its name in JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CutShort => "cut_short",
            Self::NotJson => "not_json",
            Self::NotARecord => "not_a_record",
            Self::NotFirst => "not_first",
            Self::OtherVersion => "other_version",
            Self::NotUtf8 => "not_utf8",
            Self::Quoted => "quoted",
            Self::Duplicate => "duplicate",
            Self::LineTooLong => "line_too_long",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CutShort => "a record is cut short",
            Self::NotJson => "a record is no JSON",
            Self::NotARecord => "a record misses a field, or has one of another type",
            Self::NotFirst => "a record does not begin with postscreen_record: a tool has sorted its fields",
            Self::OtherVersion => "a record has another format",
            Self::NotUtf8 => "a record is not UTF-8",
            Self::Quoted => "what looks like a record may be what a client said",
            Self::Duplicate => "a record is there twice, and counts once",
            Self::LineTooLong => "a line is too long to look at",
            Self::Unreadable => "cannot be read on",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, kind, why } = self;
        write!(f, "{file}:{line}:")?;
        if *column > 0 {
            write!(f, "{column}:")?;
        }
        write!(f, " {kind}")?;
        if why.is_empty() { Ok(()) } else { write!(f, ": {}", crate::words::shown(why, WHY_MAX)) }
    }
}
