//! A connected socket, TCP or Unix, that several tasks share.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpStream, UnixStream};

/// One read.
const READ_BYTES_MAX: usize = 16 * 1024;

/// Closed when the last task that has it is gone.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub client: SocketAddr,
    pub server: SocketAddr,
}

// === impl Stream ===

impl Stream {
    /// Small replies should not wait for more bytes. A socket that is already dead shows when it is read.
    pub fn send_at_once(&self) {
        if let Self::Tcp(stream) = self {
            let _ = stream.set_nodelay(true);
        }
    }

    /// Waits for bytes; none are the peer's FIN. Nothing is lost when the future is dropped, and an idle connection
    /// holds no buffer.
    pub async fn read(&self) -> io::Result<Vec<u8>> {
        loop {
            match self {
                Self::Tcp(stream) => stream.readable().await?,
                Self::Unix(stream) => stream.readable().await?,
            }
            match self.try_read() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                done => return done,
            }
        }
    }

    fn try_read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = [0; READ_BYTES_MAX];
        let len = match self {
            Self::Tcp(stream) => stream.try_read(&mut bytes)?,
            Self::Unix(stream) => stream.try_read(&mut bytes)?,
        };
        Ok(bytes[..len].to_vec())
    }

    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = match self {
                Self::Tcp(stream) => {
                    stream.writable().await?;
                    stream.try_write(bytes)
                }
                Self::Unix(stream) => {
                    stream.writable().await?;
                    stream.try_write(bytes)
                }
            };
            match written {
                Ok(len) => bytes = &bytes[len..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// FIN to the peer.
    pub fn end(&self) -> io::Result<()> {
        self.socket().shutdown(Shutdown::Write)
    }

    /// The close that follows tells the peer that something is lost. A socket that is already dead needs no reset.
    pub fn reset_on_close(&self) {
        let _ = self.socket().set_linger(Some(Duration::ZERO));
    }

    fn socket(&self) -> SockRef<'_> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream),
            Self::Unix(stream) => SockRef::from(stream),
        }
    }
}
