//! The PROXY protocol, versions 1 and 2, as Postfix reads it (`haproxy_srvr.c`; `upstream_proxy_protocol` = `haproxy`).
//!
//! Postfix looks at what the first read gives and never waits for more: the header is complete in it, or it is bad.
//! Bytes after the header are the client's. `UNKNOWN` is refused in version 1, because such a connection would evade
//! every rule about addresses; `LOCAL` in version 2 means the real endpoints of the connection. Addresses and ports as
//! text are read as strictly and as leniently as by Postfix and the C library behind it.
//!
//! Postfix has a few more texts (for address families that its configuration or its build lacks, and for conversions
//! that cannot fail); nothing here can lead to them.

use crate::line::{Line, Severity, escape_to};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The most bytes looked at: the TCP segment that any IPv4 host takes, less its headers (Postfix's
/// `HAPROXY_HEADER_MAX_LEN`). The header is complete in them.
pub const HEADER_LEN_MAX: usize = 536;

/// The log line when no header came within `upstream_proxy_timeout`.
pub const TIME_LIMIT_EXCEEDED: &str = "warning: haproxy read: time limit exceeded";
/// The log line when the connection ended instead.
pub const END_OF_INPUT: &str = "warning: haproxy read: EOF";

/// The most characters of a line after `warning: ` (Postfix's `MSG_SYSLOG_RECLEN`).
const TEXT_MAX: usize = 2_000;

/// Version 1 begins with it, and version 2 does not.
const V1_PREFIX: &[u8] = b"PROXY ";
/// The most characters of an address (Postfix's `MAI_HOSTADDR_STRSIZE`, without its NUL).
const ADDRESS_LEN_MAX: usize = 45;
/// The most colons in an IPv6 address, also in one that is shortened with `::`.
const COLONS_MAX: usize = 7;
/// The most colons before an IPv4 address at its end.
const COLONS_BEFORE_IPV4_MAX: usize = 6;
/// The most digits of a port.
const PORT_LEN_MAX: usize = 5;

/// The head of version 2: signature (12 bytes), version and command, family and transport, length of the rest.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const HEAD_LEN: usize = 16;

const VERSION_MASK: u8 = 0xf0;
const VERSION_2: u8 = 0x20;
const COMMAND_MASK: u8 = 0x0f;
const LOCAL: u8 = 0;
const PROXY: u8 = 1;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;

/// A header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Bytes of the header; what follows is the client's.
    pub len: usize,
    /// The client's and the server's end; IPv4-mapped addresses are IPv4 ones. `None`: the proxy speaks for itself
    /// (`LOCAL`), and the connection's own ends count.
    pub endpoints: Option<(SocketAddr, SocketAddr)>,
}

/// What is wrong with a header. Displayed in Postfix's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Display says it")]
pub enum ProxyError {
    // Version 1.
    MissingTerminator,
    BadType,
    BadClientAddress,
    BadServerAddress,
    BadClientPort,
    BadServerPort,
    // Version 2.
    ShortHeader,
    UnrecognizedHeader,
    UnrecognizedVersion,
    ShortVersion2Header,
    ShortAddressField,
    UnsupportedNetworkProtocol,
    BadCommand,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingTerminator => "missing protocol header terminator",
            Self::BadType => "bad or missing protocol type",
            Self::BadClientAddress => "bad or missing client address",
            Self::BadServerAddress => "bad or missing server address",
            Self::BadClientPort => "bad or missing client port",
            Self::BadServerPort => "bad or missing server port",
            Self::ShortHeader => "short protocol header",
            Self::UnrecognizedHeader => "unrecognized protocol header",
            Self::UnrecognizedVersion => "unrecognized protocol version",
            Self::ShortVersion2Header => "short version 2 protocol header",
            Self::ShortAddressField => "short address field",
            Self::UnsupportedNetworkProtocol => "unsupported network protocol",
            Self::BadCommand => "bad command in proxy header",
        })
    }
}

impl std::error::Error for ProxyError {}

impl ProxyError {
    /// The log line: the error, and all that was looked at of `bytes`.
    pub fn line(self, bytes: &[u8]) -> Line {
        let error = format!("haproxy read: {self}: ");
        let input = escape_to(looked_at(bytes), TEXT_MAX.saturating_sub(error.len()));
        let text = format!("warning: {error}{input}");
        Line { severity: Severity::Warning, text }
    }
}

/// Reads the header that `bytes`, the first that came, begin with.
pub fn parse(bytes: &[u8]) -> Result<Parsed, ProxyError> {
    let bytes = looked_at(bytes);
    if bytes.starts_with(V1_PREFIX) { parse_v1(bytes) } else { parse_v2(bytes) }
}

fn looked_at(bytes: &[u8]) -> &[u8] {
    bytes.get(..HEADER_LEN_MAX).unwrap_or(bytes)
}

/// Version 1: `PROXY TCP4 192.0.2.10 198.51.100.1 48543 25` and a line end. Words are separated by blanks and CR, any
/// number of them; words after the last port are ignored.
fn parse_v1(bytes: &[u8]) -> Result<Parsed, ProxyError> {
    // To Postfix the input is a C string, and ends at a NUL.
    let end = bytes.iter().position(|&byte| byte == b'\n' || byte == 0);
    let line = end.filter(|&end| bytes.get(end) == Some(&b'\n')).and_then(|end| bytes.get(..end));
    let line = line.ok_or(ProxyError::MissingTerminator)?;

    let mut words = line
        .split(|&byte| byte == b' ' || byte == b'\r')
        .filter(|word| !word.is_empty())
        // What is not UTF-8 is no word of this language, and reads as one that is in no place right.
        .map(|word| str::from_utf8(word).unwrap_or_default())
        .skip(1);
    let protocol = words.next().unwrap_or_default();
    let read_address = if protocol.eq_ignore_ascii_case("TCP4") {
        ipv4
    } else if protocol.eq_ignore_ascii_case("TCP6") {
        ipv6
    } else {
        return Err(ProxyError::BadType);
    };
    let client = words.next().and_then(read_address).ok_or(ProxyError::BadClientAddress)?;
    let server = words.next().and_then(read_address).ok_or(ProxyError::BadServerAddress)?;
    let client_port = words.next().and_then(port).ok_or(ProxyError::BadClientPort)?;
    let server_port = words.next().and_then(port).ok_or(ProxyError::BadServerPort)?;
    let endpoints = (SocketAddr::new(client, client_port), SocketAddr::new(server, server_port));
    Ok(Parsed { len: line.len() + 1, endpoints: Some(endpoints) })
}

/// An IPv4 address in dotted-quad form. Postfix admits leading zeros and `inet_aton` reads them as octal.
fn ipv4(text: &str) -> Option<IpAddr> {
    if text.len() > ADDRESS_LEN_MAX {
        return None;
    }
    let mut parts = text.split('.');
    let mut octets = [0; 4];
    for octet in &mut octets {
        let digits = parts.next().filter(|part| is_number(part))?;
        // Postfix looks at the range in decimal, before the C library reads the number.
        let decimal: u8 = digits.parse().ok()?;
        let radix = if digits.starts_with('0') { 8 } else { 10 };
        *octet = if decimal == 0 { 0 } else { u8::from_str_radix(digits, radix).ok()? };
    }
    // Of the network 0.0.0.0/8, Postfix admits only the address of no host.
    let is_valid = parts.next().is_none() && (octets == [0; 4] || !octets.starts_with(&[0]));
    is_valid.then(|| octets.into())
}

/// An IPv6 address; an IPv4-mapped one becomes IPv4.
fn ipv6(text: &str) -> Option<IpAddr> {
    if text.len() > ADDRESS_LEN_MAX {
        return None;
    }
    let colons = text.bytes().filter(|&byte| byte == b':').count();
    let (_, tail) = text.rsplit_once(':')?;
    let is_valid = if tail.contains('.') {
        colons <= COLONS_BEFORE_IPV4_MAX && ipv4(tail).is_some()
    } else {
        colons <= COLONS_MAX
    };
    let address: Ipv6Addr = text.parse().ok().filter(|_| is_valid)?;
    Some(address.to_canonical())
}

/// A port, 0 to 65535, without leading zeros.
fn port(text: &str) -> Option<u16> {
    let has_leading_zero = text.starts_with('0') && text != "0";
    if text.len() > PORT_LEN_MAX || !is_number(text) || has_leading_zero {
        return None;
    }
    text.parse().ok()
}

/// Rust's own parsers would admit a sign.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Version 2, in binary: the head, with the length of the rest in two bytes (big endian); then the two addresses, the
/// two ports, and extensions (TLVs), which Postfix skips. Checked in Postfix's order.
fn parse_v2(bytes: &[u8]) -> Result<Parsed, ProxyError> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_LEN>().ok_or(ProxyError::ShortHeader)?;
    let &[.., version_and_command, protocol, len_high, len_low] = head;
    if !head.starts_with(SIGNATURE) {
        return Err(ProxyError::UnrecognizedHeader);
    }
    if version_and_command & VERSION_MASK != VERSION_2 {
        return Err(ProxyError::UnrecognizedVersion);
    }
    let rest_len = usize::from(u16::from_be_bytes([len_high, len_low]));
    let rest = rest.get(..rest_len).ok_or(ProxyError::ShortVersion2Header)?;
    let endpoints = match version_and_command & COMMAND_MASK {
        LOCAL => None,
        PROXY => Some(match protocol {
            TCP_OVER_IPV4 => read_endpoints::<4>(rest)?,
            TCP_OVER_IPV6 => read_endpoints::<16>(rest)?,
            _ => return Err(ProxyError::UnsupportedNetworkProtocol),
        }),
        _ => return Err(ProxyError::BadCommand),
    };
    Ok(Parsed { len: HEAD_LEN + rest_len, endpoints })
}

/// Client address, server address, client port, server port; an address has `N` bytes.
fn read_endpoints<const N: usize>(field: &[u8]) -> Result<(SocketAddr, SocketAddr), ProxyError>
where
    IpAddr: From<[u8; N]>,
{
    let read = || {
        let (&client, rest) = field.split_first_chunk::<N>()?;
        let (&server, rest) = rest.split_first_chunk::<N>()?;
        let (&client_port, rest) = rest.split_first_chunk::<2>()?;
        let (&server_port, _extensions) = rest.split_first_chunk::<2>()?;
        Some((endpoint(client.into(), client_port), endpoint(server.into(), server_port)))
    };
    read().ok_or(ProxyError::ShortAddressField)
}

fn endpoint(address: IpAddr, port: [u8; 2]) -> SocketAddr {
    SocketAddr::new(address.to_canonical(), u16::from_be_bytes(port))
}

#[cfg(test)]
mod tests;
