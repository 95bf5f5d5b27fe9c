//! The mail server: takes over the sockets that postscreen hands on, as smtpd(8) does in a `pass` service.
//!
//! postscreen connects to a UNIX-domain socket, sends one byte with the client's socket beside it, and attributes
//! (address and port of client and server), which repeat what the socket knows. The session counts as in transit until
//! the receiver closes this connection.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use postscreen_scenario::{MailServer, Manners};
use real_player::serve;
use rustix::io::IoSliceMut;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use tokio::io::{AsyncReadExt as _, Interest};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::timeout;

/// What ends the attributes: an empty name.
const ATTRIBUTES_END: &[u8] = b"\0\0";
/// Far more than four addresses and ports need.
const ATTRIBUTES_BYTES_MAX: usize = 1_024;
/// How long postscreen may take to send everything. It sends without a pause.
const HAND_OFF_MAX: Duration = Duration::from_secs(10);

type SeenClients = Rc<RefCell<Vec<SocketAddr>>>;

/// A mail server, as busy as its story wants it. It goes when dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    seen: SeenClients,
    /// Keeps the socket open, unless connections are to be refused.
    listening: Option<AbortHandle>,
}

// === impl Receiver ===

impl Receiver {
    pub(crate) fn start(socket: &Path, kind: &MailServer) -> Result<Self> {
        let seen = SeenClients::default();
        let listener = UnixListener::bind(socket)
            .with_context(|| format!("the mail server cannot listen at {}", socket.display()))?;
        // postscreen is not root; the folder is closed to anybody else.
        fs::set_permissions(socket, fs::Permissions::from_mode(0o666))?;
        let task = match kind {
            MailServer::Serves(manners) => {
                Some(spawn_local(accept(listener, manners.clone(), Rc::clone(&seen))))
            }
            MailServer::Busy => Some(spawn_local(hold(listener))),
            // The socket stays behind: connections are refused.
            MailServer::Refuses => None,
        };
        Ok(Self { seen, listening: task.map(|task| task.abort_handle()) })
    }

    /// The clients whose sessions came, in order of arrival.
    pub(crate) fn clients(&self) -> Vec<SocketAddr> {
        self.seen.borrow().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// One can connect, and nobody ever reads.
async fn hold(listener: UnixListener) {
    let _open = listener;
    std::future::pending::<()>().await;
}

async fn accept(listener: UnixListener, manners: Manners, seen: SeenClients) {
    loop {
        match listener.accept().await {
            Ok((channel, _)) => {
                spawn_local(session(channel, manners.clone(), Rc::clone(&seen)));
            }
            // No file descriptor for the moment: others may come.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn session(channel: UnixStream, manners: Manners, seen: SeenClients) {
    let Ok(Ok(client)) = timeout(HAND_OFF_MAX, take_over(channel)).await else { return };
    let Ok(address) = client.peer_addr() else { return };
    seen.borrow_mut().push(SocketAddr::new(address.ip().to_canonical(), address.port()));
    // Clients come and go as their scripts say: an error here ends a session and says nothing about the story.
    let _ = serve(client, &manners).await;
}

/// The client's socket, after all attributes; the channel is closed then.
async fn take_over(mut channel: UnixStream) -> io::Result<TcpStream> {
    let socket = loop {
        channel.readable().await?;
        match channel.try_io(Interest::READABLE, || receive_socket(&channel)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            socket => break socket?,
        }
    };
    let mut attributes = Vec::new();
    while !attributes.ends_with(ATTRIBUTES_END) && attributes.len() < ATTRIBUTES_BYTES_MAX {
        if channel.read_buf(&mut attributes).await? == 0 {
            break;
        }
    }
    let socket = std::net::TcpStream::from(socket);
    socket.set_nonblocking(true)?;
    TcpStream::from_std(socket)
}

/// Reads the one byte and what comes beside it.
fn receive_socket(channel: &UnixStream) -> io::Result<OwnedFd> {
    let mut byte = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    recvmsg(channel, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let rights = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    rights.ok_or_else(|| io::Error::other("no socket came"))
}

#[cfg(test)]
mod tests;
