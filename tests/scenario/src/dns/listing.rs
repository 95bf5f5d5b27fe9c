//! A zone that lists clients, and the entries that every list has for tests.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::fault::LISTED;
use super::owner::client_of;
use super::{Content, DEFAULT_TTL, Fault, ZoneAnswer};

/// A zone that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// TTL of the A records; whole seconds.
    pub ttl: Duration,
    /// TTL of the SOA record in negative answers; whole seconds.
    pub soa_ttl: Duration,
    /// How long an answer takes; `None`: what the host's resolver takes.
    pub latency: Option<Duration>,
    /// So many questions get no answer, the first ones of the story. Those about the two clients that a list is tested
    /// with do not count: a host asks them when it likes.
    pub lost: u32,
    /// The listed clients and their A records, at least one each.
    pub listed: BTreeMap<IpAddr, Vec<Ipv4Addr>>,
    /// The clients about whom the zone answers in another way. None of them is in `listed`.
    pub odd: BTreeMap<IpAddr, Odd>,
    /// What is said about all clients that are in neither; `None`: what RFC 5782 wants, which is NXDOMAIN but for
    /// 127.0.0.2.
    pub others: Option<Says>,
}

/// An answer that is late, wrong or missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// How long it takes; `None`: as long as the zone's answers.
    pub latency: Option<Duration>,
    /// What it says; `None`: NXDOMAIN.
    pub says: Option<Says>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// These A records, at least one.
    Records(Vec<Ipv4Addr>),
    /// Nothing of use.
    Fault(Fault),
}

/// The client that every list must have, so that it can be tested (RFC 5782 section 5); over IPv6 it is IPv4-mapped.
const TEST_LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// The client that no list may have, likewise.
const TEST_UNLISTED: Ipv4Addr = Ipv4Addr::LOCALHOST;

// === impl Listing ===

impl Default for Listing {
    fn default() -> Self {
        Self {
            ttl: DEFAULT_TTL,
            soa_ttl: DEFAULT_TTL,
            latency: None,
            lost: 0,
            listed: BTreeMap::new(),
            odd: BTreeMap::new(),
            others: None,
        }
    }
}

impl Listing {
    /// Everybody that the zone has an A record for if all is well with it: the story's clients, and the one that every
    /// list must have.
    pub fn entries(&self) -> BTreeMap<IpAddr, Vec<Ipv4Addr>> {
        let mut entries = self.listed.clone();
        for test in [IpAddr::V4(TEST_LISTED), IpAddr::V6(TEST_LISTED.to_ipv6_mapped())] {
            if !self.odd.contains_key(&test) && self.others.is_none() {
                entries.entry(test).or_insert_with(|| vec![LISTED]);
            }
        }
        entries
    }

    /// What is said about a name in this zone.
    pub(super) fn answer<'a>(&'a self, zone: &'a str, name: &str) -> ZoneAnswer<'a> {
        let client = client_of(name, zone);
        let odd = client.and_then(|client| self.odd.get(&client));
        ZoneAnswer {
            lossy: client.is_none_or(|client| !is_test(client)).then_some((zone, self.lost)),
            latency: odd.and_then(|odd| odd.latency).or(self.latency),
            content: self.content(zone, client, odd),
        }
    }

    fn content<'a>(&'a self, zone: &'a str, client: Option<IpAddr>, odd: Option<&'a Odd>) -> Content<'a> {
        if let Some(records) = client.and_then(|client| self.listed.get(&client)) {
            return Content::Addresses { records, ttl: self.ttl };
        }
        match odd.map_or(self.others.as_ref(), |odd| odd.says.as_ref()) {
            Some(Says::Records(records)) => Content::Addresses { records, ttl: self.ttl },
            Some(Says::Fault(fault)) => Content::Fault(*fault),
            None if odd.is_none() && client.is_some_and(|client| client.to_canonical() == TEST_LISTED) => {
                Content::Addresses { records: &[LISTED], ttl: self.ttl }
            }
            None => Content::NoSuchName { soa: Some((zone, self.soa_ttl)) },
        }
    }
}

/// Whether lists are tested with this client.
fn is_test(client: IpAddr) -> bool {
    let client = client.to_canonical();
    client == TEST_LISTED || client == TEST_UNLISTED
}

#[cfg(test)]
mod tests;
