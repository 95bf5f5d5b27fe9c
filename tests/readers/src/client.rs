//! The clients, each with a source address of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use socket2::{Domain, Socket, Type};

/// Talks before its turn, and is on no list.
pub const EARLY: SmtpClient =
    SmtpClient { from: Ipv4Addr::new(127, 0, 0, 9), early: true, answer: "550 5.5.1 Protocol error" };

/// Talks before its turn, and is on a list, as most that do.
pub const EARLY_LISTED: SmtpClient = SmtpClient {
    from: Ipv4Addr::new(127, 0, 0, 30),
    early: true,
    answer: "550 5.7.1 Service unavailable; client [127.0.0.30] blocked using bl.example.test",
};

/// Waits for its turn, but is on a list.
pub const LISTED: SmtpClient = SmtpClient {
    from: Ipv4Addr::new(127, 0, 0, 31),
    early: false,
    answer: "550 5.7.1 Service unavailable; client [127.0.0.31] blocked using bl.example.test",
};

/// Does everything right.
pub const POLITE: SmtpClient =
    SmtpClient { from: Ipv4Addr::new(127, 0, 0, 11), early: false, answer: "250 2.0.0 Ok" };

/// In the order of their visits. Those to be banned come last: a reader that has banned them has read the others.
pub const ALL: [SmtpClient; 4] = [POLITE, EARLY, EARLY_LISTED, LISTED];

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
    /// Sends EHLO without waiting for the greeting.
    early: bool,
    /// To its RCPT TO.
    answer: &'static str,
}

impl SmtpClient {
    /// Comes, tries to send a mail to one recipient, and leaves.
    pub fn visit(&self, screen: SocketAddr) -> Result<()> {
        self.talk(screen).with_context(|| format!("the client {}", self.from))
    }

    fn talk(&self, screen: SocketAddr) -> Result<()> {
        let stream = connect(self.from, screen)?;
        let mut replies = BufReader::new(&stream);
        let mut ask = |command: &str| -> Result<String> {
            (&stream).write_all(command.as_bytes())?;
            last_line(&mut replies)
        };
        let (before_greeting, after) = if self.early { (EHLO, "") } else { ("", EHLO) };
        ask(before_greeting)?;
        ask(after)?;
        ask("MAIL FROM:<sender@client.test>\r\n")?;
        let answer = ask("RCPT TO:<postmaster@mx.example.test>\r\n")?;
        ask("QUIT\r\n")?;
        ensure!(answer == self.answer, "was told: {answer}\n        not: {}", self.answer);
        Ok(())
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
