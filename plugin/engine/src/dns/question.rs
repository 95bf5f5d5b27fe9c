//! One question: a name, and the kind of record that is asked for.

use super::answer::Answer;
use super::name::Name;
use crate::dnsbl::BadAnswer;
use crate::dnsbl::message::HEADER;
use std::fmt;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// Whose records.
    pub name: Name,
    /// Which of them.
    pub kind: Kind,
}

/// A kind of record (RFC 1035, section 3.2.2; RFC 3596 for AAAA).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Texts.
    Txt,
    /// Mail servers.
    Mx,
    /// Names of an address.
    Ptr,
}

impl Kind {
    /// Its number in messages.
    pub(super) fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Ptr => 12,
            Self::Mx => 15,
            Self::Txt => 16,
            Self::Aaaa => 28,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Txt => "TXT",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
        })
    }
}

impl Question {
    /// The question as a DNS message with the message id 0, recursion desired.
    pub fn encode(&self) -> Vec<u8> {
        [HEADER.as_slice(), self.name.as_wire(), &self.kind_and_class()].concat()
    }

    /// Reads the answer to it. Never an error that only lists know ([`BadAnswer::ErrorAddress`]).
    pub fn parse_answer(&self, message: &[u8]) -> Result<Answer, BadAnswer> {
        Answer::parse(self.kind, [self.name.as_wire(), &self.kind_and_class()], message)
    }

    /// The kind, and the class IN.
    fn kind_and_class(&self) -> [u8; 4] {
        let [high, low] = self.kind.number().to_be_bytes();
        [high, low, 0, 1]
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)
    }
}

#[cfg(test)]
mod tests;
