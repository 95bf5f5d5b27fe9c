//! Entries of `dnsbl_sites` and `dnsbl_trial_sites`: `domain[=filter][*weight]`. Those with one domain share one
//! question: they are a zone.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::str::FromStr;

use super::error_replies::{ErrorReplies, ErrorReply};
use super::filter::{Filter, FilterError};
use super::message::{self, BadAnswer, ParsedAnswer, QuestionTail, ReversedName};
use super::name::{DomainName, DomainNameError, PublicName};
use super::query_keys::without_key;
use crate::word::{Word, word};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// One entry: which answers of which list are worth what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The list.
    pub domain: DomainName,
    /// The answers that count; `None`: any listing.
    pub filter: Option<Filter>,
    /// What a match adds to the score; negative for allowlists. Added once, however many answers match.
    pub weight: i32,
}

impl Word for Site {
    const EXPECTED: &'static str = "domain[=filter][*weight], such as \"zen.spamhaus.org=127.0.0.[2..11]*3\"";
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.domain.fmt(f)?;
        if let Some(filter) = &self.filter {
            write!(f, "={filter}")?;
        }
        match self.weight {
            1 => Ok(()),
            weight => write!(f, "*{weight}"),
        }
    }
}

impl FromStr for Site {
    type Err = SiteError;

    /// Splits as Postfix does: at the first `*`, then at the first `=` before it.
    fn from_str(text: &str) -> Result<Self, SiteError> {
        let (rest, weight) = split(text, '*');
        let (domain, filter) = split(rest, '=');
        let error = |kind, span| SiteError { kind, span };
        if let Some(odd) = text.chars().find(|&c| c.is_whitespace() || c == ',') {
            return Err(error(SiteErrorKind::Separator(odd), 0..domain.len()));
        }
        let weight = weight.map_or(Ok(1), |weight| {
            let wrong = |_| error(SiteErrorKind::Weight(weight.to_owned()), rest.len() + 1..text.len());
            weight.parse().map_err(wrong)
        })?;
        let filter = filter.map(str::parse).transpose().map_err(|wrong: FilterError| {
            let start = domain.len() + 1;
            let span = start + wrong.span.start..start + wrong.span.end;
            error(SiteErrorKind::Filter(wrong), span)
        })?;
        let domain = domain.parse().map_err(|wrong| error(SiteErrorKind::Domain(wrong), 0..domain.len()))?;
        Ok(Self { domain, filter, weight })
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Why a text is no [`Site`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// What is wrong.
    pub kind: SiteErrorKind,
    /// The part of the entry that is wrong, in bytes: the weight, a token of the filter, or the domain. Of several
    /// entries in one text, what stands for the domain.
    pub span: Range<usize>,
}

/// What is wrong with the text of a [`Site`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteErrorKind {
    /// A blank or a comma, as between two entries.
    Separator(char),
    /// This weight is no whole number of 32 bits.
    Weight(String),
    /// The filter. Its span begins with the filter, not with the entry.
    Filter(FilterError),
    /// The domain.
    Domain(DomainNameError),
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            SiteErrorKind::Separator(odd) => {
                write!(f, "one entry per string: {odd:?} does not belong here")
            }
            SiteErrorKind::Weight(text) => write!(f, "bad DNSBL weight \"{text}\": expected a whole number"),
            SiteErrorKind::Filter(error) => write!(f, "bad DNSBL filter syntax: {error}"),
            SiteErrorKind::Domain(error) => error.fmt(f),
        }
    }
}

impl Error for SiteError {}

word!(
    Site,
    "pattern": "^[^\\s,*=]+(=[^\\s,*]+)?(\\*[+-]?[0-9]+)?$",
    "examples": ["zen.spamhaus.org=127.0.0.[2..11]*3"]
);

/// A list, and what its answers are worth.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Where to ask. May hold a secret key: for questions only.
    pub domain: DomainName,
    /// What to call the list before clients and in logs: as `dnsbl_reply_map` says, else without its key.
    pub public_name: PublicName,
    /// Whether it is asked only to see what it would change (`dnsbl_trial_sites`): nobody waits for it, and it decides
    /// nothing.
    pub on_trial: bool,
    /// A number that stands for `domain` where workers meet.
    id: u64,
    tail: QuestionTail,
    errors: ErrorReplies,
    entries: Vec<ZoneEntry>,
}

/// What some answers of a list are worth.
#[derive(Clone, Debug)]
pub struct ZoneEntry {
    /// The answers that count; `None`: any listing.
    pub filter: Option<Filter>,
    /// What a match adds to the score.
    pub weight: i32,
}

impl ZoneEntry {
    /// Whether at least one of `addresses` counts.
    pub fn matches(&self, addresses: &[Ipv4Addr]) -> bool {
        match &self.filter {
            None => !addresses.is_empty(),
            Some(filter) => addresses.iter().any(|&address| filter.matches(address)),
        }
    }
}

/// Gathers entries by domain, in the order in which each domain is first named; those on trial come last. A domain is
/// not among both.
pub fn zones(
    sites: &[Site],
    trial_sites: &[Site],
    reply_map: &BTreeMap<DomainName, PublicName>,
    error_replies: &[ErrorReply],
) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let decisive = sites.iter().map(|site| (site, false));
    for (site, on_trial) in decisive.chain(trial_sites.iter().map(|site| (site, true))) {
        let entry = ZoneEntry { filter: site.filter.clone(), weight: site.weight };
        match zones.iter_mut().find(|zone| zone.domain == site.domain) {
            Some(zone) => zone.entries.push(entry),
            None => zones.push(Zone {
                domain: site.domain.clone(),
                public_name: public_name(&site.domain, reply_map),
                on_trial,
                id: number(&site.domain),
                tail: (&site.domain).into(),
                errors: ErrorReplies::of(&site.domain, error_replies),
                entries: vec![entry],
            }),
        }
    }
    zones
}

fn public_name(list: &DomainName, reply_map: &BTreeMap<DomainName, PublicName>) -> PublicName {
    reply_map.get(list).cloned().or_else(|| without_key(list)).unwrap_or_else(|| list.into())
}

/// The same on all workers.
fn number(domain: &DomainName) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(domain.as_str().as_bytes());
    hasher.finish()
}

impl Zone {
    /// A number that stands for the list, the same in all policies and on all workers.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The A question about a client, with the message id 0. `None` when its name would be longer than DNS allows.
    pub fn question(&self, client: &ReversedName) -> Option<Vec<u8>> {
        message::question(client, &self.tail)
    }

    /// Reads the answer to [`Zone::question`].
    pub fn parse_answer(&self, client: &ReversedName, message: &[u8]) -> Result<ParsedAnswer, BadAnswer> {
        message::parse_answer(client, &self.tail, &self.errors, message)
    }

    /// What the list's answers are worth, in the order of the configuration.
    pub fn entries(&self) -> &[ZoneEntry] {
        &self.entries
    }

    /// The weights of the entries that at least one of `addresses` matches, each once.
    pub fn matching_weights(&self, addresses: &[Ipv4Addr]) -> impl Iterator<Item = i32> {
        self.entries.iter().filter(|entry| entry.matches(addresses)).map(|entry| entry.weight)
    }

    /// The most that the list can take from a score, 0 or less.
    pub fn lowest(&self) -> i32 {
        self.weights().filter(|&weight| weight < 0).fold(0, i32::saturating_add)
    }

    /// The most that it can add to a score, 0 or more.
    pub fn highest(&self) -> i32 {
        self.weights().filter(|&weight| weight > 0).fold(0, i32::saturating_add)
    }

    /// The weights of all entries, matching or not.
    pub fn weights(&self) -> impl Iterator<Item = i32> {
        self.entries.iter().map(|entry| entry.weight)
    }
}

#[cfg(test)]
mod tests;
