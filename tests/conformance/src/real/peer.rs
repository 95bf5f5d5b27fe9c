//! One end of a connection, and the server that takes the other ends.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::Loopback;
use rustix::net::sockopt::set_tcp_cork;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::shown::{HeardByPeer, HeardEnd};

/// How much is read at once.
const READ_BYTES: usize = 65_536;

/// A socket, whose bytes are noted as they come.
#[derive(Debug)]
pub(super) struct RecordedSocket {
    /// Nothing once the connection was broken from this side.
    writer: Option<OwnedWriteHalf>,
    heard: Rc<RefCell<HeardByPeer>>,
    reading: AbortHandle,
}

// === impl RecordedSocket ===

impl RecordedSocket {
    pub(super) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let heard = Rc::new(RefCell::new(HeardByPeer::default()));
        let reading = tokio::task::spawn_local(read(reader, Rc::clone(&heard))).abort_handle();
        Ok(Self { writer: Some(writer), heard, reading })
    }

    /// Sends, and then perhaps closes the sending half. A connection that is broken already says so when it is read.
    pub(super) async fn act(&mut self, bytes: &[u8], end: bool) {
        if let Some(writer) = &mut self.writer {
            write(writer, bytes, end).await;
        }
    }

    /// Breaks the connection.
    pub(super) fn reset(&mut self) -> Result<()> {
        if let Some(writer) = self.writer.take() {
            writer.as_ref().set_zero_linger()?;
            // The reader's half must go too: only then is the socket closed.
            self.reading.abort();
            writer.forget();
        }
        Ok(())
    }

    pub(super) fn heard(&self) -> HeardByPeer {
        self.heard.borrow().clone()
    }

    /// Changes with everything that is heard.
    pub(super) fn trace(&self) -> usize {
        let heard = self.heard.borrow();
        1 + heard.bytes.len() + usize::from(heard.end.is_some())
    }
}

impl Drop for RecordedSocket {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn write(writer: &mut OwnedWriteHalf, bytes: &[u8], end: bool) {
    // Corked, the last bytes and the end leave in one segment, as the simulated host gets them.
    let socket: &TcpStream = writer.as_ref();
    let _ = set_tcp_cork(socket, end);
    let _ = writer.write_all(bytes).await;
    if end {
        let _ = writer.shutdown().await;
    }
}

async fn read(mut reader: OwnedReadHalf, heard: Rc<RefCell<HeardByPeer>>) {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) => {
                heard.borrow_mut().end = Some(HeardEnd::Fin);
                return;
            }
            Ok(read) => heard.borrow_mut().bytes.extend(&buffer[..read]),
            Err(_) => {
                heard.borrow_mut().end = Some(HeardEnd::Reset);
                return;
            }
        }
    }
}

/// The server behind the TCP proxy; it takes every session, and speaks only when the script says so.
#[derive(Debug)]
pub(super) struct ScriptedServer {
    address: SocketAddr,
    sessions: Rc<RefCell<Vec<RecordedSocket>>>,
    listening: Option<AbortHandle>,
}

// === impl ScriptedServer ===

impl ScriptedServer {
    /// Listens, or finds a port at which nobody does.
    pub(super) async fn start(listens: bool) -> Result<Self> {
        let listener =
            TcpListener::bind((Loopback::next().ip(), 0)).await.context("the server cannot listen")?;
        let address = listener.local_addr()?;
        let sessions = Rc::new(RefCell::new(Vec::new()));
        let listening =
            listens.then(|| tokio::task::spawn_local(accept(listener, Rc::clone(&sessions))).abort_handle());
        Ok(Self { address, sessions, listening })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends in a session, and then perhaps closes the sending half.
    pub(super) async fn act(&self, session: usize, bytes: &[u8], end: bool) {
        // Out of the list while it writes: others may come meanwhile.
        let writer = self.with(session, |peer| peer.writer.take()).flatten();
        if let Some(mut writer) = writer {
            write(&mut writer, bytes, end).await;
            self.with(session, |peer| peer.writer = Some(writer));
        }
    }

    /// Breaks a session.
    pub(super) fn reset(&self, session: usize) -> Result<()> {
        self.with(session, RecordedSocket::reset).unwrap_or(Ok(()))
    }

    fn with<T>(&self, session: usize, act: impl FnOnce(&mut RecordedSocket) -> T) -> Option<T> {
        self.sessions.borrow_mut().get_mut(session).map(act)
    }

    pub(super) fn heard(&self) -> Vec<HeardByPeer> {
        self.sessions.borrow().iter().map(RecordedSocket::heard).collect()
    }

    pub(super) fn trace(&self) -> usize {
        self.sessions.borrow().iter().map(RecordedSocket::trace).sum()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

async fn accept(listener: TcpListener, sessions: Rc<RefCell<Vec<RecordedSocket>>>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await
            && let Ok(peer) = RecordedSocket::new(stream)
        {
            sessions.borrow_mut().push(peer);
        } else {
            tokio::task::yield_now().await;
        }
    }
}
