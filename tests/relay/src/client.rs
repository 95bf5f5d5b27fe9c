//! A client, and the transcript of what it said and heard.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_suite::client::proxy_header;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::machine::{BALANCER, BEHIND_BALANCER, SERVER};

/// How long a client waits for one reply: longer than the greet wait and Postfix's wait for a PROXY header together.
const REPLY_MAX: Duration = Duration::from_secs(20);
/// How long it waits for the end after its last word.
const END_MAX: Duration = Duration::from_secs(3);
/// The most that it reads.
const HEARD_BYTES_MAX: usize = 64 * 1024;

/// A PROXY header of the client's own, which claims that it is 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// Version 1, text.
    V1,
    /// Version 2, binary.
    V2,
}

/// When it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As soon as the client is connected.
    AtOnce,
    /// After the greeting.
    Greeted,
}

/// How a client reaches the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// It connects to it.
    Direct,
    /// It connects to a balancer, which connects to the screen and says for whom.
    Balancer,
}

/// What was said, line by line: `> ` by the client, `< ` by the server, `. ` about the connection.
#[derive(Clone, Debug, Default)]
pub struct SmtpDialogue(Vec<String>);

/// Comes from `from`, maybe with a header of its own, and says `commands`, each after the reply to the one before.
pub async fn visit(
    route: Route,
    from: Ipv4Addr,
    forged: Option<(Forged, When)>,
    commands: &[&str],
) -> Result<SmtpDialogue> {
    let (own, server) = match route {
        Route::Direct => (from, SERVER),
        Route::Balancer => (BALANCER, BEHIND_BALANCER),
    };
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(own), 0))?;
    let mut stream =
        socket.connect(server).await.with_context(|| format!("{own} cannot connect to {server}"))?;
    if route == Route::Balancer {
        stream
            .write_all(&proxy_header(SocketAddr::new(IpAddr::V4(from), stream.local_addr()?.port())))
            .await?;
    }
    let mut client = SmtpClient { stream, heard: Vec::new(), transcript: SmtpDialogue::default() };
    client.note(". ", format!("{from} connects").as_bytes());
    client.talk(forged, commands).await;
    Ok(client.transcript)
}

struct SmtpClient {
    stream: TcpStream,
    /// What has come and belongs to no complete line yet.
    heard: Vec<u8>,
    transcript: SmtpDialogue,
}

// === impl SmtpClient ===

impl SmtpClient {
    /// Until everything is said, or the server has had enough.
    async fn talk(&mut self, forged: Option<(Forged, When)>, commands: &[&str]) {
        if let Some((forged, When::AtOnce)) = forged {
            self.say(&forged.header()).await;
        }
        if !self.hear(REPLY_MAX).await {
            return;
        }
        if let Some((forged, When::Greeted)) = forged {
            self.say(&forged.header()).await;
            if !self.hear(REPLY_MAX).await {
                return;
            }
        }
        for command in commands {
            self.say(format!("{command}\r\n").as_bytes()).await;
            if !self.hear(REPLY_MAX).await {
                return;
            }
        }
        // A header may have had replies of its own: there can be more of them than commands.
        while self.hear(END_MAX).await {}
    }

    async fn say(&mut self, bytes: &[u8]) {
        self.note("> ", bytes);
        // Where the server has gone, that is heard next.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Hears one reply; false when there will be no more.
    async fn hear(&mut self, max: Duration) -> bool {
        let reply = timeout(max, self.reply()).await;
        let Ok(end) = reply else {
            self.note(". ", format!("nothing more for {max:?}").as_bytes());
            return false;
        };
        if let Some(end) = &end {
            self.note(". ", end.as_bytes());
        }
        end.is_none()
    }

    /// Reads up to the last line of a reply (RFC 5321 section 4.2.1: the one without a hyphen); otherwise says why
    /// there is none.
    async fn reply(&mut self) -> Option<String> {
        let mut read = 0;
        loop {
            while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                self.note("< ", &line);
                if line.get(3) != Some(&b'-') {
                    return None;
                }
            }
            let mut bytes = [0; 1024];
            match self.stream.read(&mut bytes).await {
                Ok(0) => return Some("the server closes".to_owned()),
                Err(error) => return Some(format!("the connection breaks: {error}")),
                Ok(len) => self.heard.extend_from_slice(&bytes[..len]),
            }
            read += 1;
            if read * 1024 > HEARD_BYTES_MAX {
                return Some("the server does not stop talking".to_owned());
            }
        }
    }

    fn note(&mut self, who: &str, bytes: &[u8]) {
        let text = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        self.transcript.0.push(format!("{who}{}", text.escape_ascii()));
    }
}

// === impl Forged ===

impl Forged {
    /// Both versions.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    fn header(self) -> Vec<u8> {
        // That function goes by the port: see there.
        let port = match self {
            Self::V1 => 4243,
            Self::V2 => 4242,
        };
        proxy_header(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }
}

// === impl SmtpDialogue ===

impl SmtpDialogue {
    /// The server's lines.
    fn heard(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|line| line.strip_prefix("< "))
    }

    /// Whether a line of the server's begins like this.
    pub fn has(&self, begin: &str) -> bool {
        self.heard().any(|line| line.starts_with(begin))
    }

    /// Whether a line of the server's contains this.
    pub fn mentions(&self, words: &str) -> bool {
        self.after(words).is_some()
    }

    /// What follows these words in the first line of the server's that contains them.
    pub fn after(&self, words: &str) -> Option<&str> {
        self.heard().find_map(|line| Some(line.split_once(words)?.1))
    }
}

impl fmt::Display for SmtpDialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

#[cfg(test)]
mod tests;
