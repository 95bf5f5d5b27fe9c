//! Who comes, besides the real senders: one address each, all of them on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use relay_suite::client::{Route, SmtpDialogue, visit};
use relay_suite::machine::{SERVER, SERVER_IP};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::senders::Sender;
use crate::world::recipient;

/// Zombies that talk before their turn.
pub const EARLY: [Ipv4Addr; 24] = range(1);
/// Zombies that wait, and are on a list.
pub const LISTED: [Ipv4Addr; 12] = range(31);
/// Good senders that a list vouches for.
pub const ALLOWLISTED: [Ipv4Addr; 2] = range(51);
/// Good senders that nobody knows.
pub const STRANGERS: [Ipv4Addr; 64] = range(161);
/// Such ones who come later: whoever is needed takes the next one ([`Newcomers`]).
const LATER: [Ipv4Addr; 24] = range(231);
/// Zombies that are on a list, likewise.
pub const LISTED_LATER: [Ipv4Addr; 8] = range(61);
/// Zombies that talk early, likewise.
const EARLY_LATER: [Ipv4Addr; 16] = range(81);

/// The subject of what zombies want to deliver.
pub const NO_MAIL: &str = "never to arrive";
/// How long a zombie waits for its end: longer than the greet wait.
const END_MAX: Duration = Duration::from_secs(30);
/// How long a connection may take that is not answered at all: nobody who is banned gets in later.
const CONNECT_MAX: Duration = Duration::from_secs(3);

const fn range<const N: usize>(first: u8) -> [Ipv4Addr; N] {
    let mut all = [Ipv4Addr::new(203, 0, 113, first); N];
    let mut number = 1;
    while number < N {
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256")]
        let last = first + number as u8;
        all[number] = Ipv4Addr::new(203, 0, 113, last);
        number += 1;
    }
    all
}

/// All addresses of the machine.
pub fn addresses() -> Vec<Ipv4Addr> {
    let senders = Sender::ALL.map(Sender::address);
    let zombies = EARLY.into_iter().chain(LISTED).chain(EARLY_LATER).chain(LISTED_LATER);
    let good = ALLOWLISTED.into_iter().chain(STRANGERS).chain(LATER);
    [SERVER_IP].into_iter().chain(senders).chain(zombies).chain(good).collect()
}

/// Clients who have never been here, each of whom comes once.
#[derive(Debug, Default)]
pub struct Newcomers {
    polite: usize,
    listed: usize,
    early: usize,
}

// === impl Newcomers ===

impl Newcomers {
    /// The next good sender.
    pub fn polite(&mut self) -> Result<Ipv4Addr> {
        next(&LATER, &mut self.polite)
    }

    /// The next one that is on a list.
    pub fn listed(&mut self) -> Result<Ipv4Addr> {
        next(&LISTED_LATER, &mut self.listed)
    }

    /// The next one that talks early.
    pub fn early(&mut self) -> Result<Ipv4Addr> {
        next(&EARLY_LATER, &mut self.early)
    }
}

fn next(all: &[Ipv4Addr], came: &mut usize) -> Result<Ipv4Addr> {
    *came += 1;
    all.get(*came - 1).copied().context("there are too few newcomers: make the range longer")
}

/// Connects from an address.
pub async fn connect(from: Ipv4Addr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
    let stream = timeout(CONNECT_MAX, socket.connect(SERVER)).await;
    Ok(stream.with_context(|| format!("{from} gets no answer from {SERVER}"))??)
}

/// Talks before its turn; all that it hears until it is closed.
pub async fn talk_early(from: Ipv4Addr) -> Result<String> {
    let mut stream = connect(from).await?;
    stream.write_all(b"EHLO zombie.example\r\nMAIL FROM:<spam@zombie.example>\r\n").await?;
    hear_all(&mut stream).await
}

/// Everything until the server closes.
pub async fn hear_all(stream: &mut TcpStream) -> Result<String> {
    let mut heard = Vec::new();
    timeout(END_MAX, stream.read_to_end(&mut heard)).await.context("never closed")??;
    Ok(String::from_utf8_lossy(&heard).into_owned())
}

/// Has a whole session, to deliver one mail.
pub async fn deliver(from: Ipv4Addr, subject: &str) -> Result<SmtpDialogue> {
    let recipient = format!("RCPT TO:<{}>", recipient());
    let body = format!("Subject: {subject}\r\n\r\nHello\r\n.");
    let commands =
        ["EHLO sender.example", "MAIL FROM:<friend@sender.example>", &recipient, "DATA", &body, "QUIT"];
    visit(Route::Direct, from, None, &commands).await
}

/// The same, and it must be taken.
pub async fn is_served(from: Ipv4Addr, subject: &str) -> Result<()> {
    let dialogue = deliver(from, subject).await?;
    ensure!(dialogue.has("250 2.0.0 Ok: queued"), "{from} is not served:\n{dialogue}");
    Ok(())
}

/// The same, and it must be refused by the screen, with 521.
pub async fn is_refused(from: Ipv4Addr) -> Result<()> {
    let dialogue = deliver(from, NO_MAIL).await?;
    ensure!(dialogue.has("521 "), "{from} is not refused:\n{dialogue}");
    Ok(())
}

/// An early talker, who must be refused whatever else is broken.
pub async fn early_talker_is_refused(from: Ipv4Addr) -> Result<()> {
    let heard = talk_early(from).await?;
    ensure!(heard.contains("\r\n521 ") || heard.starts_with("521 "), "{from} is not refused: {heard:?}");
    Ok(())
}
