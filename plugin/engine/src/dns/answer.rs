//! What an answer says. It is bounded by [`crate::dnsbl::MESSAGE_MAX`] and [`crate::dnsbl::RECORDS_MAX`].

use super::name::Name;
use super::question::Kind;
use crate::dnsbl::BadAnswer;
use crate::dnsbl::message::{negative_ttl, open};
use domain::base::Message;
use domain::base::iana::Rcode;
use domain::base::rdata::ParseRecordData;
use domain::rdata::{A, Aaaa, Mx, Ptr, Txt};
use std::net::{Ipv4Addr, Ipv6Addr};

/// What DNS says to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The records of the kind that was asked for, in the order of the answer; of the name at the end of its aliases.
    pub records: Vec<Record>,
    /// Whether there is such a name, with records of whatever kind (no NXDOMAIN).
    pub exists: bool,
    /// How long the answer may be used again without asking, in seconds: the lowest TTL of the whole answer, aliases
    /// included; without records no longer than TTL and MINIMUM of the SOA record (RFC 2308, section 5). 0: not at all.
    pub ttl: u32,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A text: the strings of the record, one after the other, without anything in between. It may hold any byte.
    Txt(Vec<u8>),
    /// A mail server.
    Mx {
        /// The lowest one is preferred.
        preference: u16,
        /// Its name.
        exchange: Name,
    },
    /// The name of an address.
    Ptr(Name),
}

impl Answer {
    /// Reads the answer to a question of this kind, which stands in wire format in two parts.
    pub(super) fn parse(kind: Kind, question: [&[u8]; 2], message: &[u8]) -> Result<Self, BadAnswer> {
        let message = open(question, message)?;
        let records = match kind {
            Kind::A => records(message, |data: A| Record::A(data.addr())),
            Kind::Aaaa => records(message, |data: Aaaa| Record::Aaaa(data.addr())),
            Kind::Txt => records(message, |data: Txt<&[u8]>| Record::Txt(data.text())),
            Kind::Mx => records(message, |data: Mx<_>| Record::Mx {
                preference: data.preference(),
                exchange: Name::canonical(data.exchange()),
            }),
            Kind::Ptr => records(message, |data: Ptr<_>| Record::Ptr(Name::canonical(data.ptrdname()))),
        }?;
        let lowest =
            message.answer().into_iter().flatten().flatten().map(|record| record.ttl().as_secs()).min();
        let ttl = if records.is_empty() {
            negative_ttl(message)?.and_then(|(ttl, minimum)| lowest.into_iter().chain([ttl, minimum]).min())
        } else {
            lowest
        };
        Ok(Self { records, exists: message.header().rcode() != Rcode::NXDOMAIN, ttl: ttl.unwrap_or(0) })
    }
}

/// The records of one kind, all of which must belong to the name that was asked for, or to the one that it is an alias
/// of.
fn records<'a, D: ParseRecordData<'a, [u8]>>(
    message: &'a Message<[u8]>,
    read: impl Fn(D) -> Record,
) -> Result<Vec<Record>, BadAnswer> {
    let owner = message.canonical_name().ok_or(BadAnswer::Malformed)?;
    let answer = message.answer().map_err(|_| BadAnswer::Malformed)?;
    let each = answer.limit_to_in::<D>().map(|record| {
        let record = record.map_err(|_| BadAnswer::Malformed)?;
        if *record.owner() == owner { Ok(read(record.into_data())) } else { Err(BadAnswer::Mismatch) }
    });
    each.collect()
}

#[cfg(test)]
mod tests;
