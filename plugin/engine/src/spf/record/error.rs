//! Why a record is worth nothing.

use crate::line::escape;
use crate::spf::macros::MacroError;
use std::error::Error;
use std::fmt;

/// A mistake in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// The term with the mistake, escaped and cut for a log; empty: the record as a whole.
    pub term: String,
    /// The mistake.
    pub kind: RecordErrorKind,
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordErrorKind {
    /// The record is longer than [`super::RECORD_MAX`].
    TooLong,
    /// A byte that is no printable ASCII.
    Unprintable,
    /// Neither a mechanism that there is, nor a modifier.
    UnknownMechanism,
    /// A mechanism that has no argument has one.
    Argument,
    /// A mechanism lacks its domain or network.
    NoArgument,
    /// What should be an IPv4 network is none.
    Network4,
    /// What should be an IPv6 network is none.
    Network6,
    /// The number of bits after `/` is none, or too large.
    Length,
    /// What should be a domain is none.
    Domain(MacroError),
    /// A modifier that may only be there once.
    Twice,
}

impl RecordError {
    pub(super) fn of_record(kind: RecordErrorKind) -> Self {
        Self { term: String::new(), kind }
    }

    pub(super) fn of_term(term: &[u8], kind: RecordErrorKind) -> Self {
        Self { term: escape(term), kind }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.term.is_empty() {
            write!(f, "{}: ", self.term)?;
        }
        match &self.kind {
            RecordErrorKind::TooLong => f.write_str("the record is too long"),
            RecordErrorKind::Unprintable => f.write_str("not all printable ASCII"),
            RecordErrorKind::UnknownMechanism => f.write_str("no such mechanism"),
            RecordErrorKind::Argument => f.write_str("this mechanism has no argument"),
            RecordErrorKind::NoArgument => f.write_str("the argument is missing"),
            RecordErrorKind::Network4 => f.write_str("no IPv4 network"),
            RecordErrorKind::Network6 => f.write_str("no IPv6 network"),
            RecordErrorKind::Length => f.write_str("no valid number of bits"),
            RecordErrorKind::Domain(error) => error.fmt(f),
            RecordErrorKind::Twice => f.write_str("only one of these may be there"),
        }
    }
}

impl Error for RecordError {}
