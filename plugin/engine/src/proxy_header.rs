//! The PROXY protocol, versions 1 and 2, as Postfix reads it (`haproxy_srvr.c`; `upstream_proxy_protocol` = `haproxy`).
//!
//! Postfix looks at what the first read gives and never waits for more: the header is complete in it, or it is bad.
//! Bytes after the header are the client's. `UNKNOWN` is refused in version 1, because such a connection would evade
//! every rule about addresses; `LOCAL` in version 2 means the real endpoints of the connection.
//!
//! Postfix has a few more texts (for address families that its configuration or its build lacks, and for conversions
//! that cannot fail); nothing here can lead to them.

mod address;
mod v1;
mod v2;

use crate::line::{Line, Severity, escape_to};
use std::fmt;
use std::net::SocketAddr;

/// The most bytes looked at: the TCP segment that any IPv4 host takes, less its headers (Postfix's
/// `HAPROXY_HEADER_MAX_LEN`). The header is complete in them.
pub const HEADER_LEN_MAX: usize = 536;

/// The log line when no header came within `upstream_proxy_timeout`.
pub const TIME_LIMIT_EXCEEDED: &str = "warning: haproxy read: time limit exceeded";
/// The log line when the connection ended instead.
pub const END_OF_INPUT: &str = "warning: haproxy read: EOF";

/// The most characters of a line after `warning: ` (Postfix's `MSG_SYSLOG_RECLEN`).
const TEXT_MAX: usize = 2_000;

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
    if bytes.starts_with(v1::PREFIX) { v1::parse(bytes) } else { v2::parse(bytes) }
}

fn looked_at(bytes: &[u8]) -> &[u8] {
    bytes.get(..HEADER_LEN_MAX).unwrap_or(bytes)
}

#[cfg(test)]
mod tests;
