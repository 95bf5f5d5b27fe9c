//! Everything that can be wrong with an answer.

use std::fmt;
use std::str::FromStr;

/// Declares the troubles with the words that stories have for them.
macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $word:literal,)*) => {
        /// What goes wrong with a question. All lies try to get the client listed, as 127.0.0.2.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $($(#[$doc])* $fault,)*
            /// The resolver's HTTP front answers with this status, 300 to 599, and not with 200.
            Status(u16),
        }

        impl Fault {
            /// All that are one word; `http-STATUS` comes on top.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$fault),)*];
        }
    };
}

faults! {
    /// The answer is cut in the middle of its record.
    Cut = "cut",
    /// Nobody listens where the resolver should be.
    Down = "down",
    /// An answer of no byte.
    Empty = "empty",
    /// Bytes that are no DNS message: a web page, as a captive portal sends one.
    Garbage = "garbage",
    /// An answer that is far longer than its records need.
    Oversized = "oversized",
    /// REFUSED: the asker may not ask (RFC 1035 section 4.1.1).
    Refused = "refused",
    /// The connection breaks before an answer.
    Reset = "reset",
    /// SERVFAIL: the resolver could not find out.
    Servfail = "servfail",
    /// No answer ever.
    Timeout = "timeout",
    /// A listing that says of itself that it is cut short (RFC 2181 section 9).
    Truncated = "truncated",
    /// Another id than the question's.
    WrongId = "wrong-id",
    /// The record belongs to another name.
    WrongName = "wrong-name",
    /// An answer to another question.
    WrongQuestion = "wrong-question",
    /// A record of another type, TXT.
    WrongType = "wrong-type",
}

/// What begins the word for an HTTP status.
const STATUS: &str = "http-";
/// The statuses that are neither progress nor success.
const STATUSES: std::ops::RangeInclusive<u16> = 300..=599;

// === impl Fault ===

impl Fault {
    /// Whether only a resolver that is asked by HTTP can have this trouble.
    pub fn needs_http(self) -> bool {
        matches!(self, Self::Down | Self::Empty | Self::Reset | Self::Status(_))
    }

    /// Whether the answer is a message that says something else than the truth.
    pub fn is_lie(self) -> bool {
        !self.needs_http() && !matches!(self, Self::Refused | Self::Servfail | Self::Timeout)
    }

    /// The words, for a message that says what was expected.
    pub fn expected() -> String {
        let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        format!("{} or {STATUS}STATUS with 300 to 599", words.join(", "))
    }
}

impl FromStr for Fault {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some((_, fault)) = Self::WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(*fault);
        }
        let digits = text.strip_prefix(STATUS).filter(|digits| digits.len() == 3).ok_or(())?;
        digits.parse().ok().filter(|status| STATUSES.contains(status)).map(Self::Status).ok_or(())
    }
}

impl fmt::Display for Fault {
    /// As stories write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Status(status) = self {
            return write!(f, "{STATUS}{status}");
        }
        let word = Self::WORDS.iter().find(|(_, fault)| fault == self).map(|(word, _)| *word);
        f.write_str(word.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
