//! What to do with a client that fails a test.

use super::{Word, word};
use std::fmt;
use std::str::FromStr;

/// What to do with a client that fails a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Log it and serve the client all the same; test it again next time.
    Ignore,
    /// Refuse with a 521 reply and close.
    Drop,
}

impl Word for Action {
    const EXPECTED: &'static str = "\"ignore\" or \"drop\"";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignore => "ignore",
            Self::Drop => "drop",
        })
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ignore" | "continue" => Ok(Self::Ignore),
            "drop" => Ok(Self::Drop),
            "enforce" => Err(format!("not supported by this version: expected {}", Self::EXPECTED)),
            _ => Err(format!("expected {}", Self::EXPECTED)),
        }
    }
}

word!(Action, "enum": ["ignore", "drop", "continue"]);
