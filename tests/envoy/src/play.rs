//! Plays a story in a real Envoy: its resolver, its mail server, its clients on real sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Result, bail};
use postscreen_player::{Act, Stage};
use postscreen_scenario::{Client, Limits, Scenario, Transcript, check};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::client::PATIENCE;
use crate::fixture::{Backend, Envoy, Program, Resolver, Setup, Upstream};
use crate::proxy;

/// How far times may be off: log lines, and `elapsed` in a script. A tick of the module is 1 s at most and ends
/// early for a due client; the rest is a busy machine.
pub const TOLERANCE: Duration = Duration::from_millis(300);
/// Workers of the Envoy that plays a story: with two, a client's sessions meet on different workers.
pub const WORKERS: NonZeroU32 = NonZeroU32::new(2).unwrap();
/// Source ports of the clients, in the order of their names.
const FIRST_PORT: u16 = 40_001;
/// After the last script: so long nothing is compared, so that what must not happen has time to happen.
const QUIET: Duration = Duration::from_millis(300);
/// After that: how long a line, a session or a count may still take to appear.
const SETTLE_MAX: Duration = Duration::from_secs(3);
const SETTLE_POLL: Duration = Duration::from_millis(100);
const LIMITS: Limits = Limits { wait: PATIENCE, tolerance: TOLERANCE };
/// How long a client stays at least. Where the end of the connection comes with the PROXY header, Envoy's filter for
/// the header closes the connection, and the module never hears of the client; but to the story, the header is no
/// part of it.
const HEADER_REST: Duration = Duration::from_millis(100);

/// Plays `scenario` and tells what was seen; as soon as that is what the story says, or when it had time enough.
///
/// # Errors
///
/// When a server fails, or the module is not healthy at the end.
pub async fn play(program: &Program, scenario: &Scenario) -> Result<Transcript> {
    let zones = scenario.dns.iter().map(|(name, zone)| (name.to_owned(), zone.clone())).collect();
    let resolver = Resolver::start(&zones).await?;
    let backend = Backend::start_as(scenario.mail_server).await?;
    let setup = Setup {
        policy: scenario.policy.clone(),
        backend: backend.address(),
        resolver: Upstream::Http2(resolver.doh()),
        workers: WORKERS.get(),
    };
    let envoy = match Envoy::start(program, &setup).await {
        Err(error) if scenario.refused.is_some() => {
            return Ok(Transcript { refused: Some(format!("{error:#}")), ..Transcript::default() });
        }
        envoy => envoy?,
    };
    let ports = ports(scenario)?;
    let (listener, sources) = (envoy.smtp(), ports.clone());
    let connect = async move |name: &str, _: &Client| {
        let mut stream = TcpStream::connect(listener).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&proxy::header(sources[name])).await?;
        Ok(stream)
    };
    let acts = Stage { limits: LIMITS, stay_min: HEADER_REST, connect }.play(scenario).await?;

    sleep(QUIET).await;
    let deadline = Instant::now() + SETTLE_MAX;
    let transcript = loop {
        let transcript = transcript(&acts, &ports, &backend, &envoy).await?;
        if check(scenario, &transcript, TOLERANCE).is_empty() || Instant::now() > deadline {
            break transcript;
        }
        sleep(SETTLE_POLL).await;
    };
    envoy.finish().await?;
    Ok(transcript)
}

/// A source port for every client: it tells sessions of one address apart.
fn ports(scenario: &Scenario) -> Result<BTreeMap<String, SocketAddr>> {
    let mut addresses = BTreeMap::new();
    for (index, (name, client)) in scenario.clients.iter().enumerate() {
        let port = u16::try_from(index).ok().and_then(|index| FIRST_PORT.checked_add(index));
        let Some(port) = port else { bail!("a story has more clients than there are ports") };
        addresses.insert(name.clone(), SocketAddr::new(client.from, port));
    }
    Ok(addresses)
}

async fn transcript(
    acts: &BTreeMap<String, Act>,
    ports: &BTreeMap<String, SocketAddr>,
    backend: &Backend,
    envoy: &Envoy,
) -> Result<Transcript> {
    let name_of = |client: SocketAddr| {
        let named = ports.iter().find(|(_, address)| **address == client);
        named.map_or_else(|| format!("nobody of the story, {client}"), |(name, _)| name.clone())
    };
    Ok(Transcript {
        refused: None,
        log: envoy.log()?.into_iter().map(|line| line.text).collect(),
        backend: backend.clients()?.into_iter().map(name_of).collect(),
        metrics: envoy.metrics().await?,
        teasers: acts.iter().filter_map(|(name, act)| Some((name.clone(), act.teaser.clone()?))).collect(),
        clients: acts.iter().map(|(name, act)| (name.clone(), act.result.clone())).collect(),
    })
}
