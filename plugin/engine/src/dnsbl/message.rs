//! Questions to and answers from DNS lists, in wire format. Nothing in an answer is trusted: every size and count has a
//! limit, and what does not fit the question is an error, never a listing.

use super::name::DomainName;
use domain::base::iana::{Rcode, Rtype};
use domain::base::{Message, MessageBuilder, Name};
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
pub struct Answer {
    /// The addresses in 127.0.0.0/8 less the error range; empty: not listed.
    pub addresses: Vec<Ipv4Addr>,
    /// How long the answer is valid, in seconds: the lowest TTL of the addresses; for a negative answer the TTL field
    /// of the SOA record (postscreen does not look at its MINIMUM). `None` without such a record.
    pub ttl: Option<u32>,
}

/// Why a message is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAnswer {
    /// The list signals trouble with the question or the asker (127.255.255.0/24), or answers outside 127.0.0.0/8,
    /// as a resolver that rewrites NXDOMAIN does (RFC 5782, section 2.1).
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

/// The A question about `client` to a list, with the message id 0.
///
/// `None` when the name would be too long, which [`super::DOMAIN_MAX`] rules out.
pub fn question(client: IpAddr, list: &DomainName) -> Option<Vec<u8>> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_rd(true);
    let mut builder = builder.question();
    builder.push((query_name(client, list)?, Rtype::A)).ok()?;
    Some(builder.finish())
}

/// Reads the answer to [`question`] with the same arguments.
pub fn parse_answer(client: IpAddr, list: &DomainName, message: &[u8]) -> Result<Answer, BadAnswer> {
    if message.len() > MESSAGE_MAX {
        return Err(BadAnswer::Oversized);
    }
    let message = Message::from_slice(message).map_err(|_| BadAnswer::Malformed)?;
    let counts = message.header_counts();
    if counts.ancount().saturating_add(counts.nscount()) > RECORDS_MAX {
        return Err(BadAnswer::Oversized);
    }
    let question = question(client, list).ok_or(BadAnswer::Mismatch)?;
    let question = Message::from_octets(question).map_err(|_| BadAnswer::Mismatch)?;
    if !message.is_answer(&question) {
        return Err(BadAnswer::Mismatch);
    }
    if message.header().tc() {
        return Err(BadAnswer::Truncated);
    }
    match message.header().rcode() {
        Rcode::NOERROR | Rcode::NXDOMAIN => read(message),
        code => Err(BadAnswer::Rcode(code)),
    }
}

/// `9.113.0.203.` or the reversed nibbles of an IPv6 address, before the list's domain.
fn query_name(client: IpAddr, list: &DomainName) -> Option<Name<Vec<u8>>> {
    let mut text = String::with_capacity(64 + list.as_str().len());
    match client {
        IpAddr::V4(address) => {
            for octet in address.octets().into_iter().rev() {
                text.push_str(&octet.to_string());
                text.push('.');
            }
        }
        IpAddr::V6(address) => {
            for octet in address.octets().into_iter().rev() {
                for nibble in [octet & 15, octet >> 4] {
                    text.extend(char::from_digit(nibble.into(), 16));
                    text.push('.');
                }
            }
        }
    }
    text.push_str(list.as_str());
    Name::vec_from_str(&text).ok()
}

fn read(message: &Message<[u8]>) -> Result<Answer, BadAnswer> {
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
    if addresses.is_empty() {
        return Ok(Answer { addresses, ttl: negative_ttl(message)? });
    }
    let (listings, errors): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|&address| is_listing(address));
    match errors.first() {
        Some(&error) if listings.is_empty() => Err(BadAnswer::ErrorAddress(error)),
        _ => Ok(Answer { addresses: listings, ttl }),
    }
}

fn is_listing(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [127, second, third, _] if (second, third) != (255, 255))
}

fn negative_ttl(message: &Message<[u8]>) -> Result<Option<u32>, BadAnswer> {
    let authority = message.authority().map_err(|_| BadAnswer::Malformed)?;
    match authority.limit_to_in::<Soa<_>>().next() {
        None => Ok(None),
        Some(Ok(soa)) => Ok(Some(soa.ttl().as_secs())),
        Some(Err(_)) => Err(BadAnswer::Malformed),
    }
}

/// Whether `message` looks like the answer to a question of ours: the message id 0 and the bit that makes it an answer.
///
/// For hosts whose resolver has an HTTP front, so that they ask for the status only of what is no answer.
pub fn is_answer(message: &[u8]) -> bool {
    matches!(message, [0, 0, flags, ..] if flags & 0x80 != 0)
}

#[cfg(test)]
mod tests;
