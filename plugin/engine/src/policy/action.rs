//! What to do with a client that fails a test.

use crate::word::{Word, WordError, word};
use std::fmt;
use std::str::FromStr;

/// What to do with a client that fails a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Log it and serve the client all the same; test it again next time.
    Ignore,
    /// Go on with the other tests, then talk to the client, but refuse all mail with 550, and log what it wanted.
    Enforce,
    /// Refuse with a 521 reply and close.
    Drop,
}

impl Word for Action {
    const EXPECTED: &'static str = "\"ignore\", \"enforce\" or \"drop\"";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignore => "ignore",
            Self::Enforce => "enforce",
            Self::Drop => "drop",
        })
    }
}

impl FromStr for Action {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        match text {
            "ignore" | "continue" => Ok(Self::Ignore),
            "enforce" => Ok(Self::Enforce),
            "drop" => Ok(Self::Drop),
            _ => Err(WordError::no::<Self>()),
        }
    }
}

word!(Action, "enum": ["ignore", "enforce", "drop", "continue"]);
