//! What a resolver says about one name and one type.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use domain::base::{Name, Rtype};
use domain::rdata::{A, Aaaa, Mx, Ptr, Txt, ZoneRecordData};

use super::Fault;

/// A record of one of the types that a story can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The name of a mail server. All have the same preference.
    Mx(String),
    /// The name that an address has.
    Ptr(String),
    /// A text, which goes over the wire in strings of 255 bytes (RFC 1035 section 3.3.14).
    Txt(Vec<u8>),
}

/// What is said to questions of one type, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// How long it takes; `None`: as long as the zone's answers.
    pub latency: Option<Duration>,
    /// What it says; `None`: there is no such record.
    pub says: Option<Says>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// These records, at least one.
    Records(Vec<Record>),
    /// Nothing of use.
    Fault(Fault),
}

/// The preference of every MX record; lower ones are better (RFC 5321 section 5.1).
const PREFERENCE: u16 = 10;

// === impl Record ===

impl Record {
    /// Its type.
    pub fn rtype(&self) -> Rtype {
        match self {
            Self::A(_) => Rtype::A,
            Self::Aaaa(_) => Rtype::AAAA,
            Self::Mx(_) => Rtype::MX,
            Self::Ptr(_) => Rtype::PTR,
            Self::Txt(_) => Rtype::TXT,
        }
    }

    /// What it says on the wire; nothing if it is too long for a record, or a name is none of DNS.
    pub(super) fn data(&self) -> Option<ZoneRecordData<Vec<u8>, Name<Vec<u8>>>> {
        Some(match self {
            Self::A(address) => A::new(*address).into(),
            Self::Aaaa(address) => Aaaa::new(*address).into(),
            Self::Mx(name) => Mx::new(PREFERENCE, name.parse().ok()?).into(),
            Self::Ptr(name) => Ptr::new(name.parse().ok()?).into(),
            Self::Txt(text) => Txt::build_from_slice(text).ok()?.into(),
        })
    }
}

// === impl Answer ===

impl Answer {
    /// These records, in time.
    pub(crate) fn of(records: Vec<Record>) -> Self {
        Self { latency: None, says: Some(Says::Records(records)) }
    }

    /// Its records, if it has some.
    pub(crate) fn records(&self) -> &[Record] {
        match &self.says {
            Some(Says::Records(records)) => records,
            Some(Says::Fault(_)) | None => &[],
        }
    }

    /// What is wrong with it, if anything is.
    pub(super) fn fault(&self) -> Option<Fault> {
        match self.says {
            Some(Says::Fault(fault)) => Some(fault),
            Some(Says::Records(_)) | None => None,
        }
    }
}
