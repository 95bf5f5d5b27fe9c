//! The PROXY protocol on both sides: the header that a balancer sends, and the one that the mail server gets.
//!
//! Read as Envoy's listener filter `proxy_protocol` does: before the module hears of the connection. `LOCAL` and
//! `UNKNOWN` leave the connection its own addresses; what follows the header is the client's.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::ValueEnum;
use postscreen_engine::line::escape_to;
use proxy_header::{Error, ParseConfig, Protocol, ProxiedAddress, ProxyHeader};
use tokio::time::timeout;

use super::stream::{Ends, Stream};

/// The longest header that is read. Version 1 has at most 107 bytes; version 2 may carry certificates.
pub(super) const HEADER_BYTES_MAX: usize = 4096;
/// The longest header that is written: version 1 with two IPv6 addresses.
const WRITTEN_BYTES_MAX: usize = 107;
/// How many characters of a bad header are logged.
const SHOWN_MAX: usize = 200;

const V1_START: &[u8] = b"PROXY ";
const V2_START: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Of version 2, without addresses: the signature, two bytes, and the length of the rest.
const V2_FIXED_BYTES: usize = 16;

/// The version of the header that the mail server gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Version {
    /// One line of text
    V1,
    /// Binary
    V2,
}

/// A header that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// `None`: the proxy speaks for itself, and the connection's own ends count.
    pub ends: Option<Ends>,
    /// What the client sent behind it.
    pub rest: Vec<u8>,
}

/// What is wrong with a connection's first bytes. Displayed with what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Missing,
    Malformed,
    Datagram,
    TooLong,
    Ended,
    Late(Duration),
}

/// Reads the header, and nothing behind it that did not come with it. A flaw comes with the bytes that show it.
pub(super) async fn read(stream: &Stream, wait: Duration) -> Result<Header, (Flaw, Vec<u8>)> {
    let mut bytes = Vec::new();
    let flaw = match timeout(wait, read_into(stream, &mut bytes)).await {
        Ok(Ok((ends, len))) => return Ok(Header { ends, rest: bytes.split_off(len) }),
        Ok(Err(flaw)) => flaw,
        Err(_) => Flaw::Late(wait),
    };
    Err((flaw, bytes))
}

async fn read_into(stream: &Stream, bytes: &mut Vec<u8>) -> Result<(Option<Ends>, usize), Flaw> {
    loop {
        let more = stream.read().await.unwrap_or_default();
        if more.is_empty() {
            return Err(Flaw::Ended);
        }
        bytes.extend(more);
        if let Some(header) = parse(bytes)? {
            return Ok(header);
        }
    }
}

/// The header at the start of `bytes` and its length; `None` when it is not complete yet.
fn parse(bytes: &[u8]) -> Result<Option<(Option<Ends>, usize)>, Flaw> {
    let starts = |start: &[u8]| bytes.iter().zip(start).all(|(byte, expected)| byte == expected);
    if !starts(V1_START) && !starts(V2_START) {
        return Err(Flaw::Missing);
    }
    let length = announced(bytes);
    if length.is_some_and(|length| length > HEADER_BYTES_MAX) {
        return Err(Flaw::TooLong);
    }
    match ProxyHeader::parse(bytes, ParseConfig::default()) {
        Ok((header, len)) => match header.proxied_address() {
            None => Ok(Some((None, len))),
            Some(address) if address.protocol == Protocol::Stream => {
                let (client, server) = (canonical(address.source), canonical(address.destination));
                Ok(Some((Some(Ends { client, server }), len)))
            }
            Some(_) => Err(Flaw::Datagram),
        },
        Err(Error::BufferTooShort) if length.is_none_or(|length| length > bytes.len()) => Ok(None),
        Err(_) => Err(Flaw::Malformed),
    }
}

/// How long a header of version 2 is by its own account, once that has come.
fn announced(bytes: &[u8]) -> Option<usize> {
    let length = bytes.strip_prefix(V2_START)?.get(2..4)?;
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    Some(V2_FIXED_BYTES + length)
}

/// Rules about IPv4 networks hold for a client that a proxy names as `::ffff:192.0.2.1`.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The header that tells the mail server who the client is.
pub(super) fn write(version: Version, ends: Ends) -> Vec<u8> {
    let mut ends = ends;
    if ends.client.is_ipv4() != ends.server.is_ipv4() {
        // A header has one family. A proxy in front may have named two.
        ends = Ends { client: mapped(ends.client), server: mapped(ends.server) };
    }
    let header = ProxyHeader::with_address(ProxiedAddress::stream(ends.client, ends.server));
    let mut bytes = [0; WRITTEN_BYTES_MAX];
    let len = match version {
        Version::V1 => header.encode_to_slice_v1(&mut bytes),
        Version::V2 => header.encode_to_slice_v2(&mut bytes),
    };
    // It fits, and the families are one: nothing is left that could fail.
    bytes[..len.unwrap_or(0)].to_vec()
}

fn mapped(address: SocketAddr) -> SocketAddr {
    let ip: Ipv6Addr = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    SocketAddr::new(ip.into(), address.port())
}

// === impl Flaw ===

impl Flaw {
    /// What a log line says, with the bytes that came.
    pub fn text(&self, bytes: &[u8]) -> String {
        format!("{self}; came: \"{}\"", escape_to(bytes, SHOWN_MAX))
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("expected a PROXY protocol header of version 1 or 2"),
            Self::Malformed => f.write_str(
                "not a valid PROXY protocol header; expected TCP4, TCP6 or UNKNOWN with two addresses and two ports",
            ),
            Self::Datagram => f.write_str("the PROXY protocol header is about UDP; expected TCP"),
            Self::TooLong => {
                write!(f, "the PROXY protocol header is longer than {HEADER_BYTES_MAX} bytes")
            }
            Self::Ended => f.write_str("the connection ended before the PROXY protocol header"),
            Self::Late(wait) => {
                let wait = humantime::format_duration(*wait);
                write!(f, "no complete PROXY protocol header within {wait} (--proxy-protocol-timeout)")
            }
        }
    }
}

#[cfg(test)]
mod tests;
