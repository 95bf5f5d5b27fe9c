//! The zones that a story's resolver knows, and the names that clients have in them.

mod message;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

pub use message::{QUESTION_BYTES_MAX, Reply};

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
    /// Every question is answered SERVFAIL.
    Servfail,
    /// No question is ever answered.
    Timeout,
}

/// A zone that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// TTL of the A records; whole seconds.
    pub ttl: Duration,
    /// TTL of the SOA record in negative answers; whole seconds.
    pub soa_ttl: Duration,
    /// The listed clients and their A records, at least one each.
    pub listed: BTreeMap<IpAddr, Vec<Ipv4Addr>>,
}

/// What the resolver says to an A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
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
    /// SERVFAIL.
    Servfail,
    /// No answer at all.
    Timeout,
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

    /// The answer to an A question for `name`; letter case and a final dot do not matter (RFC 1035 section 2.3.3).
    pub fn answer(&self, name: &str) -> Answer<'_> {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let Some((zone_name, zone)) = self.zone_of(&name) else { return Answer::NoSuchName { soa: None } };
        match zone {
            Zone::Servfail => Answer::Servfail,
            Zone::Timeout => Answer::Timeout,
            Zone::Listing(listing) => listing
                .listed
                .iter()
                .find(|(client, _)| owner_name(**client, zone_name) == name)
                .map_or(Answer::NoSuchName { soa: Some((zone_name, listing.soa_ttl)) }, |(_, records)| {
                    Answer::Addresses { records, ttl: listing.ttl }
                }),
        }
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
        Self { ttl: DEFAULT_TTL, soa_ttl: DEFAULT_TTL, listed: BTreeMap::new() }
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
