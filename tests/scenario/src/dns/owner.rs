//! The names under which lists have clients (RFC 5782 sections 2.1 and 2.4): IPv4 octets reversed, IPv6 nibbles
//! reversed.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const OCTETS: usize = 4;
const NIBBLES: usize = 32;

/// The name under which `zone` lists `client`. An IPv4-mapped client is one of IPv6 here.
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

/// The client whose name in `zone` this is; the other way round than [`owner_name`].
pub(super) fn client_of(name: &str, zone: &str) -> Option<IpAddr> {
    let labels: Vec<&str> = name.strip_suffix(zone)?.strip_suffix('.')?.rsplit('.').collect();
    match labels.len() {
        OCTETS => labels.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        NIBBLES if labels.iter().all(|label| matches!(label.as_bytes(), [b] if b.is_ascii_hexdigit())) => {
            let bits = u128::from_str_radix(&labels.concat(), 16).ok()?;
            Some(IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
