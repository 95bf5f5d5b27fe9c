//! Plays a story in a real Envoy: its resolver, its mail server, its clients on real sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use postscreen_scenario::{Client, Fault, Limits, Reconfigure, Scenario, Transcript, check};
use real_player::{Act, Stage};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};
use tokio::try_join;

use crate::client::{PATIENCE, proxy_header};
use crate::fixture::{
    DnsblResolver, EnvoyFiles, EnvoyProcess, EnvoySetup, Loopback, Placement, ResolverCluster, Scripted,
    SmtpSink,
};

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
const LIMITS: Limits = Limits { wait: PATIENCE, tolerance: TOLERANCE, greets_early_talkers: true };
/// How long a client stays at least. Where the end of the connection comes with the PROXY header, Envoy's filter for
/// the header closes the connection, and the module never hears of the client; but to the story, the header is no
/// part of it.
const HEADER_REST: Duration = Duration::from_millis(100);

/// The gauge of clients that wait for their verdict.
const HELD: &str = "postscreen_held_clients";

/// Plays `scenario` and tells what was seen; as soon as that is what the story says, or when it had time enough.
///
/// # Errors
///
/// When a server fails, or the module is not healthy at the end.
pub async fn play(program: &EnvoyFiles, scenario: &Scenario) -> Result<Transcript> {
    let resolver = StoryResolver::start(scenario).await?;
    let backend = SmtpSink::start_as(&scenario.mail_server).await?;
    let workers = scenario.workers.map_or(Ok(WORKERS), NonZeroU32::try_from)?;
    let setup = EnvoySetup {
        policy: scenario.policy.clone(),
        backend: backend.address(),
        resolver: resolver.upstream(),
        workers: workers.get(),
        changes: !scenario.reconfigure.is_empty(),
    };
    let envoy = match EnvoyProcess::start(program, &setup).await {
        Err(error) if scenario.refused.is_some() => {
            return Ok(Transcript { refused: Some(format!("{error:#}")), ..Transcript::default() });
        }
        envoy => envoy?,
    };
    let ports = ports(scenario)?;
    let are_placed = scenario.clients.values().any(|client| client.worker.is_some());
    let placement = are_placed.then(|| Rc::new(Placement::new(envoy.listener(), workers)));
    let (listener, places, sources) = (envoy.smtp(), placement.clone(), ports.clone());
    let connect = async move |name: &str, client: &Client| {
        let mut stream = match &places {
            Some(placement) => placement.connect(client.worker).await?,
            None => TcpStream::connect(listener).await?,
        };
        stream.set_nodelay(true)?;
        stream.write_all(&proxy_header(sources[name])).await?;
        Ok(stream)
    };
    resolver.begin();
    let stage = Stage { limits: LIMITS, stay_min: HEADER_REST, connect };
    let (acts, reconfigured) = try_join!(stage.play(scenario), reconfigure(&envoy, &scenario.reconfigure))?;

    sleep(QUIET).await;
    let deadline = Instant::now() + SETTLE_MAX;
    let transcript = loop {
        let mut transcript = transcript(&acts, &ports, &backend, &envoy).await?;
        transcript.reconfigured.clone_from(&reconfigured);
        // All clients are gone, and the gauge of those that are held may be a second behind.
        let nobody_is_held = transcript.metrics.get(HELD).is_none_or(|&held| held == 0);
        let is_as_told = nobody_is_held && check(scenario, &transcript, TOLERANCE).is_empty();
        if is_as_told || Instant::now() > deadline {
            break transcript;
        }
        sleep(SETTLE_POLL).await;
    };
    if let Some(placement) = placement {
        placement.check().await?;
    }
    envoy.finish().await?;
    Ok(transcript)
}

/// Changes the policy when the story says so; what Envoy said to each.
async fn reconfigure(envoy: &EnvoyProcess, changes: &[Reconfigure]) -> Result<Vec<Option<String>>> {
    let began = Instant::now();
    let mut said = Vec::new();
    for change in changes {
        sleep_until(began + change.at).await;
        said.push(envoy.reconfigure(&change.policy).await?);
    }
    Ok(said)
}

/// The resolver of a story: a real one, if what the story says is what a resolver can say.
enum StoryResolver {
    Real(DnsblResolver),
    Scripted(Scripted),
    /// Free when asked for, and nobody binds it: connections are refused.
    Down(SocketAddr),
    Missing,
}

impl StoryResolver {
    async fn start(scenario: &Scenario) -> Result<Self> {
        let outage = scenario.resolver.as_ref();
        if outage.is_some_and(|outage| outage.missing) {
            return Ok(Self::Missing);
        }
        if outage.is_some_and(|outage| outage.is_permanent() && outage.fault == Some(Fault::Down)) {
            let [nobody] = Loopback::next().free()?;
            return Ok(Self::Down(nobody));
        }
        if outage.is_some() || !DnsblResolver::can_say(&scenario.dns) {
            return Ok(Self::Scripted(Scripted::start(scenario).await?));
        }
        let zones = scenario.dns.iter().map(|(name, zone)| (name.to_owned(), zone.clone())).collect();
        Ok(Self::Real(DnsblResolver::start(&zones).await?))
    }

    fn upstream(&self) -> ResolverCluster {
        match self {
            Self::Real(resolver) => ResolverCluster::Http2(resolver.doh()),
            Self::Scripted(resolver) => ResolverCluster::Http1(resolver.address()),
            Self::Down(nobody) => ResolverCluster::Http2(*nobody),
            Self::Missing => ResolverCluster::Missing,
        }
    }

    /// The story begins: from now on its times are counted.
    fn begin(&self) {
        if let Self::Scripted(resolver) = self {
            resolver.begin();
        }
    }
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
    backend: &SmtpSink,
    envoy: &EnvoyProcess,
) -> Result<Transcript> {
    let name_of = |client: SocketAddr| {
        let named = ports.iter().find(|(_, address)| **address == client);
        named.map_or_else(|| format!("nobody of the story, {client}"), |(name, _)| name.clone())
    };
    let access_log = envoy.access_log()?;
    let verdicts = access_log.iter().filter_map(|line| Some((name_of(line.client), line.verdict.clone()?)));
    let records = access_log.iter().filter_map(|line| Some((name_of(line.client), line.record.clone()?)));
    Ok(Transcript {
        log: envoy.log()?.into_iter().map(|line| line.text).collect(),
        backend: backend.clients()?.into_iter().map(name_of).collect(),
        metrics: envoy.metrics().await?,
        teasers: acts.iter().filter_map(|(name, act)| Some((name.clone(), act.teaser.clone()?))).collect(),
        clients: acts.iter().map(|(name, act)| (name.clone(), act.result.clone())).collect(),
        verdicts: Some(verdicts.collect()),
        records: Some(records.collect()),
        ..Transcript::default()
    })
}
