//! The lists to ask: entries of `dnsbl_sites` with the same domain share one question.

use super::filter::Filter;
use super::message::{self, BadAnswer, ParsedAnswer, QuestionTail, ReversedName};
use super::name::{DomainName, PublicName};
use super::site::Site;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A list, and what its answers are worth.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Where to ask. May hold a secret key: for questions only.
    pub domain: DomainName,
    /// What to call the list before clients and in logs (`dnsbl_reply_map`).
    pub public_name: PublicName,
    tail: QuestionTail,
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

/// Gathers entries by domain, in the order in which each domain is first named.
pub fn zones(sites: &[Site], reply_map: &BTreeMap<DomainName, PublicName>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for site in sites {
        let entry = ZoneEntry { filter: site.filter.clone(), weight: site.weight };
        match zones.iter_mut().find(|zone| zone.domain == site.domain) {
            Some(zone) => zone.entries.push(entry),
            None => zones.push(Zone {
                domain: site.domain.clone(),
                public_name: reply_map.get(&site.domain).cloned().unwrap_or_else(|| (&site.domain).into()),
                tail: (&site.domain).into(),
                entries: vec![entry],
            }),
        }
    }
    zones
}

impl Zone {
    /// The A question about a client, with the message id 0. `None` when its name would be longer than DNS allows.
    pub fn question(&self, client: &ReversedName) -> Option<Vec<u8>> {
        message::question(client, &self.tail)
    }

    /// Reads the answer to [`Zone::question`].
    pub fn parse_answer(&self, client: &ReversedName, message: &[u8]) -> Result<ParsedAnswer, BadAnswer> {
        message::parse_answer(client, &self.tail, message)
    }

    /// What the list's answers are worth, in the order of `dnsbl_sites`.
    pub fn entries(&self) -> &[ZoneEntry] {
        &self.entries
    }

    /// The weights of the entries that at least one of `addresses` matches, each once.
    pub fn matching_weights(&self, addresses: &[Ipv4Addr]) -> impl Iterator<Item = i32> {
        self.entries.iter().filter(|entry| entry.matches(addresses)).map(|entry| entry.weight)
    }

    /// The weights of all entries, matching or not.
    pub fn weights(&self) -> impl Iterator<Item = i32> {
        self.entries.iter().map(|entry| entry.weight)
    }
}
