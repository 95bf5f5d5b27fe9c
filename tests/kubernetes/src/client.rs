//! A mail client: a socket with an address of its own, and all that was said on it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long a client waits for one reply: longer than the greet wait and the mail server's start together.
const REPLY_MAX: Duration = Duration::from_secs(20);
/// The most that it reads.
const HEARD_BYTES_MAX: usize = 64 * 1024;

/// A connected client.
#[derive(Debug)]
pub struct SmtpClient {
    stream: TcpStream,
    /// What has come and belongs to no reply yet.
    heard: Vec<u8>,
    said: String,
}

// === impl SmtpClient ===

impl SmtpClient {
    /// Connects, and says `first` without waiting for anything.
    pub async fn connect(from: Ipv4Addr, server: SocketAddr, first: &[u8]) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
        let connected = timeout(REPLY_MAX, socket.connect(server)).await;
        let stream = connected
            .unwrap_or_else(|late| Err(late.into()))
            .with_context(|| format!("{from} cannot connect to {server}"))?;
        let mut client = Self { stream, heard: Vec::new(), said: format!(". {from} connects\n") };
        client.say(first).await?;
        Ok(client)
    }

    /// Waits for a reply that begins like this.
    pub async fn expect(&mut self, begin: &str) -> Result<()> {
        let reply = timeout(REPLY_MAX, self.reply()).await;
        let reply = reply.with_context(|| format!("no reply in {REPLY_MAX:?} after:\n{}", self.said))??;
        ensure!(reply.starts_with(begin), "{begin:?} was expected:\n{}", self.said);
        Ok(())
    }

    /// Says one line, and waits for a reply that begins like this.
    pub async fn command(&mut self, line: &str, begin: &str) -> Result<()> {
        self.say(format!("{line}\r\n").as_bytes()).await?;
        self.expect(begin).await
    }

    /// Sends a mail from greeting to good-bye.
    pub async fn send(&mut self, recipient: &str, subject: &str) -> Result<()> {
        self.command("MAIL FROM:<friend@client.example>", "250 ").await?;
        self.command(&format!("RCPT TO:<{recipient}>"), "250 ").await?;
        self.command("DATA", "354 ").await?;
        self.command(&format!("Subject: {subject}\r\n\r\nHello\r\n."), "250 ").await?;
        self.command("QUIT", "221 ").await
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<()> {
        if !bytes.is_empty() {
            let line = bytes.trim_ascii_end().escape_ascii().to_string();
            self.said.extend(["> ", &line, "\n"]);
            self.stream.write_all(bytes).await.with_context(|| self.said.clone())?;
        }
        Ok(())
    }

    /// The last line of a reply (RFC 5321 section 4.2.1: the one without a hyphen).
    async fn reply(&mut self) -> Result<String> {
        let mut read = 0;
        loop {
            while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                let line = line.trim_ascii_end().escape_ascii().to_string();
                self.said.extend(["< ", &line, "\n"]);
                if line.as_bytes().get(3) != Some(&b'-') {
                    return Ok(line);
                }
            }
            let mut bytes = [0; 1024];
            match self.stream.read(&mut bytes).await {
                Ok(0) => bail!("the server closes after:\n{}", self.said),
                Err(error) => bail!("the connection breaks ({error}) after:\n{}", self.said),
                Ok(length) => self.heard.extend_from_slice(&bytes[..length]),
            }
            read += 1;
            ensure!(read * 1024 <= HEARD_BYTES_MAX, "the server does not stop talking:\n{}", self.said);
        }
    }
}
