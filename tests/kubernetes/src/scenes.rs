//! The pods of the overlays, each with what only it can show.

mod broken;
mod docker_mailserver;
mod host_sim_sidecar;
mod mail_ingress;
mod postfix_sidecar;
mod proxy_from_balancer;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::time::{Instant, sleep};

use crate::client::SmtpClient;
use crate::kubelet::{Images, Pod};
use crate::mail_server::{self, RECIPIENT};
use crate::render::Kustomize;
use crate::report::Report;
use crate::world::{NODE, STRANGER, World};

/// The port for mail, and the one for probes.
const SMTP: u16 = 1025;
const PROBES: u16 = 9902;
/// The mail server in the cluster: its Service and port in mail-ingress.
const MAIL_SERVER: (&str, u16) = ("mail", 2525);
/// `preStop` hooks take so many times less than they say: 90 seconds are six.
const HOOKS_SCALE: u32 = 15;
/// How long a mail may take to its mailbox, and a changed file to its reader.
const SETTLE_MAX: Duration = Duration::from_secs(20);
const SETTLE_POLL: Duration = Duration::from_millis(100);

/// What all scenes share. What is first here goes first.
pub struct Stage {
    /// Where the overlay `mail-ingress` looks for one. It leaves the world before that is gone.
    mail_server: Pod,
    images: Images,
    kustomize: Kustomize,
    world: World,
}

/// One scene's tests.
struct Scene<'a> {
    name: &'static str,
    stage: &'a Stage,
    report: &'a RefCell<Report>,
}

/// All scenes whose name contains one of the words; no word is all. They wait most of the time, so two are played at
/// once.
pub async fn run(stage: &Stage, words: &[String]) -> Report {
    let report = RefCell::new(Report::default());
    macro_rules! scene {
        ($name:literal, $play:path) => {
            if words.is_empty() || words.iter().any(|word| $name.contains(word.as_str())) {
                let mut scene = Scene { name: $name, stage, report: &report };
                if let Err(error) = $play(&mut scene).await {
                    scene.test("the rest can be played", Err(error));
                }
            }
        };
    }
    let ingress = async {
        scene!("mail-ingress", mail_ingress::play);
        scene!("mail-ingress with a mistake", broken::play);
        scene!("mail-ingress+proxy-from-balancer", proxy_from_balancer::play);
    };
    let others = async {
        scene!("postfix-sidecar", postfix_sidecar::play);
        scene!("host-sim-sidecar", host_sim_sidecar::play);
        scene!("docker-mailserver-ingress", docker_mailserver::play_ingress);
        scene!("docker-mailserver-sidecar", docker_mailserver::play_sidecar);
    };
    tokio::join!(ingress, others);
    report.into_inner()
}

// === impl Stage ===

impl Stage {
    /// Sets the world up, with a mail server whose port 2525 reads the header, as docs/mail-servers.md has it.
    pub async fn set(images: Images, kustomize: Kustomize) -> Result<Self> {
        let world = World::set_up().await?;
        let (name, port) = MAIL_SERVER;
        // What is on loopback in our own pod is for the cluster in this one.
        let files = mail_server::files(|master| master.replace("127.0.0.1:2525", "2525     "), "")?;
        let mail_server = Pod::start(name, mail_server::alone(port, files)?, &images, &world).await?;
        mail_server.until_ready().await?;
        world.name(name, mail_server.address());
        Ok(Self { mail_server, images, kustomize, world })
    }
}

// === impl Scene ===

impl Scene<'_> {
    fn test(&mut self, what: &str, result: Result<()>) {
        self.report.borrow_mut().test(self.name, what, result);
    }

    /// Starts a pod whose readiness is a test of its own.
    async fn start(&mut self, name: &str, manifest: crate::manifest::PodManifest) -> Result<Pod> {
        let pod = Pod::start(name, manifest, &self.stage.images, &self.stage.world).await?;
        pod.until_ready().await?;
        self.test("the pod starts and is ready", Ok(()));
        Ok(pod)
    }

    /// A mail from a stranger, and one that it wants relayed. `mailbox` is what the recipient has.
    async fn mail(&mut self, pod: &Pod, mailbox: impl Fn() -> String) {
        let result = arrives(server(pod), self.name, mailbox).await;
        self.test("a stranger's mail arrives, and Received: has the true address", result);
        self.test("a stranger cannot relay", cannot_relay(server(pod)).await);
    }
}

/// Where a pod takes mail.
fn server(pod: &Pod) -> SocketAddr {
    SocketAddr::from((pod.address(), SMTP))
}

async fn arrives(server: SocketAddr, subject: &str, mailbox: impl Fn() -> String) -> Result<()> {
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

async fn cannot_relay(server: SocketAddr) -> Result<()> {
    let mut client = SmtpClient::connect(STRANGER, server, b"").await?;
    client.expect("220 ").await?;
    client.command("EHLO client.example", "250 ").await?;
    client.command("MAIL FROM:<friend@client.example>", "250 ").await?;
    client.command("RCPT TO:<victim@example.com>", "454 4.7.1 ").await?;
    client.command("QUIT", "221 ").await
}

/// Who talks at once is refused.
async fn early_talker_is_refused(server: SocketAddr, from: std::net::Ipv4Addr) -> Result<()> {
    SmtpClient::connect(from, server, b"EHLO early.example\r\n").await?.expect("521 ").await
}

/// Nobody reaches this port of the pod from outside.
async fn is_closed(pod: &Pod, port: u16) -> Result<()> {
    let reached = tokio::net::TcpStream::connect((pod.address(), port)).await;
    ensure!(reached.is_err(), "port {port} of the pod is open to everybody");
    Ok(())
}

/// Neither the module nor the access log has seen a connection of the node's.
fn probes_are_unseen(log: &str) -> Result<()> {
    let node = NODE.to_string();
    let seen: Vec<_> = log.lines().filter(|line| line.contains(&node)).collect();
    ensure!(seen.is_empty(), "of {node}:\n{}", seen.join("\n"));
    ensure!(log.contains(&format!("CONNECT from [{STRANGER}]")), "not even the client is in the log:\n{log}");
    Ok(())
}

/// The pod ends while a session is open, which is served to its end, as is who comes meanwhile.
async fn drains(pod: &Pod, expected: &[&str]) -> Result<()> {
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
async fn metric(pod: &Pod, path: &str, name: &str) -> Result<u64> {
    let page = envoy_suite::http::get(SocketAddr::from((pod.address(), PROBES)), path).await?;
    let line = page.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_ascii_whitespace().last());
    value.map_or(Ok(0), |value| value.parse().with_context(|| format!("{name}: {value}")))
}

/// A text with one piece in place of another, which must be there.
fn replaced(text: &str, from: &str, to: &str) -> Result<String> {
    ensure!(text.contains(from), "there is no {from}");
    Ok(text.replace(from, to))
}

/// Asks until it is so.
async fn until(what: &str, ask: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + SETTLE_MAX;
    while !ask().await? {
        if Instant::now() > deadline {
            bail!("waited {SETTLE_MAX:?} for {what}");
        }
        sleep(SETTLE_POLL).await;
    }
    Ok(())
}
