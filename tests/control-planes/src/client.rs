//! A mail client with an address of its own.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use envoy_suite::client::proxy_header;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep, timeout};

use crate::machine::BALANCER;

/// How long a client waits for the end: longer than the greet wait and a mail server's wait for a header together.
const PATIENCE: Duration = Duration::from_secs(30);
/// After the connection, before its turn.
const EARLY_AFTER: Duration = Duration::from_millis(300);

/// How it talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// Before its turn.
    Early,
    /// When it is greeted: it says QUIT.
    Polite,
}

/// Whom it connects to.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// The address.
    pub address: SocketAddr,
    /// Whether it is that of a balancer's peer, so that a balancer connects in the client's place.
    pub balanced: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Its address.
    pub client: SocketAddr,
    /// All that it heard.
    pub heard: String,
    /// From the connection to its end.
    pub took: Duration,
}

/// Comes from `from` to `door`, and stays until the connection ends.
pub async fn visit(door: Door, from: Ipv4Addr, talk: Talk) -> Result<Visit> {
    let socket = TcpSocket::new_v4()?;
    let own = if door.balanced { BALANCER } else { from };
    socket.bind(SocketAddr::new(IpAddr::V4(own), 0))?;
    let mut stream = socket.connect(door.address).await.context("cannot connect")?;
    let began = Instant::now();
    let client = SocketAddr::new(IpAddr::V4(from), stream.local_addr()?.port());
    if door.balanced {
        stream.write_all(&proxy_header(client)).await?;
    }
    if talk == Talk::Early {
        sleep(EARLY_AFTER).await;
        stream.write_all(b"EHLO zombie\r\n").await?;
    }
    let (mut heard, mut said) = (Vec::new(), false);
    loop {
        let mut bytes = [0; 1024];
        match timeout(PATIENCE, stream.read(&mut bytes)).await {
            Err(_) => bail!("{from} heard {:?}, and nothing more", String::from_utf8_lossy(&heard)),
            Ok(Ok(0)) => break,
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset => break,
            Ok(read) => heard.extend_from_slice(&bytes[..read?]),
        }
        if talk == Talk::Polite && !said && heard.starts_with(b"220 ") {
            said = true;
            stream.write_all(b"QUIT\r\n").await?;
        }
    }
    Ok(Visit { client, heard: String::from_utf8_lossy(&heard).into_owned(), took: began.elapsed() })
}
