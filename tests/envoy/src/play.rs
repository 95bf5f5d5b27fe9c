//! Plays a story in a real Envoy: its resolver, its mail server, its clients on real sockets.

mod actor;
mod length;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use postscreen_scenario::{Difference, Failure, Scenario, Start, Transcript, check};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::fixture::{Backend, Envoy, Program, Resolver, Setup, Upstream};

pub(crate) use length::{REAL_TIME_MAX, length};

/// How far times may be off: log lines, and `elapsed` in a script. A tick of the module is 1 s at most and ends
/// early for a due client; the rest is a busy machine.
pub(crate) const TOLERANCE: Duration = Duration::from_millis(300);
/// Workers of the Envoy that plays a story: with two, a client's sessions meet on different workers.
const WORKERS: u32 = 2;
/// Source ports of the clients, in the order of their names.
const FIRST_PORT: u16 = 40_001;
/// After the last script: so long nothing is compared, so that what must not happen has time to happen.
const QUIET: Duration = Duration::from_millis(300);
/// After that: how long a line, a session or a count may still take to appear.
const SETTLE_MAX: Duration = Duration::from_secs(3);
const SETTLE_POLL: Duration = Duration::from_millis(100);

type Results = Rc<RefCell<BTreeMap<String, Result<(), Failure>>>>;

/// Plays `scenario`; an error when a server fails, the module is not healthy, or anything differs from the story.
pub(crate) async fn play(program: &Program, scenario: &Scenario) -> Result<()> {
    let zones = scenario.dns.iter().map(|(name, zone)| (name.to_owned(), zone.clone())).collect();
    let resolver = Resolver::start(&zones).await?;
    let backend = Backend::start().await?;
    let setup = Setup {
        policy: scenario.policy.clone(),
        backend: backend.address(),
        resolver: Upstream::Http2(resolver.doh()),
        workers: WORKERS,
    };
    let envoy = Envoy::start(program, &setup).await?;
    let ports = ports(scenario)?;
    let results = clients(scenario, &ports, envoy.smtp()).await?;

    sleep(QUIET).await;
    let deadline = Instant::now() + SETTLE_MAX;
    let differences = loop {
        let transcript = transcript(&results, &ports, &backend, &envoy).await?;
        let differences = check(scenario, &transcript, TOLERANCE);
        if differences.is_empty() || Instant::now() > deadline {
            break differences;
        }
        sleep(SETTLE_POLL).await;
    };
    envoy.finish().await?;
    if !differences.is_empty() {
        bail!("{}", differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("\n"));
    }
    Ok(())
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

/// Plays all scripts to their ends.
async fn clients(
    scenario: &Scenario,
    ports: &BTreeMap<String, SocketAddr>,
    listener: SocketAddr,
) -> Result<Results> {
    let results = Results::default();
    let began = Instant::now();
    let ended: BTreeMap<&String, watch::Sender<bool>> =
        scenario.clients.keys().map(|name| (name, watch::Sender::new(false))).collect();
    let mut running = JoinSet::new();
    for (name, client) in &scenario.clients {
        let (name, client, from) = (name.clone(), client.clone(), ports[name]);
        let other = match &client.start {
            Start::At(_) => None,
            Start::After { client, .. } => Some(ended[client].subscribe()),
        };
        let (end, results) = (ended[&name].clone(), Rc::clone(&results));
        running.spawn_local(async move {
            match (&client.start, other) {
                (Start::At(time), _) => sleep_until(began + *time).await,
                (Start::After { wait, .. }, Some(mut other)) => {
                    // The other's task holds its sender until its script has ended.
                    let _ = other.wait_for(|ended| *ended).await;
                    sleep(*wait).await;
                }
                (Start::After { .. }, None) => {}
            }
            let result = actor::play(&client.script, listener, from).await;
            results.borrow_mut().insert(name, result);
            end.send_replace(true);
        });
    }
    while let Some(ended) = running.join_next().await {
        ended?;
    }
    Ok(results)
}

async fn transcript(
    results: &Results,
    ports: &BTreeMap<String, SocketAddr>,
    backend: &Backend,
    envoy: &Envoy,
) -> Result<Transcript> {
    let name_of = |client: SocketAddr| {
        let named = ports.iter().find(|(_, address)| **address == client);
        named.map_or_else(|| format!("nobody of the story, {client}"), |(name, _)| name.clone())
    };
    Ok(Transcript {
        log: envoy.log()?.into_iter().map(|line| line.text).collect(),
        backend: backend.clients()?.into_iter().map(name_of).collect(),
        metrics: envoy.metrics().await?,
        clients: results.borrow().clone(),
    })
}
