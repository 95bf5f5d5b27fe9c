//! From the zones of a file to those of a story.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_saphyr::Spanned;

use super::mistake::Mistake;
use super::raw;
use crate::dns::{Answer, DEFAULT_TTL, Listing, MESSAGE_BYTES_MAX, Odd, Record, Says, Zone, Zones};

/// The zones by name. What a resolver has to say must fit in a message.
pub(super) fn zones(raw: BTreeMap<raw::ZoneName, Spanned<raw::Zone>>) -> Result<Zones, Mistake> {
    let zone = |(raw::ZoneName(name), zone): (raw::ZoneName, Spanned<raw::Zone>)| {
        let zone = Spanned::new(zone_of(zone.value), zone.referenced, zone.defined);
        if let Zone::Listing(listing) = &zone.value
            && let Some(long) = listing.too_long(&name)
        {
            let message = format!(
                "the records of `{long}` are too long: expected what a DNS message can hold, \
                 {MESSAGE_BYTES_MAX} bytes with the names of all records"
            );
            return Err(Mistake::of(&zone, message));
        }
        Ok((name, zone.value))
    };
    raw.into_iter().map(zone).collect()
}

fn zone_of(zone: raw::Zone) -> Zone {
    let long = match zone {
        raw::Zone::Fault(fault) => return Zone::Fault(fault),
        raw::Zone::Short(listed) => raw::LongZone { listed, ..raw::LongZone::default() },
        raw::Zone::Long(long) => long,
    };
    let mut listing = Listing {
        ttl: long.ttl.map_or(DEFAULT_TTL, |ttl| ttl.0),
        soa_ttl: long.soa_ttl.map_or(DEFAULT_TTL, |ttl| ttl.0),
        latency: long.latency.map(|latency| latency.0),
        lost: long.lost,
        others: long.others.map(|others| others.0),
        own: long.own,
        ..Listing::default()
    };
    for (client, raw::ListedAnswer(odd)) in long.listed {
        match addresses(&odd) {
            Some(records) => _ = listing.listed.insert(client.0, records),
            None => _ = listing.odd.insert(client.0, odd),
        }
    }
    Zone::Listing(listing)
}

/// The A records of a client about whom nothing else is said.
fn addresses(odd: &Odd) -> Option<Vec<Ipv4Addr>> {
    let Odd { answer: Answer { latency: None, says: Some(Says::Records(records)) }, reason: None } = odd
    else {
        return None;
    };
    records.iter().map(|record| if let Record::A(address) = record { Some(*address) } else { None }).collect()
}

#[cfg(test)]
mod tests;
