//! A mail server that reads the PROXY protocol, version 2 only, before anything else, and notes who came.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use postscreen_scenario::Manners;
use proxy_header::{ParseConfig, ProxyHeader};
use real_player::serve;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::timeout;

/// The fixed part of a header; its last two bytes say how long the rest is (the PROXY protocol, section 2.2).
const FIXED_BYTES: usize = 16;
/// How long Envoy may take to send it.
const HEADER_MAX: Duration = Duration::from_secs(10);

/// A running mail server; it stops listening when dropped.
#[derive(Debug)]
pub struct MailServer {
    visits: Rc<RefCell<Vec<Arrival>>>,
    listening: AbortHandle,
}

/// A connection.
#[derive(Clone, Debug)]
enum Arrival {
    /// The header names this client.
    Client(SocketAddr),
    /// There is no header.
    Nameless(String),
}

// === impl MailServer ===

impl MailServer {
    /// Starts it at an address.
    pub async fn start(address: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("the mail server cannot listen at {address}"))?;
        let visits = Rc::new(RefCell::new(Vec::new()));
        let journal = Rc::clone(&visits);
        let listening = spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                spawn_local(session(stream, Rc::clone(&journal)));
            }
        });
        Ok(Self { visits, listening: listening.abort_handle() })
    }

    /// How many sessions of this client there were; an error if any session came without a header.
    pub fn sessions(&self, client: SocketAddr) -> Result<usize> {
        let visits = self.visits.borrow();
        for arrival in visits.iter() {
            if let Arrival::Nameless(why) = arrival {
                anyhow::bail!("the mail server got a connection without a PROXY header of version 2: {why}");
            }
        }
        let is_client = |arrival: &&Arrival| matches!(arrival, Arrival::Client(name) if *name == client);
        Ok(visits.iter().filter(is_client).count())
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn session(mut stream: TcpStream, journal: Rc<RefCell<Vec<Arrival>>>) {
    let header = timeout(HEADER_MAX, header(&mut stream)).await;
    let client = header.context("none in time").and_then(|header| header);
    let named = client.is_ok();
    journal.borrow_mut().push(match client {
        Ok(client) => Arrival::Client(client),
        Err(error) => Arrival::Nameless(format!("{error:#}")),
    });
    if named {
        // Clients come and go as they like: an error here ends a session and says nothing about the test.
        let _ = serve(stream, &Manners::default()).await;
    }
}

/// Reads the header and no byte more.
async fn header(stream: &mut TcpStream) -> Result<SocketAddr> {
    let mut header = vec![0; FIXED_BYTES];
    stream.read_exact(&mut header).await?;
    let rest = u16::from_be_bytes([header[FIXED_BYTES - 2], header[FIXED_BYTES - 1]]);
    ensure!(header.starts_with(b"\r\n\r\n\0\r\nQUIT\n"), "it begins with {}", header.escape_ascii());
    header.resize(FIXED_BYTES + usize::from(rest), 0);
    stream.read_exact(&mut header[FIXED_BYTES..]).await?;
    let only_v2 = ParseConfig { allow_v1: false, ..ParseConfig::default() };
    let (header, _) = ProxyHeader::parse(&header, only_v2).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(header.proxied_address().context("it names nobody")?.source)
}
