//! The zones that a story's resolver knows: the names that clients have in lists, and names with records of their own.

mod fault;
mod listing;
mod message;
mod owner;
mod record;
mod resolver;

use std::collections::BTreeMap;
use std::time::Duration;

use domain::base::Rtype;

pub use fault::Fault;
pub use listing::{Listing, Odd};
pub(crate) use message::MESSAGE_BYTES_MAX;
pub use message::{QUESTION_BYTES_MAX, Reply};
pub use owner::owner_name;
pub use record::{Answer, Record, Says};
pub use resolver::{Answered, Resolver};

/// TTL of records and of the SOA record where a zone does not say otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_mins(5);

/// All zones of a story, by lower-case domain name without a final dot. Any other name does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones(pub(crate) BTreeMap<String, Zone>);

/// How one zone behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a story has few zones, and most are listings")]
pub enum Zone {
    /// Answers for the listed clients and for its own name; NXDOMAIN with an SOA record for all others.
    Listing(Listing),
    /// The same trouble with every question.
    Fault(Fault),
}

/// What the resolver says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneAnswer<'a> {
    /// The zone that counts the question as one of its first, and how many of these it loses.
    pub lossy: Option<(&'a str, u32)>,
    /// How long it takes; `None`: what the host's resolver takes.
    pub latency: Option<Duration>,
    /// What it says.
    pub content: Content<'a>,
}

/// What an answer has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// NOERROR with these records, all of the type that was asked for.
    Records {
        /// In the story's order; at least one.
        records: Vec<Record>,
        /// Their TTL.
        ttl: Duration,
    },
    /// NOERROR without a record: the name has some of other types (RFC 2308 section 2.2).
    NoData {
        /// The zone's name and the TTL of its SOA record.
        soa: (&'a str, Duration),
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

    /// The same zones with `suffix`, a domain, behind each name, so that one resolver can serve several stories. What
    /// records say stays as it is: who asks below a suffix asks lists, and nothing else.
    #[must_use]
    pub fn below(&self, suffix: &str) -> Self {
        Self(self.0.iter().map(|(name, zone)| (format!("{name}.{suffix}"), zone.clone())).collect())
    }

    /// Adds the zones of another story.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether a server of lists can say all this: nothing is late, lost or a lie, and there are only A records.
    pub fn are_plain(&self) -> bool {
        self.0.values().all(|zone| match zone {
            Zone::Listing(listing) => listing.is_plain(),
            Zone::Fault(fault) => matches!(fault, Fault::Servfail | Fault::Timeout),
        })
    }

    /// Every trouble that some question can meet.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        self.0.values().flat_map(|zone| match zone {
            Zone::Fault(fault) => vec![*fault],
            Zone::Listing(listing) => listing.faults().collect(),
        })
    }

    /// Whether some zone loses questions.
    pub fn lose_questions(&self) -> bool {
        self.0.values().any(|zone| matches!(zone, Zone::Listing(Listing { lost: 1.., .. })))
    }

    /// Whether some name has records of its own, which are no list's business.
    pub fn have_own_records(&self) -> bool {
        self.0.values().any(|zone| matches!(zone, Zone::Listing(Listing { own, .. }) if !own.is_empty()))
    }

    /// The answer to a question for `name`; letter case and a final dot do not matter (RFC 1035 section 2.3.3).
    pub fn answer(&self, name: &str, rtype: Rtype) -> ZoneAnswer<'_> {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        match self.zone_of(&name) {
            None => ZoneAnswer::of(Content::NoSuchName { soa: None }),
            Some((_, Zone::Fault(fault))) => ZoneAnswer::of(Content::Fault(*fault)),
            Some((zone, Zone::Listing(listing))) => listing.answer(zone, &name, rtype),
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

// === impl ZoneAnswer ===

impl<'a> ZoneAnswer<'a> {
    /// What no zone is late with.
    fn of(content: Content<'a>) -> Self {
        Self { lossy: None, latency: None, content }
    }
}

#[cfg(test)]
mod tests;
