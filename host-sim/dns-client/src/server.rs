//! Which server to ask, as a URL: `--resolver URL` of `host-sim serve`.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use hyper::Uri;

const DNS_PORT: u16 = 53;
/// Where servers answer that follow RFC 8484's example.
const DOH_PATH: &str = "/dns-query";
/// Where the system's resolver is named.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsServer {
    /// Nobody: every question fails at once.
    Nobody,
    /// A DNS server, over TCP where an answer does not fit into a datagram.
    Udp(SocketAddr),
    /// A DNS server, over TCP always.
    Tcp(SocketAddr),
    /// DNS over HTTPS, or over HTTP without TLS.
    Doh(Uri),
}

// === impl DnsServer ===

impl DnsServer {
    /// The system's first name server.
    pub fn of_the_system() -> Self {
        let text = std::fs::read_to_string(RESOLV_CONF).unwrap_or_default();
        nameserver(&text).map_or(Self::Nobody, Self::Udp)
    }
}

impl FromStr for DnsServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self::Nobody);
        }
        match text.split_once("://") {
            Some(("udp", server)) => server_address(server).map(Self::Udp),
            Some(("tcp", server)) => server_address(server).map(Self::Tcp),
            Some(("http" | "https", _)) => doh_url(text).map(Self::Doh),
            _ => Err("expected udp://ADDRESS, tcp://ADDRESS, https://HOST/PATH, http://HOST/PATH or none"
                .to_owned()),
        }
    }
}

impl fmt::Display for DnsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("none"),
            Self::Udp(server) => write!(f, "udp://{server}"),
            Self::Tcp(server) => write!(f, "tcp://{server}"),
            Self::Doh(url) => url.fmt(f),
        }
    }
}

/// The first name server that a `resolv.conf` names.
fn nameserver(resolv_conf: &str) -> Option<SocketAddr> {
    let server = |line: &str| line.strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok();
    resolv_conf.lines().find_map(server).map(|server| SocketAddr::new(server, DNS_PORT))
}

/// An address with or without a port.
fn server_address(text: &str) -> Result<SocketAddr, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let without_port = || bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
    text.parse().or_else(|_| without_port()).map_err(|_| {
        "expected an IP address and perhaps a port after ://, such as udp://127.0.0.1:53".to_owned()
    })
}

fn doh_url(text: &str) -> Result<Uri, String> {
    let expected = || "expected a URL such as https://dns.example/dns-query".to_owned();
    let url: Uri = text.parse().map_err(|_| expected())?;
    let host = url.host().filter(|host| !host.is_empty()).ok_or_else(expected)?;
    // The URL is on every question; a user name in it would be somebody's password.
    if url.authority().is_some_and(|authority| authority.as_str().contains('@')) || host.contains('%') {
        return Err(expected());
    }
    if url.path() != "/" {
        return Ok(url);
    }
    let mut parts = url.into_parts();
    parts.path_and_query = DOH_PATH.parse().ok();
    Uri::from_parts(parts).map_err(|_| expected())
}

#[cfg(test)]
mod tests;
