//! What more than one scene shows, and what it takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::HOOKS_SCALE;
use crate::client::SmtpClient;
use crate::kubelet::Pod;
use crate::mail_server::RECIPIENT;
use crate::world::{NODE, STRANGER};

/// The port for mail, and the one for probes.
const SMTP: u16 = 1025;
const PROBES: u16 = 9902;
/// How long a mail may take to its mailbox, and a changed file to its reader.
const SETTLE_MAX: Duration = Duration::from_secs(20);
const SETTLE_POLL: Duration = Duration::from_millis(100);

/// Where a pod takes mail.
pub fn server(pod: &Pod) -> SocketAddr {
    SocketAddr::from((pod.address(), SMTP))
}

/// A mail comes to its mailbox, with the client's address.
pub async fn arrives(server: SocketAddr, subject: &str, mailbox: impl Fn() -> String) -> Result<()> {
    let mut client = SmtpClient::connect(STRANGER, server, b"").await?;
    client.expect("220 ").await?;
    client.command("EHLO client.example", "250 ").await?;
    client.send(RECIPIENT, subject).await?;
    let line = format!("Subject: {subject}");
    until("the mail to arrive", async || Ok(mailbox().lines().any(|other| other == line))).await?;
    let mailbox = mailbox();
    let mail = mailbox.split("\nFrom ").find(|mail| mail.lines().any(|other| other == line));
    let received = mail.and_then(|mail| mail.lines().find(|line| line.starts_with("Received:")));
    let received = received.with_context(|| format!("no Received: in\n{mailbox}"))?;
    ensure!(received.contains(&format!("[{STRANGER}]")), "not [{STRANGER}], but:\n{received}");
    Ok(())
}

/// A mail to somebody elsewhere is not taken.
pub async fn cannot_relay(server: SocketAddr) -> Result<()> {
    let mut client = SmtpClient::connect(STRANGER, server, b"").await?;
    client.expect("220 ").await?;
    client.command("EHLO client.example", "250 ").await?;
    client.command("MAIL FROM:<friend@client.example>", "250 ").await?;
    client.command("RCPT TO:<victim@example.com>", "454 4.7.1 ").await?;
    client.command("QUIT", "221 ").await
}

/// Who talks at once is refused.
pub async fn early_talker_is_refused(server: SocketAddr, from: Ipv4Addr) -> Result<()> {
    SmtpClient::connect(from, server, b"EHLO early.example\r\n").await?.expect("521 ").await
}

/// Nobody reaches this port of the pod from outside.
pub async fn is_closed(pod: &Pod, port: u16) -> Result<()> {
    let reached = timeout(SETTLE_MAX, TcpStream::connect((pod.address(), port))).await;
    ensure!(!matches!(reached, Ok(Ok(_))), "port {port} of the pod is open to everybody");
    Ok(())
}

/// Neither the module nor the access log has seen a connection of the node's.
pub fn probes_are_unseen(log: &str) -> Result<()> {
    let node = NODE.to_string();
    let seen: Vec<_> = log.lines().filter(|line| line.contains(&node)).collect();
    ensure!(seen.is_empty(), "of {node}:\n{}", seen.join("\n"));
    ensure!(log.contains(&format!("CONNECT from [{STRANGER}]")), "not even the client is in the log:\n{log}");
    Ok(())
}

/// The pod ends while a session is open, which is served to its end, as is who comes meanwhile.
pub async fn drains(pod: &Pod, expected: &[&str]) -> Result<()> {
    let mut open = SmtpClient::connect(STRANGER, server(pod), b"").await?;
    open.expect("220 ").await?;
    let meanwhile = async {
        sleep(Duration::from_secs(1)).await;
        open.command("EHLO client.example", "250 ").await?;
        let mut late = SmtpClient::connect(STRANGER, server(pod), b"").await?;
        late.expect("220 ").await?;
        late.command("QUIT", "221 ").await?;
        open.send(RECIPIENT, "until the end").await
    };
    let (end, served) = tokio::join!(pod.delete(HOOKS_SCALE), meanwhile);
    served.context("while the pod ended")?;
    let end = end?;
    ensure!(end.killed.is_empty(), "killed, because they took too long: {:?}", end.killed);
    ensure!(end.order == expected, "the containers ended in the order {:?}", end.order);
    Ok(())
}

/// A number of a page for Prometheus; 0 where it has none that is called so.
pub async fn metric(pod: &Pod, path: &str, name: &str) -> Result<u64> {
    let page = envoy_suite::http::get(SocketAddr::from((pod.address(), PROBES)), path).await?;
    let line = page.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_ascii_whitespace().last());
    value.map_or(Ok(0), |value| value.parse().with_context(|| format!("{name}: {value}")))
}

/// A text with one piece in place of another, which must be there.
pub fn replaced(text: &str, from: &str, to: &str) -> Result<String> {
    ensure!(text.contains(from), "there is no {from}");
    Ok(text.replace(from, to))
}

/// Asks until it is so.
pub async fn until(what: &str, ask: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + SETTLE_MAX;
    while !ask().await? {
        if Instant::now() > deadline {
            bail!("waited {SETTLE_MAX:?} for {what}");
        }
        sleep(SETTLE_POLL).await;
    }
    Ok(())
}
