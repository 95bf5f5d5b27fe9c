//! What is known about one question, as far as SPF wants to know it.

use super::record::{RecordError, SpfRecord};
use crate::dns::{Answer, Kind, Name, Record};
use std::fmt;
use std::net::IpAddr;

/// An answer, or that there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub(super) data: Data,
    /// How long it may be used again, in seconds.
    pub(super) ttl: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// Of A and AAAA.
    Addresses(Vec<IpAddr>),
    /// Of MX and PTR.
    Names(Vec<Name>),
    /// Of TXT.
    Record(Result<SpfRecord, NoRecord>),
    /// The resolver said nothing, or not what was asked.
    Failed,
}

/// Why a domain has no record that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRecord {
    /// None of its texts is meant as one.
    Missing,
    /// More than one is (RFC 7208, section 4.5).
    Several,
    /// There is one, with a mistake in it.
    Broken(RecordError),
}

impl fmt::Display for NoRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no SPF record"),
            Self::Several => f.write_str("several SPF records"),
            Self::Broken(error) => error.fmt(f),
        }
    }
}

impl Found {
    /// What an answer to a question of this kind says.
    pub fn answered(kind: Kind, answer: &Answer) -> Self {
        let records = answer.records.iter();
        let data = match kind {
            Kind::A | Kind::Aaaa => Data::Addresses(records.filter_map(address).collect()),
            Kind::Mx | Kind::Ptr => Data::Names(records.filter_map(name).collect()),
            Kind::Txt => Data::Record(record(records)),
        };
        Self { data, ttl: answer.ttl }
    }

    /// That nobody answered, or nothing that can be read.
    pub const fn failed() -> Self {
        Self { data: Data::Failed, ttl: 0 }
    }

    /// Whether nobody answered.
    pub fn is_failed(&self) -> bool {
        self.data == Data::Failed
    }

    /// About how many bytes of memory it takes.
    pub(super) fn size(&self) -> usize {
        let more = match &self.data {
            Data::Addresses(addresses) => addresses.len() * size_of::<IpAddr>(),
            Data::Names(names) => names.iter().map(Name::size).sum(),
            Data::Record(Ok(record)) => record.size(),
            Data::Record(Err(NoRecord::Broken(error))) => error.term.len(),
            Data::Record(Err(_)) | Data::Failed => 0,
        };
        size_of::<Self>() + more
    }
}

fn address(record: &Record) -> Option<IpAddr> {
    match record {
        Record::A(address) => Some((*address).into()),
        Record::Aaaa(address) => Some((*address).into()),
        Record::Txt(_) | Record::Mx { .. } | Record::Ptr(_) => None,
    }
}

fn name(record: &Record) -> Option<Name> {
    match record {
        Record::Mx { exchange: name, .. } | Record::Ptr(name) => Some(name.clone()),
        Record::A(_) | Record::Aaaa(_) | Record::Txt(_) => None,
    }
}

/// The one text that is meant as a record of SPF (RFC 7208, section 4.5).
fn record<'a>(records: impl Iterator<Item = &'a Record>) -> Result<SpfRecord, NoRecord> {
    let mut meant = records.filter_map(|record| match record {
        Record::Txt(text) if SpfRecord::is_meant(text) => Some(text),
        _ => None,
    });
    let text = meant.next().ok_or(NoRecord::Missing)?;
    match meant.next() {
        Some(_) => Err(NoRecord::Several),
        None => SpfRecord::parse(text).map_err(NoRecord::Broken),
    }
}

#[cfg(test)]
mod tests;
