//! What lists said, as messages.

use crate::client_record::{ListRecord, ListWord};
use crate::dnsbl::{ReversedName, Zone};
use crate::io::DnsFailure;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::net::Ipv4Addr;

/// The answer of a list about a client, by its record. `None`: it says nothing, ever.
pub(super) fn answer(
    record: &ListRecord,
    zone: &Zone,
    client: &ReversedName,
) -> Option<Result<Vec<u8>, DnsFailure>> {
    match record.answer {
        _ if record.muted => Some(Err(DnsFailure::Unreachable)),
        ListWord::Listed => Some(message(zone, client, &record.addresses, record.ttl)),
        ListWord::NotListed => Some(message(zone, client, &[], None)),
        ListWord::Timeout => Some(Err(DnsFailure::Timeout)),
        // `127.255.255.254 is an error code, not a listing`: not under every policy.
        ListWord::Error => match record.trouble.as_deref().and_then(address) {
            Some(address) => Some(message(zone, client, &[address], record.ttl)),
            None => Some(Err(DnsFailure::Unreachable)),
        },
        ListWord::Pending => None,
    }
}

/// A list does not have the client.
pub(super) fn not_listed(zone: &Zone, client: &ReversedName) -> Result<Vec<u8>, DnsFailure> {
    message(zone, client, &[], None)
}

fn address(trouble: &str) -> Option<Ipv4Addr> {
    trouble.split(' ').next()?.parse().ok()
}

fn message(
    zone: &Zone,
    client: &ReversedName,
    addresses: &[Ipv4Addr],
    ttl: Option<u32>,
) -> Result<Vec<u8>, DnsFailure> {
    write(zone, client, addresses, ttl).ok_or(DnsFailure::Unreachable)
}

fn write(zone: &Zone, client: &ReversedName, addresses: &[Ipv4Addr], ttl: Option<u32>) -> Option<Vec<u8>> {
    let question = Message::from_octets(zone.question(client)?).ok()?;
    let rcode = if addresses.is_empty() { Rcode::NXDOMAIN } else { Rcode::NOERROR };
    let mut answer = MessageBuilder::new_vec().start_answer(&question, rcode).ok()?;
    let owner = question.sole_question().ok()?.into_qname();
    for &address in addresses {
        answer.push((&owner, Ttl::from_secs(ttl.unwrap_or(0)), A::new(address))).ok()?;
    }
    Some(answer.finish())
}
