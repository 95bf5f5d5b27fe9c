//! Words about the dummy SMTP server.

use crate::access::Pattern;
use crate::word::{Word, WordError, word};
use serde::Deserialize;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The longest reject footer, in bytes.
pub const FOOTER_MAX: usize = 1_000;
/// The longest forbidden command, in bytes.
const VERB_MAX: usize = 64;
/// What Postfix writes for "the first character is no letter".
const NO_LETTER: &str = "regexp:{{/^[^A-Z]/ Bogus}}";

/// A word that no mail client begins a line with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForbiddenCommand {
    /// This word, in any case.
    Verb(String),
    /// Any word that does not begin with a letter: the one table of Postfix's default,
    /// `regexp:{{/^[^A-Z]/ Bogus}}`. Other tables are not supported.
    NoLetter,
}

impl ForbiddenCommand {
    /// Postfix's default since 3.7.
    pub(super) fn defaults() -> Vec<Self> {
        let verbs = ["CONNECT", "GET", "POST"].map(|verb| Self::Verb(verb.to_owned()));
        verbs.into_iter().chain([Self::NoLetter]).collect()
    }
}

impl Word for ForbiddenCommand {
    const EXPECTED: &'static str = "a word of printable ASCII without blanks and \":\", at most 64 bytes, \
         or \"regexp:{{/^[^A-Z]/ Bogus}}\"";
}

impl fmt::Display for ForbiddenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verb(verb) => verb,
            Self::NoLetter => NO_LETTER,
        })
    }
}

impl FromStr for ForbiddenCommand {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        match text {
            NO_LETTER => Ok(Self::NoLetter),
            _ if plain && (1..=VERB_MAX).contains(&text.len()) => Ok(Self::Verb(text.to_owned())),
            _ => Err(WordError::no::<Self>()),
        }
    }
}

word!(ForbiddenCommand, "minLength": 1, "maxLength": VERB_MAX);

/// A keyword of the EHLO reply that can be left out, in any case; `silent-discard` leaves out the log line about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the keyword that it is named after")]
pub enum EhloKeyword {
    Size,
    Vrfy,
    Etrn,
    Starttls,
    Auth,
    Enhancedstatuscodes,
    EightBitMime,
    Dsn,
    Smtputf8,
    Chunking,
    Pipelining,
    Xclient,
    Xforward,
    SilentDiscard,
}

impl EhloKeyword {
    /// All of them, in Postfix's words.
    const ALL: [(Self, &'static str); 14] = [
        (Self::Size, "SIZE"),
        (Self::Vrfy, "VRFY"),
        (Self::Etrn, "ETRN"),
        (Self::Starttls, "STARTTLS"),
        (Self::Auth, "AUTH"),
        (Self::Enhancedstatuscodes, "ENHANCEDSTATUSCODES"),
        (Self::EightBitMime, "8BITMIME"),
        (Self::Dsn, "DSN"),
        (Self::Smtputf8, "SMTPUTF8"),
        (Self::Chunking, "CHUNKING"),
        (Self::Pipelining, "PIPELINING"),
        (Self::Xclient, "XCLIENT"),
        (Self::Xforward, "XFORWARD"),
        (Self::SilentDiscard, "silent-discard"),
    ];

    /// The keyword as it stands in the reply.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|&(keyword, _)| keyword == self).map_or("", |(_, name)| name)
    }

    /// All of them, as they are written.
    #[cfg(not(target_family = "wasm"))]
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(|(_, name)| name)
    }
}

impl Word for EhloKeyword {
    const EXPECTED: &'static str = "an EHLO keyword such as \"DSN\", or \"silent-discard\"";
}

impl fmt::Display for EhloKeyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EhloKeyword {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let found = Self::ALL.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        found.map(|(keyword, _)| keyword).ok_or(WordError::no::<Self>())
    }
}

word!(EhloKeyword, "examples": ["DSN", "CHUNKING", "silent-discard"]);

/// EHLO keywords that clients of one network do not get to see.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeywordRule {
    /// The clients.
    pub cidr: Pattern,
    /// The keywords to leave out.
    pub keywords: Vec<EhloKeyword>,
}

/// Text after every 4xx and 5xx reply of the dummy SMTP server, in Postfix's template language: `\n` begins a new reply
/// line, `\c` at the beginning goes on in the same line; `$client_address`, `$client_port`, `$localtime` (in UTC) and
/// `$server_name` are replaced. Printable ASCII, at most [`FOOTER_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footer(String);

impl Footer {
    /// The template; empty: no footer.
    pub fn template(&self) -> &str {
        &self.0
    }
}

/// Why a text is no [`Footer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FooterError {
    /// It is too long, or not printable ASCII.
    Text(WordError),
    /// What follows a `$` is none of the names that are replaced; with what was expected.
    Name(String),
}

impl fmt::Display for FooterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(error) => error.fmt(f),
            Self::Name(expected) => f.write_str(expected),
        }
    }
}

impl Error for FooterError {}

impl Word for Footer {
    const EXPECTED: &'static str = "a template of printable ASCII, at most 1000 bytes";
}

impl fmt::Display for Footer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Footer {
    type Err = FooterError;

    fn from_str(text: &str) -> Result<Self, FooterError> {
        if text.len() > FOOTER_MAX || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(FooterError::Text(WordError::no::<Self>()));
        }
        crate::reply::check_footer(text).map_err(FooterError::Name)?;
        Ok(Self(text.to_owned()))
    }
}

word!(Footer, "maxLength": FOOTER_MAX, "pattern": "^[ -~]*$");

/// Who writes a PROXY protocol header before the client's first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpstreamProxy {
    /// Nobody, or one that the host has already read.
    #[default]
    None,
    /// A load balancer: PROXY protocol version 1 or 2, on every connection.
    Haproxy,
}

impl Word for UpstreamProxy {
    const EXPECTED: &'static str = "\"\" or \"haproxy\"";
}

impl fmt::Display for UpstreamProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::Haproxy => "haproxy",
        })
    }
}

impl FromStr for UpstreamProxy {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        match text {
            "" => Ok(Self::None),
            "haproxy" => Ok(Self::Haproxy),
            _ => Err(WordError::no::<Self>()),
        }
    }
}

word!(UpstreamProxy, "enum": ["", "haproxy"]);
