//! DNS over UDP, and over TCP when an answer does not fit (RFC 1035 section 4.2, RFC 7766).
//!
//! Every question has a socket of its own, hence a random port, and a random id (RFC 5452).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use domain::base::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::runtime::Builder;
use tokio::time::timeout;

/// After this long without an answer the question is sent again: UDP may lose it.
const RESEND_AFTER: Duration = Duration::from_secs(2);

/// A DNS server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stub {
    /// Where it listens.
    pub server: SocketAddr,
    /// It is asked over TCP always, not only where an answer does not fit into a datagram.
    pub over_tcp: bool,
    /// The longest answer; a longer one is cut.
    pub answer_bytes_max: usize,
}

// === impl Stub ===

impl Stub {
    /// The answer to a question with the id 0, with the id 0. Asks until it is answered, or told that nobody listens.
    ///
    /// # Errors
    /// Those of the sockets.
    pub async fn ask(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let question = with_id(question, random_id()?);
        let answer = if self.over_tcp {
            self.ask_over_tcp(&question).await?
        } else {
            let answer = self.ask_over_udp(&question).await?;
            let truncated = Message::from_slice(&answer).is_ok_and(|message| message.header().tc());
            // Where there is no way to the whole answer, the engine says that this one was cut.
            if truncated { self.ask_over_tcp(&question).await.unwrap_or(answer) } else { answer }
        };
        // An answer that came over TCP may be to another question. The engine sees that.
        Ok(if is_answer(&answer, &question) { with_id(&answer, 0) } else { answer })
    }

    /// As [`Stub::ask`], for those who have no runtime and no more time than `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`] after that, and those of [`Stub::ask`].
    pub fn ask_blocking(&self, question: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { timeout(limit, self.ask(question)).await })?
    }

    async fn ask_over_udp(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let local: IpAddr = match self.server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((local, 0)).await?;
        socket.connect(self.server).await?;
        loop {
            socket.send(question).await?;
            if let Ok(answer) = timeout(RESEND_AFTER, self.answer_on(&socket, question)).await {
                return answer;
            }
        }
    }

    async fn ask_over_tcp(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.server).await?;
        let length = u16::try_from(question.len()).map_err(|_| ErrorKind::InvalidInput)?;
        stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
        let length = usize::from(stream.read_u16().await?).min(self.answer_bytes_max);
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }

    /// Anybody may send anything: what answers another question is not listened to.
    async fn answer_on(&self, socket: &UdpSocket, question: &[u8]) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; self.answer_bytes_max];
        loop {
            let len = socket.recv(&mut buffer).await?;
            if is_answer(&buffer[..len], question) {
                return Ok(buffer[..len].to_vec());
            }
        }
    }
}

/// Not to be guessed by somebody who would like to answer first.
fn random_id() -> io::Result<u16> {
    let mut id = [0; 2];
    getrandom::fill(&mut id).map_err(io::Error::other)?;
    Ok(u16::from_ne_bytes(id))
}

/// Whether the message answers the question, its id included.
fn is_answer(message: &[u8], question: &[u8]) -> bool {
    match (Message::from_slice(message), Message::from_slice(question)) {
        (Ok(message), Ok(question)) => message.is_answer(question),
        _ => false,
    }
}

/// The message with this id.
fn with_id(message: &[u8], id: u16) -> Vec<u8> {
    let mut message = message.to_vec();
    if let Some(place) = message.first_chunk_mut() {
        *place = id.to_be_bytes();
    }
    message
}

#[cfg(test)]
mod tests;
