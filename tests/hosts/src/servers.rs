//! What the host talks to: a mail server behind it, which notes when somebody comes, and a resolver that speaks plain
//! DNS over UDP and knows a story's zones.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use postscreen_scenario::{Manners, QUESTION_BYTES_MAX, Reply, Zones};
use real_player::serve;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::{AbortHandle, spawn_local};

/// The clients of a story by the addresses that they came from.
pub type ClientNames = Rc<RefCell<BTreeMap<SocketAddr, String>>>;

/// The longest PROXY protocol header of version 1, in bytes (proxy-protocol.txt section 2.1).
const HEADER_BYTES_MAX: usize = 107;

/// A running mail server; it stops listening when dropped.
pub struct SmtpSink {
    address: SocketAddr,
    seen: Rc<RefCell<Vec<String>>>,
    listening: AbortHandle,
}

impl SmtpSink {
    /// Starts it on a free port. It knows `clients` from the PROXY header with which a host must begin.
    pub async fn start(clients: ClientNames) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the mail server cannot listen")?;
        let address = listener.local_addr()?;
        let seen = Rc::default();
        let listening = spawn_local(accept(listener, clients, Rc::clone(&seen))).abort_handle();
        Ok(Self { address, seen, listening })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who came, in order.
    pub fn seen(&self) -> Vec<String> {
        self.seen.borrow().clone()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn accept(listener: TcpListener, clients: ClientNames, seen: Rc<RefCell<Vec<String>>>) {
    loop {
        // An error is about one client that is gone already.
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        let (clients, seen) = (Rc::clone(&clients), Rc::clone(&seen));
        spawn_local(async move {
            let header = first_line(&mut stream).await;
            let client = named_in(&header).and_then(|address| clients.borrow().get(&address).cloned());
            seen.borrow_mut().push(client.unwrap_or_else(|| format!("nobody of the story: {header:?}")));
            // Clients come and go as their scripts say: an error here ends a session and says nothing about the test.
            let _ = serve(stream, &Manners::default()).await;
        });
    }
}

/// What comes up to the first line end, and not a byte more; or until nothing comes, or too much.
async fn first_line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while line.len() < HEADER_BYTES_MAX && line.last() != Some(&b'\n') {
        let Ok(byte) = stream.read_u8().await else { break };
        line.push(byte);
    }
    String::from_utf8_lossy(&line).into_owned()
}

/// The client that a PROXY header of version 1 names.
fn named_in(header: &str) -> Option<SocketAddr> {
    let words: Vec<_> = header.strip_suffix("\r\n")?.split(' ').collect();
    match words[..] {
        ["PROXY", "TCP4" | "TCP6", from, _to, port, _to_port] => {
            Some(SocketAddr::new(from.parse().ok()?, port.parse().ok()?))
        }
        _ => None,
    }
}

/// A running resolver; it stops when dropped.
pub struct DnsServer {
    address: SocketAddr,
    answering: AbortHandle,
}

impl DnsServer {
    /// Starts it on a free port.
    pub async fn start(zones: Zones) -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.context("the resolver cannot listen")?;
        let address = socket.local_addr()?;
        Ok(Self { address, answering: spawn_local(answer_questions(socket, zones)).abort_handle() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn answer_questions(socket: UdpSocket, zones: Zones) {
    let mut question = [0; QUESTION_BYTES_MAX];
    loop {
        // An asker that is gone shows as an error of the next call; others may come.
        let Ok((len, asker)) = socket.recv_from(&mut question).await else { continue };
        if let Reply::Message(message) = zones.reply(&question[..len]) {
            let _ = socket.send_to(&message, asker).await;
        }
    }
}

#[cfg(test)]
mod tests;
