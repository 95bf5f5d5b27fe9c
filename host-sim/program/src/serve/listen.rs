//! Where clients come in.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UnixListener};

use super::stream::{Ends, Stream};

/// Clients that have connected and not been accepted yet; Linux caps it at net.core.somaxconn. With the usual 128 some
/// of a burst of 800 had to wait for seconds, until their handshake was repeated.
const BACKLOG: i32 = 4096;
/// How a Unix socket is told from an address.
const UNIX: &str = "unix:";

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListenAddress {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A listening socket.
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, SocketFile),
}

/// Removed when the listener is closed.
pub(super) struct SocketFile(PathBuf);

// === impl ListenAddress ===

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix(UNIX) {
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            _ => text.parse().map(Self::Tcp).map_err(|_| {
                "expected an IP address with a port, such as 0.0.0.0:25 or [::]:25, or unix:PATH".to_owned()
            }),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

// === impl Listener ===

impl Listener {
    pub fn bind(place: &ListenAddress) -> io::Result<Self> {
        match place {
            ListenAddress::Tcp(address) => tcp(*address).map(Self::Tcp),
            ListenAddress::Unix(path) => {
                remove_stale(path)?;
                let listener = UnixListener::bind(path)?;
                Ok(Self::Unix(listener, SocketFile(path.clone())))
            }
        }
    }

    /// Where it listens, with the port that it was given.
    pub fn place(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(ListenAddress::Tcp),
            Self::Unix(_, file) => Ok(ListenAddress::Unix(file.0.clone())),
        }
    }

    /// The next client. Its ends are not known on a Unix socket, nor when it is gone already.
    pub async fn accept(&self) -> io::Result<(Stream, Option<Ends>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, client) = listener.accept().await?;
                let ends = stream.local_addr().ok().map(|server| Ends { client, server });
                Ok((Stream::Tcp(stream), ends))
            }
            Self::Unix(listener, _) => Ok((Stream::Unix(listener.accept().await?.0), None)),
        }
    }
}

/// As `TcpListener::bind`, with room for a burst. An IPv6 socket takes no IPv4 clients, as in Envoy, so that
/// `0.0.0.0:25` and `[::]:25` fit beside each other and a client always has an address of its own family.
pub(super) fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A program that was killed leaves its socket behind. One that still listens keeps it, and so does whoever has a file
/// there: a connection to that is refused as well.
fn remove_stale(path: &Path) -> io::Result<()> {
    if std::fs::symlink_metadata(path).is_ok_and(|data| !data.file_type().is_socket()) {
        return Err(io::Error::new(ErrorKind::AlreadyExists, "there is something that is no socket"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(_) => Ok(()),
        Ok(_) => Err(ErrorKind::AddrInUse.into()),
    }
}

// === impl SocketFile ===

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have removed it before.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests;
