//! What is played before every host, and how.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use postscreen_scenario::{Client, Difference, Limits, Transcript, check, parse};
use real_player::{Act, Stage};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

use crate::host::HostProcess;
use crate::servers::{ClientNames, DnsServer, SmtpSink};

/// One story.
pub struct HostStory {
    pub name: &'static str,
    /// In the language of tests/scenarios. Its clients come one after the other.
    pub text: &'static str,
    /// The clients that hear a teaser: those that are tested.
    pub teased: &'static [&'static str],
}

/// The first line of every tested client's greeting.
pub const TEASER: &str = "220-mx.test ESMTP";

macro_rules! story {
    ($name:literal, $teased:expr) => {
        HostStory {
            name: $name,
            text: include_str!(concat!("../stories/", $name, ".yaml")),
            teased: &$teased,
        }
    };
}

/// All of them.
pub const STORIES: [HostStory; 7] = [
    story!("early", ["early"]),
    story!("patient", ["patient"]),
    story!("listed", ["listed"]),
    story!("denied", []),
    story!("spoken-to", ["zombie"]),
    story!("gone", ["resets", "ends"]),
    story!("remembered", ["new", "waits"]),
];

/// How far times may be off: log lines, and `elapsed` in a script. A host in an interpreter on a busy machine.
const TOLERANCE: Duration = Duration::from_millis(500);
const LIMITS: Limits =
    Limits { wait: Duration::from_secs(20), tolerance: TOLERANCE, greets_early_talkers: false };
/// After the last script: how long a line or a session may still take to appear.
const SETTLE_MAX: Duration = Duration::from_secs(3);
/// Before that: so long nothing is compared, so that what must not happen has time to happen.
const QUIET: Duration = Duration::from_millis(200);

/// Plays it; an error when anything differs from the story, or the host is not well.
pub async fn play(command: &[String], story: &HostStory) -> Result<()> {
    let scenario = parse(story.name, story.text)?;
    let clients = ClientNames::default();
    let resolver = DnsServer::start(scenario.dns.clone()).await?;
    let mail_server = SmtpSink::start(Rc::clone(&clients)).await?;
    let policy = Value::Object(scenario.policy.clone()).to_string();
    let mut host = HostProcess::start(command, &policy, mail_server.address(), resolver.address()).await?;
    let address = host.address();
    let connect = async move |name: &str, client: &Client| {
        connect(client.from, address, |own| _ = clients.borrow_mut().insert(own, name.to_owned())).await
    };
    let acts = Stage { limits: LIMITS, stay_min: Duration::ZERO, connect }.play(&scenario).await?;

    sleep(QUIET).await;
    let deadline = Instant::now() + SETTLE_MAX;
    let differences = loop {
        let transcript = transcript(&acts, &mail_server, &host)?;
        let mut differences = check(&scenario, &transcript, TOLERANCE);
        differences.extend(teasers(story, &transcript.teasers));
        if differences.is_empty() || Instant::now() > deadline {
            break differences;
        }
        sleep(QUIET).await;
    };
    host.is_well()?;
    if !differences.is_empty() {
        bail!("{}", differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

/// Connects from the client's own address; before that, `known` hears what it is.
async fn connect(from: IpAddr, to: SocketAddr, known: impl FnOnce(SocketAddr)) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    known(socket.local_addr()?);
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn transcript(
    acts: &BTreeMap<String, Act>,
    mail_server: &SmtpSink,
    host: &HostProcess,
) -> Result<Transcript> {
    Ok(Transcript {
        log: host.log()?,
        backend: mail_server.seen(),
        teasers: acts.iter().filter_map(|(name, act)| Some((name.clone(), act.teaser.clone()?))).collect(),
        clients: acts.iter().map(|(name, act)| (name.clone(), act.result.clone())).collect(),
        ..Transcript::default()
    })
}

/// Every tested client hears the teaser, and no other does.
fn teasers(story: &HostStory, heard: &BTreeMap<String, String>) -> Option<Difference> {
    let expected: BTreeMap<_, _> =
        story.teased.iter().map(|name| ((*name).to_owned(), TEASER.to_owned())).collect();
    let how = format!("expected {expected:?}, heard {heard:?}");
    (expected != *heard).then(|| Difference::said("teasers", how))
}

#[cfg(test)]
mod tests;
