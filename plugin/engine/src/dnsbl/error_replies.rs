//! What lists say when they do not answer (`dnsbl_error_replies`): asked too much, asked the wrong thing, or asked
//! through a resolver that makes up addresses.
//!
//! Whatever is configured, 127.255.255.0/24 and all that is outside of 127.0.0.0/8 is never a listing: see `message`.

use super::filter::{Filter, FilterError};
use super::name::{DomainName, DomainNameError};
use crate::word::{Word, WordError, word};
use std::error::Error;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An entry of `dnsbl_error_replies`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorReply {
    /// `known`: stands for [`KNOWN_ERROR_REPLIES`].
    Known,
    /// Some answers of some lists.
    Rule(ErrorRule),
}

/// `[!]domain=filter`: whether some answers of some lists are errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRule {
    /// `!`: they are listings, whatever a later rule says.
    excluded: bool,
    /// The list, and those below it; `None`, written `*`: every list.
    list: Option<DomainName>,
    answers: Filter,
}

/// An answer that a list documents, or is known to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownErrorReply {
    /// As one would write it in `dnsbl_error_replies`.
    pub rule: &'static str,
    /// What the list means by it.
    pub meaning: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const fn known(rule: &'static str, meaning: &'static str, source: &'static str) -> KnownErrorReply {
    KnownErrorReply { rule, meaning, source }
}

/// What is known of lists: first the lists at which an answer is a listing that is an error elsewhere, then errors of
/// one list, then answers that are errors at every other list.
///
/// Errors everywhere are only answers that come under any name, from resolvers that make them up and from lists that
/// are served again elsewhere, and that no other list in use gives for a listing. Where some list may well have the
/// number for a listing, as 127.0.10.3, it is an error at the list that is known for it.
pub const KNOWN_ERROR_REPLIES: [KnownErrorReply; 10] = [
    known(
        "!hostkarma.junkemailfilter.com=127.0.0.1",
        "a good sender",
        "wiki.junkemailfilter.com/index.php/Spam_DNS_Lists",
    ),
    known("!isipp.com=127.0.0.1", "an accredited sender", "isipp.com/iadbcodes.php"),
    known("!isipp.com=127.0.1.255", "a vouched sender", "isipp.com/iadbcodes.php"),
    known("!efnetrbl.org=127.0.0.1", "an open proxy", "rbl.efnetrbl.org"),
    known("!dronebl.org=127.0.0.255", "a threat of no other class", "dronebl.org/classes"),
    known(
        "dnswl.org=127.0.10.3",
        "asked too much for long: everybody is trusted highly",
        "dnswl.org/?p=120, github.com/rspamd/rspamd/pull/4627",
    ),
    known(
        "zrd.dq.spamhaus.net=127.0.2.255",
        "a list of domains, asked about an address",
        "github.com/spamhaus/rspamd-dqs",
    ),
    known(
        "*=127.0.1.255",
        "a list of domains, asked about an address (Spamhaus DBL)",
        "docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html",
    ),
    known("*=127.0.0.255", "asked too much (dnswl.org)", "dnswl.org/?page_id=15"),
    known(
        "*=127.0.0.1",
        "asked too much (URIBL, SURBL), or a resolver that blocks the list",
        "uribl.com/refused.shtml, surbl.org/lists",
    ),
];

/// The rules that speak of one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorReplies(Box<[ErrorRule]>);

impl ErrorReplies {
    /// Of all rules those about `list`.
    pub fn of(list: &DomainName, rules: &[ErrorReply]) -> Self {
        let about =
            |rule: &ErrorRule| rule.list.as_ref().is_none_or(|domain| list.is_within(domain.as_str()));
        Self(rules.iter().flat_map(ErrorReply::rules).filter(about).collect())
    }

    /// Whether the list means no listing by this answer: the first rule that has it decides.
    pub fn contain(&self, address: Ipv4Addr) -> bool {
        let first = self.0.iter().find(|rule| rule.answers.matches(address));
        first.is_some_and(|rule| !rule.excluded)
    }
}

/// The addresses that are known to be errors of `list`.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn known_errors(list: &DomainName) -> impl Iterator<Item = Ipv4Addr> {
    let errors = ErrorReplies::of(list, &[ErrorReply::Known]);
    let rules = KNOWN_ERROR_REPLIES.iter().map(|known| known.rule).filter(|rule| !rule.starts_with('!'));
    let addresses = rules.filter_map(|rule| rule.split_once('=')?.1.parse().ok());
    addresses.filter(move |&address| errors.contain(address))
}

#[cfg(not(target_family = "wasm"))]
impl ErrorRule {
    /// Whether its answers are listings, of which list (`None`: of every one), and the answers.
    pub(crate) fn parts(&self) -> (bool, Option<&DomainName>, &Filter) {
        (self.excluded, self.list.as_ref(), &self.answers)
    }
}

impl ErrorReply {
    fn rules(&self) -> Vec<ErrorRule> {
        match self {
            // A test reads them all.
            Self::Known => KNOWN_ERROR_REPLIES.iter().filter_map(|known| known.rule.parse().ok()).collect(),
            Self::Rule(rule) => vec![rule.clone()],
        }
    }
}

impl Word for ErrorReply {
    const EXPECTED: &'static str =
        "\"known\" or [!]domain=filter, such as \"bl.example.org=127.0.0.[254..255]\" or \"!*=127.0.0.1\"";
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known => f.write_str("known"),
            Self::Rule(rule) => rule.fmt(f),
        }
    }
}

impl fmt::Display for ErrorRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.excluded { "!" } else { "" })?;
        match &self.list {
            Some(list) => write!(f, "{list}={}", self.answers),
            None => write!(f, "*={}", self.answers),
        }
    }
}

impl FromStr for ErrorReply {
    type Err = ErrorReplyError;

    fn from_str(text: &str) -> Result<Self, ErrorReplyError> {
        if text == "known" { Ok(Self::Known) } else { text.parse().map(Self::Rule) }
    }
}

impl FromStr for ErrorRule {
    type Err = ErrorReplyError;

    fn from_str(text: &str) -> Result<Self, ErrorReplyError> {
        let (list, answers) =
            text.split_once('=').ok_or(ErrorReplyError::Form(WordError::no::<ErrorReply>()))?;
        let (excluded, list) = match list.strip_prefix('!') {
            Some(list) => (true, list),
            None => (false, list),
        };
        let list = match list {
            "*" => None,
            domain => Some(domain.parse().map_err(ErrorReplyError::Domain)?),
        };
        Ok(Self { excluded, list, answers: answers.parse().map_err(ErrorReplyError::Filter)? })
    }
}

/// Why a text is no [`ErrorReply`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorReplyError {
    /// It is neither `known` nor has a `=`.
    Form(WordError),
    /// What stands for the list.
    Domain(DomainNameError),
    /// What stands for the answers.
    Filter(FilterError),
}

impl fmt::Display for ErrorReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::Domain(error) => error.fmt(f),
            Self::Filter(error) => write!(f, "bad DNSBL filter syntax: {error}"),
        }
    }
}

impl Error for ErrorReplyError {}

word!(
    ErrorReply,
    "pattern": "^(known|!?(\\*|[^\\s,*=!]+)=[^\\s,*]+)$",
    "examples": ["known", "bl.example.org=127.0.0.[254..255]", "!wl.example.org=127.0.0.1"]
);

#[cfg(test)]
mod tests;
