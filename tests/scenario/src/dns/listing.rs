//! A zone that answers: a list of clients, with the entries by which it is tested, and a name with records of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use domain::base::Rtype;

use super::fault::LISTED;
use super::owner::{client_of, owner_name};
use super::{Answer, Content, DEFAULT_TTL, Fault, Record, Says, ZoneAnswer, message};

/// A zone that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// TTL of the records; whole seconds.
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
    /// The clients about whom more is said. None of them is in `listed`.
    pub odd: BTreeMap<IpAddr, Odd>,
    /// What is said about all clients that are in neither; `None`: what RFC 5782 wants, which is NXDOMAIN but for
    /// 127.0.0.2.
    pub others: Option<Odd>,
    /// What is said about the zone's own name, by type; nothing: there is no such name.
    pub own: BTreeMap<Rtype, Answer>,
}

/// What a list says about a client, where that is more than A records in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// Its A records.
    pub answer: Answer,
    /// Why it is listed: its TXT records (RFC 5782 section 2.1). Late as `answer` is, if it says nothing else.
    pub reason: Option<Answer>,
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
            own: BTreeMap::new(),
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

    /// Whether nothing is late, lost or a lie, and there are only the A records of clients.
    pub(super) fn is_plain(&self) -> bool {
        let Self { latency, lost, odd, others, own, ttl: _, soa_ttl: _, listed: _ } = self;
        latency.is_none() && *lost == 0 && odd.is_empty() && others.is_none() && own.is_empty()
    }

    /// Every trouble that some question can meet.
    pub(super) fn faults(&self) -> impl Iterator<Item = Fault> {
        let clients = self.odd.values().chain(&self.others);
        let clients = clients.flat_map(|odd| [Some(&odd.answer), odd.reason.as_ref()]).flatten();
        clients.chain(self.own.values()).filter_map(Answer::fault)
    }

    /// A name that has more than a message can hold.
    pub(crate) fn too_long(&self, zone: &str) -> Option<String> {
        let listed = self.listed.iter().map(|(client, records)| (*client, Cow::Owned(Odd::listed(records))));
        let odd = self.odd.iter().map(|(client, odd)| (*client, Cow::Borrowed(odd)));
        // Of all names that they can have, those of IPv6 are the longest.
        let others = self.others.iter().map(|odd| (Ipv6Addr::UNSPECIFIED.into(), Cow::Borrowed(odd)));
        let fits = |name: &str, answer: &Answer| message::fits(name, answer.records());
        let mut clients = listed.chain(odd).chain(others);
        let client = clients.find_map(|(client, odd)| {
            let name = owner_name(client, zone);
            let long =
                !fits(&name, &odd.answer) || odd.reason.as_ref().is_some_and(|reason| !fits(&name, reason));
            long.then_some(name)
        });
        client.or_else(|| self.own.values().any(|answer| !fits(zone, answer)).then(|| zone.to_owned()))
    }

    /// What is said about a name in this zone.
    pub(super) fn answer<'a>(&'a self, zone: &'a str, name: &str, rtype: Rtype) -> ZoneAnswer<'a> {
        let client = client_of(name, zone);
        let (answer, exists) = if name == zone && !self.own.is_empty() {
            (self.own.get(&rtype).cloned().unwrap_or_default(), true)
        } else {
            let odd = self.about(client);
            (odd.said(rtype), odd.has_records())
        };
        let soa = (zone, self.soa_ttl);
        ZoneAnswer {
            lossy: client.is_none_or(|client| !is_test(client)).then_some((zone, self.lost)),
            latency: answer.latency.or(self.latency),
            content: match answer.says {
                Some(Says::Records(records)) => Content::Records { records, ttl: self.ttl },
                Some(Says::Fault(fault)) => Content::Fault(fault),
                None if exists => Content::NoData { soa },
                None => Content::NoSuchName { soa: Some(soa) },
            },
        }
    }

    /// What is said about a client; about all other names it is what is said about others.
    fn about(&self, client: Option<IpAddr>) -> Cow<'_, Odd> {
        if let Some(records) = client.and_then(|client| self.listed.get(&client)) {
            return Cow::Owned(Odd::listed(records));
        }
        let odd = client.and_then(|client| self.odd.get(&client)).or(self.others.as_ref());
        let is_test = client.is_some_and(|client| client.to_canonical() == TEST_LISTED);
        odd.map_or_else(|| Cow::Owned(Odd::listed(if is_test { &[LISTED] } else { &[] })), Cow::Borrowed)
    }
}

// === impl Odd ===

impl Odd {
    /// With these A records, in time; none: not listed.
    fn listed(records: &[Ipv4Addr]) -> Self {
        let records: Vec<_> = records.iter().copied().map(Record::A).collect();
        let says = (!records.is_empty()).then_some(Says::Records(records));
        Self { answer: Answer { latency: None, says }, reason: None }
    }

    /// What is said to a question of this type. Trouble is trouble with every question.
    fn said(&self, rtype: Rtype) -> Answer {
        let Self { answer, reason } = self;
        match reason {
            _ if rtype == Rtype::A => answer.clone(),
            Some(Answer { latency, says }) if rtype == Rtype::TXT => {
                Answer { latency: latency.or(answer.latency), says: says.clone() }
            }
            _ => Answer { latency: answer.latency, says: answer.fault().map(Says::Fault) },
        }
    }

    fn has_records(&self) -> bool {
        [Some(&self.answer), self.reason.as_ref()]
            .into_iter()
            .flatten()
            .any(|said| !said.records().is_empty())
    }
}

/// Whether lists are tested with this client.
fn is_test(client: IpAddr) -> bool {
    let client = client.to_canonical();
    client == TEST_LISTED || client == TEST_UNLISTED
}

#[cfg(test)]
mod tests;
