//! Everything that can be wrong with an answer; among it answers that say something else than the truth: messages, or
//! pieces of one, made from a true one.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use domain::base::Rtype;

use super::Record;

/// Declares the troubles with the words that stories have for them.
macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $word:literal,)*) => {
        /// What goes wrong with a question. All lies try to get the client listed, as 127.0.0.2, or allowed by SPF.
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
    /// A record of another type: TXT, or A where TXT was asked for.
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

/// What every lie about an address is: a record that any list would use.
pub(super) const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// What every lie about a text is: the SPF record (RFC 7208) of a domain whose mail all clients of stories may send.
const ALLOWED: &[u8] =
    b"v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all";

/// Far more than an answer needs, which has some hundred bytes, and little enough for a UDP datagram.
pub(super) const OVERSIZED_BYTES: usize = 16 * 1024;
const HEADER_BYTES: usize = 12;
/// Where the flags stand in the header, and TC among them (RFC 1035 section 4.1.1).
const FLAGS_AT: usize = 2;
const TRUNCATED: u8 = 2;
/// Type and class after the name of a question.
const QUESTION_TAIL_BYTES: usize = 4;
const PAGE: &[u8] = b"<!doctype html><title>Log in</title><p>127.0.0.2</p>";

/// The record that a lie is about, in answer to a question of this type for `name`.
pub(super) fn lie(fault: Fault, rtype: Rtype, name: &str) -> Record {
    match (fault, rtype) {
        (Fault::WrongType, Rtype::TXT) => Record::A(LISTED),
        (Fault::WrongType, _) => Record::Txt(LISTED.to_string().into_bytes()),
        (_, Rtype::TXT) => Record::Txt(ALLOWED.to_vec()),
        (_, Rtype::AAAA) => Record::Aaaa(LISTED.to_ipv6_mapped()),
        (_, Rtype::MX) => Record::Mx(name.to_owned()),
        (_, Rtype::PTR) => Record::Ptr(name.to_owned()),
        _ => Record::A(LISTED),
    }
}

/// The lie `fault` in place of `truth`, a message with one question and one record, its name written out. What is no
/// lie about a message stays the truth.
pub(super) fn told(fault: Fault, truth: Vec<u8>) -> Vec<u8> {
    let mut message = truth;
    let record_at = HEADER_BYTES + name_len(&message) + QUESTION_TAIL_BYTES;
    match fault {
        Fault::Cut => message.truncate(message.len().saturating_sub(6)),
        Fault::Empty => message.clear(),
        Fault::Garbage => message = PAGE.to_vec(),
        Fault::Oversized => message.resize(OVERSIZED_BYTES, 0),
        Fault::Truncated => alter(&mut message, FLAGS_AT, |flags| flags | TRUNCATED),
        Fault::WrongId => alter(&mut message, 1, |id| id ^ 1),
        // The first letter or digit of the name becomes another one.
        Fault::WrongName => alter(&mut message, record_at + 1, |letter| letter ^ 1),
        Fault::WrongQuestion => alter(&mut message, HEADER_BYTES + 1, |letter| letter ^ 1),
        _ => {}
    }
    message
}

/// How long the name of the question is, its final zero included.
fn name_len(message: &[u8]) -> usize {
    let name = message.get(HEADER_BYTES..).unwrap_or_default();
    let mut len = 0;
    while let Some(&label) = name.get(len)
        && label != 0
    {
        len += 1 + usize::from(label);
    }
    len + 1
}

fn alter(message: &mut [u8], at: usize, change: impl Fn(u8) -> u8) {
    if let Some(byte) = message.get_mut(at) {
        *byte = change(*byte);
    }
}

#[cfg(test)]
mod tests;
