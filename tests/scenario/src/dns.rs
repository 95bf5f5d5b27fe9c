//! The zones that a story's resolver knows, and the names that clients have in them.

mod fault;
mod message;
mod resolver;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

pub use fault::Fault;
pub use message::{QUESTION_BYTES_MAX, Reply};
pub use resolver::{Answered, Resolver};

/// TTL of A records and of the SOA record where a zone does not say otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_mins(5);

/// All zones of a story, by lower-case domain name without a final dot. Any other name does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones(pub(crate) BTreeMap<String, Zone>);

/// How one zone behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Answers for the listed clients; NXDOMAIN with an SOA record for the others.
    Listing(Listing),
    /// The same trouble with every question.
    Fault(Fault),
}

/// A zone that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// TTL of the A records; whole seconds.
    pub ttl: Duration,
    /// TTL of the SOA record in negative answers; whole seconds.
    pub soa_ttl: Duration,
    /// How long an answer takes; `None`: what the host's resolver takes.
    pub latency: Option<Duration>,
    /// So many questions get no answer, the first ones of the story.
    pub lost: u32,
    /// The listed clients and their A records, at least one each.
    pub listed: BTreeMap<IpAddr, Vec<Ipv4Addr>>,
    /// The clients about whom the zone answers in another way. None of them is in `listed`.
    pub odd: BTreeMap<IpAddr, Odd>,
    /// What is said about all clients that are in neither; `None`: NXDOMAIN.
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

/// What the resolver says to an A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneAnswer<'a> {
    /// The zone of the name, if it lies in one.
    pub zone: Option<&'a str>,
    /// How long it takes; `None`: what the host's resolver takes.
    pub latency: Option<Duration>,
    /// What it says.
    pub content: Content<'a>,
}

/// What an answer has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// NOERROR with these records.
    Addresses {
        /// The A records, in the story's order.
        records: &'a [Ipv4Addr],
        /// Their TTL.
        ttl: Duration,
    },
    /// NXDOMAIN; with the SOA record of the zone where the name lies in one.
    NoSuchName {
        /// The zone's name and the TTL of its SOA record.
        soa: Option<(&'a str, Duration)>,
    },
    /// Nothing of use, or nothing at all.
    Fault(Fault),
}

// === impl Zones ===

impl Zones {
    /// The zones by name, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Zone)> {
        self.0.iter().map(|(name, zone)| (name.as_str(), zone))
    }

    /// Whether the story knows no zone.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same zones with `suffix`, a domain, behind each name, so that one resolver can serve several stories.
    #[must_use]
    pub fn below(&self, suffix: &str) -> Self {
        Self(self.0.iter().map(|(name, zone)| (format!("{name}.{suffix}"), zone.clone())).collect())
    }

    /// Adds the zones of another story.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether any resolver can say all this: nothing is late, lost or a lie.
    pub fn are_plain(&self) -> bool {
        let plain = |listing: &Listing| {
            *listing
                == Listing { odd: BTreeMap::new(), latency: None, lost: 0, others: None, ..listing.clone() }
        };
        self.0.values().all(|zone| match zone {
            Zone::Listing(listing) => plain(listing),
            Zone::Fault(fault) => matches!(fault, Fault::Servfail | Fault::Timeout),
        })
    }

    /// Every trouble that some question can meet.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let said = |says: &Option<Says>| match says {
            Some(Says::Fault(fault)) => Some(*fault),
            Some(Says::Records(_)) | None => None,
        };
        self.0.values().flat_map(move |zone| match zone {
            Zone::Fault(fault) => vec![*fault],
            Zone::Listing(listing) => {
                let odd = listing.odd.values().filter_map(|odd| said(&odd.says));
                odd.chain(said(&listing.others)).collect()
            }
        })
    }

    /// Whether some zone loses questions.
    pub fn lose_questions(&self) -> bool {
        self.0.values().any(|zone| matches!(zone, Zone::Listing(Listing { lost: 1.., .. })))
    }

    /// The answer to an A question for `name`; letter case and a final dot do not matter (RFC 1035 section 2.3.3).
    pub fn answer(&self, name: &str) -> ZoneAnswer<'_> {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let Some((zone_name, zone)) = self.zone_of(&name) else {
            return ZoneAnswer { zone: None, latency: None, content: Content::NoSuchName { soa: None } };
        };
        let (latency, content) = match zone {
            Zone::Fault(fault) => (None, Content::Fault(*fault)),
            Zone::Listing(listing) => listing.answer(zone_name, &name),
        };
        ZoneAnswer { zone: Some(zone_name), latency, content }
    }

    /// The closest enclosing zone: labels are taken off the front until a zone has the name.
    fn zone_of(&self, name: &str) -> Option<(&str, &Zone)> {
        let mut rest = name;
        loop {
            if let Some((zone_name, zone)) = self.0.get_key_value(rest) {
                return Some((zone_name, zone));
            }
            (_, rest) = rest.split_once('.')?;
        }
    }
}

impl FromIterator<(String, Zone)> for Zones {
    fn from_iter<I: IntoIterator<Item = (String, Zone)>>(zones: I) -> Self {
        Self(zones.into_iter().collect())
    }
}

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
    /// How long the answer about a name takes, and what is in it.
    fn answer<'a>(&'a self, zone: &'a str, name: &str) -> (Option<Duration>, Content<'a>) {
        let is_asked = |client: &IpAddr| owner_name(*client, zone) == name;
        if let Some((_, records)) = self.listed.iter().find(|(client, _)| is_asked(client)) {
            return (self.latency, Content::Addresses { records, ttl: self.ttl });
        }
        let odd = self.odd.iter().find(|(client, _)| is_asked(client)).map(|(_, odd)| odd);
        let says = odd.map_or(self.others.as_ref(), |odd| odd.says.as_ref());
        let content = match says {
            Some(Says::Records(records)) => Content::Addresses { records, ttl: self.ttl },
            Some(Says::Fault(fault)) => Content::Fault(*fault),
            None => Content::NoSuchName { soa: Some((zone, self.soa_ttl)) },
        };
        (odd.and_then(|odd| odd.latency).or(self.latency), content)
    }
}

/// The name under which `zone` lists `client` (RFC 5782): IPv4 octets reversed, IPv6 nibbles reversed.
pub fn owner_name(client: IpAddr, zone: &str) -> String {
    let mut name = String::new();
    match client {
        IpAddr::V4(client) => {
            let [a, b, c, d] = client.octets();
            let _ = write!(name, "{d}.{c}.{b}.{a}.");
        }
        IpAddr::V6(client) => {
            for octet in client.octets().iter().rev() {
                let _ = write!(name, "{:x}.{:x}.", octet & 15, octet >> 4);
            }
        }
    }
    name.push_str(zone);
    name
}

#[cfg(test)]
mod tests;
