//! Questions to and answers from DNS lists, in wire format. Nothing in an answer is trusted: every size and count has a
//! limit, and what does not fit the question is an error, never a listing.
//!
//! A question is put together from bytes that stay the same: the header, the client's address ([`reversed`], once per
//! client) and the list ([`QuestionTail`], once per policy). An answer must repeat it.

use super::error_replies::ErrorReplies;
use super::name::DomainName;
use domain::base::Message;
use domain::base::iana::Rcode;
use domain::rdata::{A, Soa};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// The longest answer that is read, in bytes. A list's answer takes some hundred.
pub const MESSAGE_MAX: usize = 4_096;
/// The most resource records in an answer.
pub const RECORDS_MAX: u16 = 64;
/// The most addresses that are taken from an answer; the rest is not looked at.
pub const ADDRESSES_MAX: usize = 32;

/// What a list says about a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedAnswer {
    /// The addresses in 127.0.0.0/8 less the error replies; empty: not listed.
    pub addresses: Vec<Ipv4Addr>,
    /// How long the answer is valid, in seconds: the lowest TTL of the addresses; for a negative answer the TTL field
    /// of the SOA record (postscreen does not look at its MINIMUM). `None` without such a record.
    pub ttl: Option<u32>,
    /// How long the answer may be used again without asking, in seconds: the lowest TTL of the whole answer, aliases
    /// included; for a negative answer the lower of TTL and MINIMUM of the SOA record (RFC 2308, section 5). `None`:
    /// not at all.
    pub cache_ttl: Option<u32>,
}

/// Why a message is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAnswer {
    /// The list signals trouble with the question or the asker (127.255.255.0/24, `dnsbl_error_replies`), or answers
    /// outside 127.0.0.0/8, as a resolver that rewrites NXDOMAIN does (RFC 5782, section 2.1).
    ErrorAddress(Ipv4Addr),
    /// Not a DNS message, or one that contradicts itself.
    Malformed,
    /// An answer to another question, or about another name.
    Mismatch,
    /// Longer than [`MESSAGE_MAX`] bytes, or more than [`RECORDS_MAX`] records.
    Oversized,
    /// The resolver's error code (RFC 1035, section 4.1.1), such as 2 for SERVFAIL.
    Rcode(Rcode),
    /// Cut short by the resolver (TC bit).
    Truncated,
}

impl fmt::Display for BadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ErrorAddress(address) => write!(f, "{address} is an error code, not a listing"),
            Self::Malformed => f.write_str("malformed DNS message"),
            Self::Mismatch => f.write_str("answer to another question"),
            Self::Oversized => f.write_str("oversized DNS message"),
            Self::Rcode(code) => write!(f, "{code}"),
            Self::Truncated => f.write_str("truncated DNS message"),
        }
    }
}

/// The header of every question (RFC 1035, section 4.1.1): the id 0, RD, one question.
pub(crate) const HEADER: [u8; 12] = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
/// The type A and the class IN, which every question ends with.
const TYPE_AND_CLASS: [u8; 4] = [0, 1, 0, 1];
/// The longest name, in bytes (RFC 1035, section 2.3.4).
const NAME_MAX: usize = 255;

/// A client's address as it stands in a question to any list: in labels, the last part first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversedName(Vec<u8>);

impl ReversedName {
    /// Its labels in wire format, without an end.
    pub(crate) fn as_wire(&self) -> &[u8] {
        &self.0
    }
}

/// `9.113.0.203.` or the reversed nibbles of an IPv6 address, in wire format.
pub fn reversed(client: IpAddr) -> ReversedName {
    let mut labels = Vec::with_capacity(64);
    match client {
        IpAddr::V4(address) => {
            for octet in address.octets().into_iter().rev() {
                let digits = [octet / 100, octet / 10 % 10, octet % 10];
                let zeros = u8::from(octet < 100) + u8::from(octet < 10);
                labels.push(3 - zeros);
                labels.extend(digits.iter().skip(zeros.into()).map(|digit| b'0' + digit));
            }
        }
        IpAddr::V6(address) => {
            for octet in address.octets().into_iter().rev() {
                for nibble in [octet & 15, octet >> 4] {
                    let digit = if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
                    labels.extend([1, digit]);
                }
            }
        }
    }
    ReversedName(labels)
}

/// What all questions to one list end with, in wire format: its domain, type and class.
#[derive(Clone, Debug)]
pub(super) struct QuestionTail(Box<[u8]>);

impl From<&DomainName> for QuestionTail {
    fn from(list: &DomainName) -> Self {
        let mut bytes = Vec::new();
        for label in list.as_str().split('.') {
            // A host name's label has 63 characters at most.
            bytes.extend(u8::try_from(label.len()));
            bytes.extend_from_slice(label.as_bytes());
        }
        bytes.push(0);
        bytes.extend(TYPE_AND_CLASS);
        Self(bytes.into())
    }
}

/// The question about a client to a list, with the message id 0.
///
/// `None` when the name would be too long, which [`super::DOMAIN_MAX`] rules out.
pub(super) fn question(client: &ReversedName, list: &QuestionTail) -> Option<Vec<u8>> {
    let fits = client.0.len() + list.0.len() <= NAME_MAX + TYPE_AND_CLASS.len();
    fits.then(|| [&HEADER, client.0.as_slice(), &list.0].concat())
}

/// Reads the answer to [`question`] with the same arguments, of a list that signals trouble by `errors`.
pub(super) fn parse_answer(
    client: &ReversedName,
    list: &QuestionTail,
    errors: &ErrorReplies,
    message: &[u8],
) -> Result<ParsedAnswer, BadAnswer> {
    read(errors, open([&client.0, &list.0], message)?)
}

/// The answer to a question about a name, type and class, which are given in two parts; whatever it says.
pub(crate) fn open<'a>(question: [&[u8]; 2], message: &'a [u8]) -> Result<&'a Message<[u8]>, BadAnswer> {
    if message.len() > MESSAGE_MAX {
        return Err(BadAnswer::Oversized);
    }
    let message = Message::from_slice(message).map_err(|_| BadAnswer::Malformed)?;
    let counts = message.header_counts();
    if counts.ancount().saturating_add(counts.nscount()) > RECORDS_MAX {
        return Err(BadAnswer::Oversized);
    }
    check(question, message)?;
    Ok(message)
}

/// Whether it is a good answer to the question, whatever it says.
fn check(question: [&[u8]; 2], message: &Message<[u8]>) -> Result<(), BadAnswer> {
    let header = message.header();
    let one_question = message.header_counts().qdcount() == 1;
    if !header.qr() || header.id() != 0 || !one_question || !repeats(question, message) {
        return Err(BadAnswer::Mismatch);
    }
    if header.tc() {
        return Err(BadAnswer::Truncated);
    }
    match header.rcode() {
        Rcode::NOERROR | Rcode::NXDOMAIN => Ok(()),
        code => Err(BadAnswer::Rcode(code)),
    }
}

/// Whether the question is repeated, in letters of any case (RFC 4343): nothing else in it, the length of a label
/// included, has the number of a letter.
fn repeats(question: [&[u8]; 2], message: &Message<[u8]>) -> bool {
    let mut rest = message.as_slice().get(HEADER.len()..).unwrap_or_default();
    question.into_iter().all(|part| {
        let Some((begin, end)) = rest.split_at_checked(part.len()) else { return false };
        rest = end;
        begin.eq_ignore_ascii_case(part)
    })
}

fn read(errors: &ErrorReplies, message: &Message<[u8]>) -> Result<ParsedAnswer, BadAnswer> {
    let owner = message.canonical_name().ok_or(BadAnswer::Malformed)?;
    let mut addresses = Vec::new();
    let mut ttl: Option<u32> = None;
    for record in message.answer().map_err(|_| BadAnswer::Malformed)?.limit_to_in::<A>() {
        let record = record.map_err(|_| BadAnswer::Malformed)?;
        if *record.owner() != owner {
            return Err(BadAnswer::Mismatch);
        }
        if addresses.len() == ADDRESSES_MAX {
            continue;
        }
        addresses.push(record.data().addr());
        let record_ttl = record.ttl().as_secs();
        ttl = Some(ttl.map_or(record_ttl, |lowest| lowest.min(record_ttl)));
    }
    let ttls = message.answer().into_iter().flatten().flatten().map(|record| record.ttl().as_secs());
    let lowest = ttls.min();
    if addresses.is_empty() {
        let Some((ttl, minimum)) = negative_ttl(message)? else {
            return Ok(ParsedAnswer { addresses, ttl: None, cache_ttl: None });
        };
        let cache_ttl = lowest.into_iter().chain([ttl, minimum]).min();
        return Ok(ParsedAnswer { addresses, ttl: Some(ttl), cache_ttl });
    }
    let first = addresses.first().copied();
    addresses.retain(|&address| may_be_listing(address) && !errors.contain(address));
    match first {
        Some(error) if addresses.is_empty() => Err(BadAnswer::ErrorAddress(error)),
        _ => Ok(ParsedAnswer { addresses, ttl, cache_ttl: lowest }),
    }
}

/// Whether an answer could be a listing, at whatever list.
fn may_be_listing(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [127, second, third, _] if (second, third) != (255, 255))
}

/// TTL and MINIMUM of the SOA record, if there is one.
pub(crate) fn negative_ttl(message: &Message<[u8]>) -> Result<Option<(u32, u32)>, BadAnswer> {
    let authority = message.authority().map_err(|_| BadAnswer::Malformed)?;
    match authority.limit_to_in::<Soa<_>>().next() {
        None => Ok(None),
        Some(Ok(soa)) => Ok(Some((soa.ttl().as_secs(), soa.data().minimum().as_secs()))),
        Some(Err(_)) => Err(BadAnswer::Malformed),
    }
}

/// Whether `message` looks like an answer that says nothing about the client: the message id 0, the bit that makes it
/// an answer, and no records.
///
/// For hosts whose resolver has an HTTP front: only a success has an answer that may be used (RFC 8484, section 4.2.1),
/// and asking for the status costs a call. Of a message like this nobody is harmed whatever the status was.
pub fn is_negative(message: &[u8]) -> bool {
    matches!(message, [0, 0, flags, _, _, _, 0, 0, ..] if flags & 0x80 != 0)
}

#[cfg(test)]
mod tests;
