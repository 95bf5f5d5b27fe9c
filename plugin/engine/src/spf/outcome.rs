//! What came out of an evaluation, and how, for people.

use super::check::{MX_MAX, TERMS_MAX, VOID_MAX};
use super::found::NoRecord;
use super::record::Qualifier;
use crate::dns::{Name, NameError, Question};
use crate::line::{TEXT_MAX, escape};
use std::fmt;

/// The longest [`Outcome::explanation`], in characters.
pub const EXPLANATION_MAX: usize = TEXT_MAX;

/// The results of RFC 7208 (section 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpfResult {
    /// The client may send for the domain. Nothing else means anything here.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// The domain says nothing about it.
    Neutral,
    /// There is no record, or no domain.
    None,
    /// DNS did not answer.
    TempError,
    /// A record cannot be understood, or asks for too much.
    PermError,
}

impl From<Qualifier> for SpfResult {
    fn from(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

impl fmt::Display for SpfResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        })
    }
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The result.
    pub result: SpfResult,
    /// The way through the records to it, from the domain that was asked about to where it was decided.
    pub path: Vec<Step>,
    /// How long it holds, in seconds: the lowest TTL of all answers that were looked at, as DNS gave them. 0 where
    /// one of them never came, and where none was needed.
    pub ttl: u32,
}

impl Outcome {
    /// The path as one line, such as `a.test: include:b.test -> b.test: ip4:203.0.113.0/24 matches`: printable ASCII,
    /// [`EXPLANATION_MAX`] characters at most.
    pub fn explanation(&self) -> String {
        let steps: Vec<_> = self.path.iter().map(ToString::to_string).collect();
        let mut text = steps.join(" -> ");
        text.truncate(EXPLANATION_MAX);
        text
    }
}

/// What was decided at one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whose record.
    pub domain: Name,
    /// The term of the record, escaped and cut for a log; empty: no term in particular.
    pub term: String,
    /// Where it went from here.
    pub turn: Turn,
}

/// Where an evaluation goes from a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The term leads to the record of the next step.
    LeadsOn,
    /// The term means the client.
    Matches,
    /// It ends here without a match.
    Ends(Why),
}

impl Step {
    pub(super) fn new(domain: &Name, term: &str, turn: Turn) -> Self {
        Self { domain: domain.clone(), term: escape(term.as_bytes()), turn }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, term, turn } = self;
        match turn {
            Turn::LeadsOn => write!(f, "{domain}: {term}"),
            Turn::Matches => write!(f, "{domain}: {term} matches"),
            Turn::Ends(why) if term.is_empty() => write!(f, "{domain}: {why}"),
            Turn::Ends(why) => write!(f, "{domain}: {term}: {why}"),
        }
    }
}

/// Why an evaluation ended without a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No term means the client.
    NothingMatches,
    /// The domain has no record that counts.
    NoRecord(NoRecord),
    /// It is a top-level domain, which no record is looked for at (RFC 7208, section 4.3).
    TopLevel,
    /// The domain that the term leads to cannot be one.
    NoDomain(NameError),
    /// DNS did not answer this question.
    NoAnswer(Question),
    /// More than [`TERMS_MAX`] terms ask DNS.
    TooManyTerms,
    /// More than [`VOID_MAX`] questions to DNS led to nothing.
    TooManyVoid,
    /// A domain has more than [`MX_MAX`] mail servers.
    TooManyMx,
}

impl Why {
    /// What the evaluation of a record comes to that ends for this reason.
    pub(super) fn result(&self) -> SpfResult {
        match self {
            Self::NothingMatches => SpfResult::Neutral,
            Self::NoRecord(NoRecord::Missing) | Self::TopLevel => SpfResult::None,
            Self::NoRecord(NoRecord::Several | NoRecord::Broken(_)) | Self::NoDomain(_) => {
                SpfResult::PermError
            }
            Self::NoAnswer(_) => SpfResult::TempError,
            Self::TooManyTerms | Self::TooManyVoid | Self::TooManyMx => SpfResult::PermError,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMatches => f.write_str("nothing matches"),
            Self::NoRecord(reason) => reason.fmt(f),
            Self::TopLevel => f.write_str("a top-level domain"),
            Self::NoDomain(error) => error.fmt(f),
            Self::NoAnswer(question) => write!(f, "no answer for {question}"),
            Self::TooManyTerms => write!(f, "more than {TERMS_MAX} terms ask DNS"),
            Self::TooManyVoid => write!(f, "more than {VOID_MAX} questions led to nothing"),
            Self::TooManyMx => write!(f, "more than {MX_MAX} mail servers"),
        }
    }
}

#[cfg(test)]
mod tests;
