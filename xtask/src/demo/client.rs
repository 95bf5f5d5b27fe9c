//! One client on a real socket, with a source address of its own.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use socket2::{Domain, Socket, Type};

use super::story::{Conduct, DemoStory, PATIENCE};

/// A client that hears nothing for this long gives up: the screen is broken.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// Longest reply line, in bytes (RFC 5321 section 4.5.3.1.5).
const REPLY_LINE_BYTES_MAX: u64 = 512;

/// Most lines of one reply that a client reads.
const REPLY_LINES_MAX: usize = 100;

/// One mail from first to last command. DATA's text is one step: it is answered once.
const MAIL: [&str; 6] = [
    "EHLO client.test\r\n",
    "MAIL FROM:<sender@client.test>\r\n",
    "RCPT TO:<postmaster@mx.test>\r\n",
    "DATA\r\n",
    "Subject: hello\r\n\r\nHello.\r\n.\r\n",
    "QUIT\r\n",
];

/// What a client saw.
#[derive(Debug)]
pub struct DemoVisit {
    pub story: &'static DemoStory,
    /// By which the screen's log names it.
    pub from: SocketAddr,
    /// First line received, without its end.
    pub reply: Option<String>,
    /// From the connection to that line, or to hanging up.
    pub waited: Duration,
}

/// Plays one story to its end.
pub fn visit(story: &'static DemoStory, screen: SocketAddr) -> Result<DemoVisit> {
    // The screen's clock may start before the handshake ends here, so ours starts before that.
    let started = Instant::now();
    let stream = connect(story.from, screen)
        .with_context(|| format!("the client \"{}\" cannot connect from {}", story.name, story.from))?;
    let from = stream.local_addr()?;
    let early = match story.manners {
        Conduct::HangsUp => {
            thread::sleep(PATIENCE);
            return Ok(DemoVisit { story, from, reply: None, waited: started.elapsed() });
        }
        Conduct::Polite => None,
        Conduct::TalksEarly => Some("EHLO zombie\r\n"),
    };
    if let Some(early) = early {
        (&stream).write_all(early.as_bytes())?;
    }
    let mut replies = BufReader::new(&stream);
    let reply = read_line(&mut replies);
    let waited = started.elapsed();
    if reply.as_deref().is_some_and(|reply| reply.starts_with("220")) {
        deliver(&stream, &mut replies);
    }
    Ok(DemoVisit { story, from, reply, waited })
}

fn connect(from: Ipv4Addr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&to.into())?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    Ok(stream)
}

/// Sends the mail, a command at a time. A server that closes early shows in the access log.
fn deliver(mut stream: &TcpStream, replies: &mut impl BufRead) {
    for command in MAIL {
        if stream.write_all(command.as_bytes()).is_err() || !read_reply(replies) {
            return;
        }
    }
}

/// Reads one reply with all its lines; false when none came.
fn read_reply(replies: &mut impl BufRead) -> bool {
    for _ in 0..REPLY_LINES_MAX {
        match read_line(replies) {
            None => return false,
            // RFC 5321 section 4.2.1: a hyphen behind the code says that more lines follow.
            Some(line) if line.as_bytes().get(3) == Some(&b'-') => {}
            Some(_) => return true,
        }
    }
    false
}

/// The next line without its end; `None` when the connection ends, or stays silent for too long.
fn read_line(replies: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    match replies.take(REPLY_LINE_BYTES_MAX).read_until(b'\n', &mut line) {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::WouldBlock) => {}
        Err(_) => return None,
    }
    if line.is_empty() {
        return None;
    }
    Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests;
