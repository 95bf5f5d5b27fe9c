//! What an answer says. It is bounded by [`crate::dnsbl::MESSAGE_MAX`] and [`crate::dnsbl::RECORDS_MAX`].

use super::name::Name;
use super::question::Kind;
use crate::dnsbl::BadAnswer;
use crate::dnsbl::message::{negative_ttl, open};
use domain::base::ParsedRecord;
use domain::base::iana::{Class, Rcode};
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
        // All records must belong to the name that was asked for, or to the one that it is an alias of.
        let owner = message.canonical_name().ok_or(BadAnswer::Malformed)?;
        let mut records = Vec::new();
        let mut ttls = Vec::new();
        for record in message.answer().map_err(|_| BadAnswer::Malformed)? {
            let record = record.map_err(|_| BadAnswer::Malformed)?;
            ttls.push(record.ttl().as_secs());
            if record.rtype().to_int() != kind.number() || record.class() != Class::IN {
                continue;
            }
            if record.owner() != owner {
                return Err(BadAnswer::Mismatch);
            }
            records.push(Record::parse(kind, &record)?);
        }
        if records.is_empty() {
            // Without such a record, nothing says for how long.
            let (ttl, minimum) = negative_ttl(message)?.unwrap_or((0, 0));
            ttls.extend([ttl, minimum]);
        }
        let exists = message.header().rcode() != Rcode::NXDOMAIN;
        Ok(Self { records, exists, ttl: ttls.into_iter().min().unwrap_or(0) })
    }
}

impl Record {
    fn parse(kind: Kind, record: &ParsedRecord<'_, [u8]>) -> Result<Self, BadAnswer> {
        Ok(match kind {
            Kind::A => Self::A(data::<A>(record)?.addr()),
            Kind::Aaaa => Self::Aaaa(data::<Aaaa>(record)?.addr()),
            Kind::Txt => Self::Txt(data::<Txt<_>>(record)?.text()),
            Kind::Mx => {
                let data: Mx<_> = data(record)?;
                Self::Mx { preference: data.preference(), exchange: Name::canonical(data.exchange()) }
            }
            Kind::Ptr => Self::Ptr(Name::canonical(data::<Ptr<_>>(record)?.ptrdname())),
        })
    }
}

fn data<'a, D: ParseRecordData<'a, [u8]>>(record: &ParsedRecord<'a, [u8]>) -> Result<D, BadAnswer> {
    let record = record.to_record().ok().flatten();
    record.map(domain::base::Record::into_data).ok_or(BadAnswer::Malformed)
}

#[cfg(test)]
mod tests;
