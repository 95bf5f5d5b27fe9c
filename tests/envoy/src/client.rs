//! A mail client of the acceptance runs: a socket, and what one does with it. A PROXY header gives it an address that
//! is not loopback.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// The mail server's first line.
pub const BANNER: &str = "220 mx.test ESMTP\r\n";
/// The mail server's answer to QUIT.
pub const BYE: &str = "221 2.0.0 Bye\r\n";

/// How long a client waits for anything. Far above every greet wait of the suite: a burst on a busy machine is slow.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// More than any answer that the suite expects.
const ANSWER_BYTES_MAX: usize = 4096;
/// How often a connection may fail because the listener's queue is full.
const CONNECT_ATTEMPTS_MAX: u32 = 5;

/// The mail server's address as clients of IPv4 see it.
const SERVER_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25)), 25);
/// The same for IPv6.
const SERVER_V6: SocketAddr =
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25)), 25);

/// What a PROXY header of version 2 begins with (`proxy-protocol.txt` of `HAProxy`, section 2.2).
const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, command PROXY.
const V2_PROXY: u8 = 0x21;
const V2_TCP4: u8 = 0x11;
const V2_TCP6: u8 = 0x21;

/// A connected client whose PROXY header is sent.
#[derive(Debug)]
pub struct SmtpClient {
    stream: TcpStream,
    began: Instant,
}

/// All that a client got until the server closed.
#[derive(Debug, PartialEq, Eq)]
pub struct Farewell {
    /// The bytes.
    pub text: String,
    /// Whether the server closed in good order (FIN) and not with a RST.
    pub in_order: bool,
}

// === impl SmtpClient ===

impl SmtpClient {
    /// Connects to a listener as `from`; `first` goes into the same packet as the PROXY header.
    pub async fn connect(listener: SocketAddr, from: SocketAddr, first: &[u8]) -> Result<Self> {
        let mut stream = stream(listener).await?;
        let mut bytes = proxy_header(from);
        bytes.extend_from_slice(first);
        stream.write_all(&bytes).await.context("the PROXY header cannot be sent")?;
        Ok(Self { stream, began: Instant::now() })
    }

    /// How long the client has been connected.
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Sends bytes; an error if the connection is gone.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Closes the sending half.
    pub async fn end(&mut self) -> Result<()> {
        Ok(self.stream.shutdown().await?)
    }

    /// Breaks the connection.
    pub fn reset(self) -> Result<()> {
        Ok(self.stream.set_zero_linger()?)
    }

    /// Waits for exactly these bytes.
    pub async fn expect(&mut self, wanted: &str) -> Result<()> {
        let mut got = vec![0; wanted.len()];
        match timeout(PATIENCE, self.stream.read_exact(&mut got)).await {
            Err(_) => bail!("waited {PATIENCE:?} for {wanted:?}"),
            Ok(Err(error)) => bail!("the connection ended ({error}) where {wanted:?} was expected"),
            Ok(Ok(_)) => ensure!(
                got == wanted.as_bytes(),
                "expected {wanted:?}, got {:?}",
                String::from_utf8_lossy(&got)
            ),
        }
        Ok(())
    }

    /// Everything until the server closes.
    pub async fn farewell(mut self) -> Result<Farewell> {
        let mut got = Vec::new();
        let in_order = timeout(PATIENCE, read_all(&mut self.stream, &mut got))
            .await
            .with_context(|| format!("the server had not closed after {PATIENCE:?}"))??;
        Ok(Farewell { text: String::from_utf8_lossy(&got).into_owned(), in_order })
    }

    /// Says QUIT and waits for the mail server's good-bye and close.
    pub async fn quit(mut self) -> Result<()> {
        self.send(b"QUIT\r\n").await?;
        let farewell = self.farewell().await?;
        ensure!(farewell.text == BYE, "expected {BYE:?} and a close, got {farewell:?}");
        Ok(())
    }
}

async fn stream(listener: SocketAddr) -> Result<TcpStream> {
    let mut attempt = 1;
    loop {
        match TcpStream::connect(listener).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) if attempt == CONNECT_ATTEMPTS_MAX => {
                return Err(error).with_context(|| format!("cannot connect to Envoy at {listener}"));
            }
            Err(_) => attempt += 1,
        }
    }
}

/// Whether the end came in good order.
async fn read_all(stream: &mut TcpStream, got: &mut Vec<u8>) -> Result<bool> {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return Ok(true),
            Ok(read) => got.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        ensure!(got.len() <= ANSWER_BYTES_MAX, "the server does not stop talking");
    }
}

/// The PROXY header that says: this is `client`. Even ports get version 2, odd ones version 1, so that a crowd has
/// both.
pub fn proxy_header(client: SocketAddr) -> Vec<u8> {
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
