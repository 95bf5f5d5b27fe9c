//! A client of the screen, on a socket with a source address of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use socket2::{Domain, Socket, Type};

const EHLO: &str = "EHLO client.test\r\n";

/// A client that hears nothing for this long gives up: the screen is broken.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// Longest reply line, in bytes (RFC 5321 section 4.5.3.1.5).
const REPLY_LINE_BYTES_MAX: u64 = 512;

/// Most lines of one reply that a client reads.
const REPLY_LINES_MAX: usize = 100;

/// One client.
#[derive(Clone, Copy, Debug)]
pub struct SmtpClient {
    pub from: Ipv4Addr,
    /// Sends its hello without waiting for the greeting.
    pub early: bool,
    /// What it says first, with the line's end.
    hello: &'static str,
    /// In quotes, the local part of its sender's address.
    sender: &'static str,
    /// The reply that tells it how it stands: to its RCPT TO, or in place of the greeting.
    answer: &'static str,
}

impl SmtpClient {
    /// Waits for its turn.
    pub const fn patient(from: [u8; 4], answer: &'static str) -> Self {
        let [a, b, c, d] = from;
        Self { from: Ipv4Addr::new(a, b, c, d), early: false, hello: EHLO, sender: "sender", answer }
    }

    /// Talks before its turn.
    pub const fn early(from: [u8; 4], answer: &'static str) -> Self {
        Self { early: true, ..Self::patient(from, answer) }
    }

    /// Says something else than its name, for the log.
    pub const fn saying(self, hello: &'static str) -> Self {
        Self { hello, ..self }
    }

    /// Names such a sender, for the log.
    pub const fn with_sender(self, sender: &'static str) -> Self {
        Self { sender, ..self }
    }

    /// Comes, tries to send a mail to one recipient, and leaves. The reference in the answer, if there is one.
    pub fn visit(&self, screen: SocketAddr) -> Result<Option<String>> {
        self.talk(screen).with_context(|| format!("the client {}", self.from))
    }

    fn talk(&self, screen: SocketAddr) -> Result<Option<String>> {
        let stream = connect(self.from, screen)?;
        let mut replies = BufReader::new(&stream);
        let mut ask = |command: &str| -> Result<String> {
            (&stream).write_all(command.as_bytes())?;
            last_line(&mut replies)
        };
        let (before_greeting, after) = if self.early { (self.hello, "") } else { ("", self.hello) };
        let mut answer = ask(before_greeting)?;
        if answer.starts_with("220 ") {
            ask(after)?;
            ask(&format!("MAIL FROM:<\"{}\"@client.test>\r\n", self.sender))?;
            answer = ask("RCPT TO:<postmaster@mx.example.test>\r\n")?;
            ask("QUIT\r\n")?;
        }
        let referring = answer.strip_suffix(')').and_then(|answer| answer.split_once(" (ref "));
        let (text, reference) = referring.map_or((&*answer, None), |(text, name)| (text, Some(name)));
        ensure!(text == self.answer, "was told: {answer}\n        not: {}", self.answer);
        Ok(reference.map(str::to_owned))
    }
}

fn connect(from: Ipv4Addr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&to.into())?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    Ok(stream)
}

/// Reads one reply; its last line, without the line end.
fn last_line(replies: &mut impl BufRead) -> Result<String> {
    for _ in 0..REPLY_LINES_MAX {
        let mut line = String::new();
        replies.take(REPLY_LINE_BYTES_MAX).read_line(&mut line)?;
        ensure!(!line.is_empty(), "the connection ended where a reply should come");
        // RFC 5321 section 4.2.1: a hyphen behind the code says that more lines follow.
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(line.trim_end().to_owned());
        }
    }
    anyhow::bail!("a reply of more than {REPLY_LINES_MAX} lines")
}

#[cfg(test)]
mod tests;
