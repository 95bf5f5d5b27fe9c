//! The mail server behind the screen, and one for those who have none.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use postscreen_scenario::{Sink, Stay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

/// One read.
const READ_BYTES_MAX: usize = 4096;
/// How long a client may be silent (RFC 5321 section 4.5.3.2.7).
const SILENCE_MAX: Duration = Duration::from_mins(5);
/// After a failed accept, which mostly means that there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// `HOST:PORT`. A name is looked up for each connection, so that a mail server may move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BackendAddress {
    host: String,
    port: u16,
}

// === impl BackendAddress ===

impl BackendAddress {
    /// Connects to the first of its addresses that answers, all in all within `wait`. The error says what happened at
    /// each address.
    pub async fn connect(&self, wait: Duration) -> Result<TcpStream, String> {
        let mut failures = Vec::new();
        match timeout(wait, self.connect_to_any(&mut failures)).await {
            Ok(Some(stream)) => return Ok(stream),
            Ok(None) => {}
            Err(_) => {
                let wait = humantime::format_duration(wait);
                failures.push(format!("no connection within {wait} (--connect-timeout)"));
            }
        }
        Err(failures.join("; "))
    }

    async fn connect_to_any(&self, failures: &mut Vec<String>) -> Option<TcpStream> {
        let addresses = match lookup_host((self.host.as_str(), self.port)).await {
            Ok(addresses) => addresses,
            Err(error) => {
                failures.push(format!("the name cannot be looked up: {error}"));
                return None;
            }
        };
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => match itself(&stream) {
                    Ok(false) => return Some(stream),
                    Ok(true) => failures.push(format!("{address}: nobody listens")),
                    Err(error) => failures.push(format!("{address}: {error}")),
                },
                Err(error) => failures.push(format!("{address}: {error}")),
            }
        }
        if failures.is_empty() {
            failures.push("the name has no address".to_owned());
        }
        None
    }
}

/// A socket that was given the very port which it connects to is connected with itself, where nobody listens.
fn itself(stream: &TcpStream) -> io::Result<bool> {
    Ok(stream.local_addr()? == stream.peer_addr()?)
}

impl From<SocketAddr> for BackendAddress {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

impl FromStr for BackendAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || "expected HOST:PORT, such as 127.0.0.1:25, [::1]:25 or mail.internal:25".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        let port = port.parse().ok().filter(|&port| port > 0).ok_or_else(expected)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/[]:".contains(c));
        match bare {
            Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                Ok(Self { host: address.to_owned(), port })
            }
            None if is_host => Ok(Self { host: host.to_owned(), port }),
            _ => Err(expected()),
        }
    }
}

impl fmt::Display for BackendAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The embedded mail server, the scenarios' SMTP sink: listens on a free port of 127.0.0.1, for as long as the runtime
/// lives.
pub(super) fn start_embedded() -> io::Result<SocketAddr> {
    let listener = super::listen::tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    spawn_local(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    spawn_local(async move {
                        // Whoever breaks off an SMTP session need not be told.
                        let _ = session(stream).await;
                    });
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    });
    Ok(address)
}

async fn session(mut stream: TcpStream) -> io::Result<()> {
    let mut sink = Sink::default();
    stream.write_all(sink.greeting()).await?;
    let mut bytes = [0; READ_BYTES_MAX];
    loop {
        let len = timeout(SILENCE_MAX, stream.read(&mut bytes)).await??;
        let mut replies = Vec::new();
        let stay = sink.receive(&bytes[..len], &mut replies);
        stream.write_all(&replies).await?;
        if len == 0 || stay == Stay::Close {
            return stream.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests;
