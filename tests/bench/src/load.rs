//! Clients, as cheap as possible: they share the machine with the servers that are measured.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// How long a client waits for anything; far above every greet wait.
const PATIENCE: Duration = Duration::from_mins(1);
/// More than any answer.
const ANSWER_BYTES_MAX: usize = 1_024;
/// What an early talker says.
const HELLO: &[u8] = b"EHLO zombie\r\n";
/// What both sides answer, after a teaser or without one.
const REFUSAL: &str = "521 5.5.1 Protocol error";
/// What the bulk of a transfer is sent in.
const CHUNK_BYTES: usize = 256 * 1024;

/// Runs `count` clients, `at_once` of them at the same time; `client` gets the address of each, from `first` on.
pub(crate) async fn crowd<T: 'static, F: Future<Output = Result<T>> + 'static>(
    first: u32,
    count: u32,
    at_once: usize,
    client: impl Fn(Ipv4Addr) -> F,
) -> Result<Vec<T>> {
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    for index in 0..count {
        if running.len() == at_once
            && let Some(ended) = running.join_next().await
        {
            done.push(ended??);
        }
        running.spawn_local(client(Ipv4Addr::from_bits(first + index)));
    }
    while let Some(ended) = running.join_next().await {
        done.push(ended??);
    }
    Ok(done)
}

/// Runs `count` clients that come one after the other, `interval` apart, however long the others stay.
pub(crate) async fn procession<F: Future<Output = Result<()>> + 'static>(
    first: u32,
    count: u32,
    interval: Duration,
    client: impl Fn(Ipv4Addr) -> F,
) -> Result<()> {
    let began = Instant::now();
    let mut running = JoinSet::new();
    for index in 0..count {
        sleep_until(began + interval * index).await;
        running.spawn_local(client(Ipv4Addr::from_bits(first + index)));
        while let Some(ended) = running.try_join_next() {
            ended??;
        }
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

/// Connects from an address of the client's own.
pub(crate) async fn connect(server: SocketAddr, from: Ipv4Addr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    timeout(PATIENCE, socket.connect(server)).await?.with_context(|| format!("cannot connect to {server}"))
}

/// Talks at once. Whether the refusal has arrived, all of it.
pub(crate) async fn early(server: SocketAddr, from: Ipv4Addr) -> Result<bool> {
    talk_early(connect(server, from).await?).await
}

/// The same for a client that is connected.
pub(crate) async fn talk_early(mut stream: TcpStream) -> Result<bool> {
    // Whoever is refused before it has spoken has heard why.
    let _ = stream.write_all(HELLO).await;
    let mut got = Vec::new();
    match timeout(PATIENCE, read_all(&mut stream, &mut got)).await? {
        Ok(()) => {}
        // A reset: what came before it counts.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => return Err(error.into()),
    }
    let last = String::from_utf8_lossy(&got);
    Ok(last.lines().last().is_some_and(|line| line.starts_with(REFUSAL)) && last.ends_with("\r\n"))
}

/// One session through: waits for the greeting, says QUIT, waits for the end.
pub(crate) async fn session(server: SocketAddr, from: Ipv4Addr) -> Result<()> {
    let mut stream = connect(server, from).await?;
    greeting(&mut stream).await.with_context(|| format!("client {from} of {server}"))?;
    quit(stream).await
}

/// One visit, however it ends: a session through, or a refusal.
pub(crate) async fn visit(server: SocketAddr, from: Ipv4Addr) -> Result<()> {
    let mut stream = connect(server, from).await?;
    let mut got = Vec::new();
    while !got.ends_with(b"\n") {
        let read = timeout(PATIENCE, stream.read_buf(&mut got)).await.context("no answer")??;
        let text = String::from_utf8_lossy(&got);
        ensure!(read > 0 && got.len() <= ANSWER_BYTES_MAX, "expected a line for {from}, got {text:?}");
    }
    match got.as_slice() {
        line if is_greeting(line) => quit(stream).await,
        line if line.starts_with(b"521 ") => Ok(()),
        line => bail!("expected a greeting or a refusal for {from}, got {:?}", String::from_utf8_lossy(line)),
    }
}

/// Waits for the mail server's greeting; a teaser may come before it.
pub(crate) async fn greeting(stream: &mut TcpStream) -> Result<()> {
    let mut got = Vec::new();
    loop {
        let read = timeout(PATIENCE, stream.read_buf(&mut got)).await.context("no greeting")??;
        if got.split_inclusive(|byte| *byte == b'\n').any(is_greeting) {
            return Ok(());
        }
        ensure!(
            read > 0 && got.len() <= ANSWER_BYTES_MAX,
            "expected a greeting, got {:?}",
            String::from_utf8_lossy(&got)
        );
    }
}

fn is_greeting(line: &[u8]) -> bool {
    line.starts_with(b"220 ") && line.ends_with(b"\n")
}

/// Ends the session.
pub(crate) async fn quit(mut stream: TcpStream) -> Result<()> {
    stream.write_all(b"QUIT\r\n").await?;
    let mut got = Vec::new();
    timeout(PATIENCE, read_all(&mut stream, &mut got)).await.context("the session does not end")??;
    ensure!(got.starts_with(b"221 "), "expected 221, got {:?}", String::from_utf8_lossy(&got));
    Ok(())
}

/// Sends so many bytes as fast as they go, and waits until the mail server has them all. Blocks.
pub(crate) fn pour(server: SocketAddr, from: Ipv4Addr, bytes: usize) -> Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&server.into())?;
    let mut stream = std::net::TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut greeting = [0; ANSWER_BYTES_MAX];
    let read = stream.read(&mut greeting)?;
    ensure!(is_greeting(&greeting[..read]), "no greeting before {bytes} bytes are to be sent");
    let chunk = vec![b'x'; CHUNK_BYTES];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(CHUNK_BYTES);
        stream.write_all(&chunk[..now])?;
        left -= now;
    }
    stream.shutdown(Shutdown::Write)?;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    let arrived = String::from_utf8_lossy(&got);
    if arrived.trim_end() != format!("221 {bytes}") {
        bail!("{bytes} bytes were sent, the mail server says {arrived:?}");
    }
    Ok(())
}

async fn read_all(stream: &mut TcpStream, got: &mut Vec<u8>) -> std::io::Result<()> {
    while got.len() <= ANSWER_BYTES_MAX {
        if stream.read_buf(got).await? == 0 {
            return Ok(());
        }
    }
    Err(std::io::Error::other("the server does not stop talking"))
}
