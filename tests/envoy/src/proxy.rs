//! PROXY headers: how the suite gives its clients addresses that are not loopback.
//!
//! The specification is `HAProxy`'s `proxy-protocol.txt`; section numbers refer to it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The mail server's address as clients of IPv4 see it.
const SERVER_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25)), 25);
/// The same for IPv6.
const SERVER_V6: SocketAddr =
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25)), 25);

/// Section 2.2: what a header of version 2 begins with.
const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, command PROXY.
const V2_PROXY: u8 = 0x21;
const V2_TCP4: u8 = 0x11;
const V2_TCP6: u8 = 0x21;

/// The header that says: this is `client`. Even ports get version 2, odd ones version 1, so that a crowd has both.
pub fn header(client: SocketAddr) -> Vec<u8> {
    let server = if client.is_ipv4() { SERVER_V4 } else { SERVER_V6 };
    if client.port().is_multiple_of(2) { v2(client, server) } else { v1(client, server) }
}

fn v1(client: SocketAddr, server: SocketAddr) -> Vec<u8> {
    let family = if client.is_ipv4() { "TCP4" } else { "TCP6" };
    format!("PROXY {family} {} {} {} {}\r\n", client.ip(), server.ip(), client.port(), server.port())
        .into_bytes()
}

fn v2(client: SocketAddr, server: SocketAddr) -> Vec<u8> {
    let (family, mut addresses) = match (client.ip(), server.ip()) {
        (IpAddr::V4(client), IpAddr::V4(server)) => (V2_TCP4, [client.octets(), server.octets()].concat()),
        (client, server) => (V2_TCP6, [octets(client), octets(server)].concat()),
    };
    addresses.extend_from_slice(&client.port().to_be_bytes());
    addresses.extend_from_slice(&server.port().to_be_bytes());
    let mut header = V2_SIGNATURE.to_vec();
    header.extend_from_slice(&[V2_PROXY, family, 0, u8::try_from(addresses.len()).unwrap_or(u8::MAX)]);
    header.extend_from_slice(&addresses);
    header
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

#[cfg(test)]
mod tests;
