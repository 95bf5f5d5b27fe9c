//! A stub resolver: DNS over UDP, and over TCP when an answer does not fit (RFC 1035, section 4.2).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use domain::base::Message;
use postscreen_engine::DnsFailure;
use postscreen_engine::dnsbl::MESSAGE_MAX;

/// After this long without an answer the question is sent again: UDP may lose it.
const RESEND_AFTER: Duration = Duration::from_secs(2);
const DNS_PORT: u16 = 53;

/// A DNS server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver {
    pub server: SocketAddr,
    /// How long one question may take, over TCP too.
    pub timeout: Duration,
}

/// The first name server that a `resolv.conf` names.
pub(crate) fn nameserver(resolv_conf: &str) -> Option<SocketAddr> {
    let server = |line: &str| line.strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok();
    resolv_conf.lines().find_map(server).map(|server| SocketAddr::new(server, DNS_PORT))
}

impl Resolver {
    /// The answer to a question with the id 0, with the id 0. On the way both have a random one.
    pub fn ask(&self, question: &[u8]) -> Result<Vec<u8>, DnsFailure> {
        let question = with_id(question, fastrand::u16(..));
        let deadline = Instant::now() + self.timeout;
        let answer = self.ask_over_udp(&question, deadline).map_err(|error| failure(&error))?;
        let truncated = Message::from_slice(&answer).is_ok_and(|message| message.header().tc());
        let answer = if truncated {
            match self.ask_over_tcp(&question, deadline) {
                Ok(whole) => whole,
                Err(error) if failure(&error) == DnsFailure::Timeout => return Err(DnsFailure::Timeout),
                // No way to the whole answer: the engine says that this one was cut.
                Err(_) => answer,
            }
        } else {
            answer
        };
        // An answer that came over TCP may be to another question. The engine sees that.
        Ok(if is_answer(&answer, &question) { with_id(&answer, 0) } else { answer })
    }

    fn ask_over_udp(&self, question: &[u8], deadline: Instant) -> io::Result<Vec<u8>> {
        let local: IpAddr = match self.server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((local, 0))?;
        socket.connect(self.server)?;
        // One byte more than the engine takes, so that it can tell what is too long.
        let mut buffer = [0; MESSAGE_MAX + 1];
        loop {
            socket.send(question)?;
            let resend = deadline.min(Instant::now() + RESEND_AFTER);
            while let Ok(left) = time_left(resend) {
                socket.set_read_timeout(Some(left))?;
                match socket.recv(&mut buffer) {
                    // Anybody may send anything: what answers another question is not listened to.
                    Ok(length) if is_answer(&buffer[..length], question) => {
                        return Ok(buffer[..length].to_vec());
                    }
                    Ok(_) => {}
                    Err(error) if failure(&error) == DnsFailure::Timeout => {}
                    Err(error) => return Err(error),
                }
            }
            time_left(deadline)?;
        }
    }

    fn ask_over_tcp(&self, question: &[u8], deadline: Instant) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&self.server, time_left(deadline)?)?;
        let length = u16::try_from(question.len()).map_err(|_| ErrorKind::InvalidInput)?;
        stream.set_write_timeout(Some(time_left(deadline)?))?;
        stream.write_all(&[&length.to_be_bytes(), question].concat())?;
        let mut length = [0; 2];
        read_exact(&mut stream, &mut length, deadline)?;
        let length = usize::from(u16::from_be_bytes(length)).min(MESSAGE_MAX + 1);
        let mut answer = vec![0; length];
        read_exact(&mut stream, &mut answer, deadline)?;
        Ok(answer)
    }
}

/// As `Read::read_exact`, but all of it has to be there at the deadline.
fn read_exact(stream: &mut TcpStream, buffer: &mut [u8], deadline: Instant) -> io::Result<()> {
    let mut filled = 0;
    while filled < buffer.len() {
        stream.set_read_timeout(Some(time_left(deadline)?))?;
        match stream.read(&mut buffer[filled..])? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            more => filled += more,
        }
    }
    Ok(())
}

fn time_left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

/// A socket's read timeout ends in either of two errors, depending on the system.
fn failure(error: &io::Error) -> DnsFailure {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => DnsFailure::Timeout,
        _ => DnsFailure::Unreachable,
    }
}

/// Whether the message answers the question, its id included.
pub(crate) fn is_answer(message: &[u8], question: &[u8]) -> bool {
    match (Message::from_slice(message), Message::from_slice(question)) {
        (Ok(message), Ok(question)) => message.is_answer(question),
        _ => false,
    }
}

/// The message with this id.
pub(crate) fn with_id(message: &[u8], id: u16) -> Vec<u8> {
    let mut message = message.to_vec();
    if let Some(place) = message.first_chunk_mut() {
        *place = id.to_be_bytes();
    }
    message
}

#[cfg(test)]
mod tests;
