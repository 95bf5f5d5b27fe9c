//! What a client costs Envoy: CPU time and memory, beside a plain TCP proxy in the same Envoy.
//!
//! One worker thread. Only Envoy's own process is measured, from `/proc`: clients, mail server and resolver are other
//! processes. The figures are for people to compare; none of them decides anything.

mod table;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use postscreen_scenario::{Listing, Zone};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use envoy_suite::client::{BANNER, Client};
use envoy_suite::fixture::{Backend, Envoy, Program, Resolver, Setup, Upstream, Usage, Zones};
use envoy_suite::runner::Progress;
use table::{Cost, Memory};

/// Sessions before a measurement: connection pools, caches and memory find their size.
const WARM_UP: u32 = 500;
/// Sessions at the same time where nobody waits.
const AT_ONCE: usize = 100;
/// Sessions at the same time where everybody waits a second for the verdict.
const WAITING_AT_ONCE: usize = 1_000;
/// So many that no client of a measurement is evicted by another.
const BUCKETS: u32 = 131_072;
/// Each measurement is repeated, and the least counts: what else runs on the machine only adds.
const ROUNDS: u32 = 3;
/// Envoy frees what it has used a little later.
const SETTLE: Duration = Duration::from_millis(500);
/// Client addresses of the measurements, apart from those of warm-ups.
const FIRST_ADDRESS: u32 = 0x0a00_0000;
const FIRST_WARM_UP_ADDRESS: u32 = 0x0a80_0000;

/// How much is measured.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Options {
    /// Clients per measurement of CPU time.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..=50_000))]
    clients: u32,
    /// Clients that are held at the same time for the measurement of memory.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..=5_000))]
    held: u32,
}

/// What the clients of a measurement do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Talks before the banner, reads the refusal.
    Early,
    /// Waits for the banner, quits.
    Polite,
}

/// Measures and prints the tables.
pub(crate) async fn run(program: &Program, options: Options) -> Result<()> {
    program.check()?;
    let progress = Progress::of("bench");
    let mut costs = vec![early_talkers(program, &progress, options.clients).await?];
    costs.extend(scored_and_returning(program, &progress, options.clients).await?);
    println!("\nThe least of {ROUNDS} rounds each.\n{}", table::costs(&costs));
    let memory = held(program, &progress, options.held).await?;
    println!("\n{}", table::memory(&memory));
    Ok(())
}

async fn early_talkers(program: &Program, progress: &Progress, clients: u32) -> Result<Cost> {
    let policy = json!({"greet_wait": "6s", "greet_action": "drop"});
    let bench = Bench::start(program, policy, Upstream::Missing).await?;
    let (screened, plain) = (bench.envoy.smtp(), bench.envoy.plain());
    bench.cpu(screened, Kind::Early, FIRST_WARM_UP_ADDRESS, WARM_UP, AT_ONCE).await?;
    bench.cpu(plain, Kind::Polite, FIRST_WARM_UP_ADDRESS, WARM_UP, AT_ONCE).await?;
    let mut rounds = [Duration::MAX; 2];
    for round in 0..ROUNDS {
        progress.say(format_args!(
            "round {} of {ROUNDS}: early talkers, then clients of a plain TCP proxy",
            round + 1
        ));
        let first = FIRST_ADDRESS + round * clients;
        least(&mut rounds[0], bench.cpu(screened, Kind::Early, first, clients, AT_ONCE).await?);
        least(&mut rounds[1], bench.cpu(plain, Kind::Polite, first, clients, AT_ONCE).await?);
    }
    bench.envoy.finish().await?;
    let [cpu, plain] = rounds;
    Ok(Cost { what: "early talker, refused with text", cpu, plain, clients, goal: "100 µs" })
}

async fn scored_and_returning(program: &Program, progress: &Progress, clients: u32) -> Result<[Cost; 2]> {
    let zones: Zones =
        (0..10).map(|number| (format!("bl{number}.test"), Zone::Listing(Listing::default()))).collect();
    let sites: Vec<&String> = zones.keys().collect();
    let policy = json!({
        "greet_wait": "1s", "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "cache": {"buckets": BUCKETS},
    });
    let resolver = Resolver::start(&zones).await?;
    let bench = Bench::start(program, policy, Upstream::Http2(resolver.doh())).await?;
    let (screened, plain) = (bench.envoy.smtp(), bench.envoy.plain());
    bench.cpu(screened, Kind::Polite, FIRST_WARM_UP_ADDRESS, WARM_UP, WAITING_AT_ONCE).await?;
    bench.cpu(plain, Kind::Polite, FIRST_WARM_UP_ADDRESS, WARM_UP, AT_ONCE).await?;
    let mut rounds = [Duration::MAX; 3];
    for round in 0..ROUNDS {
        progress.say(format_args!(
            "round {} of {ROUNDS}: new clients on ten zones, the same again, then clients of a plain TCP proxy",
            round + 1
        ));
        let first = FIRST_ADDRESS + round * clients;
        least(&mut rounds[0], bench.cpu(screened, Kind::Polite, first, clients, WAITING_AT_ONCE).await?);
        least(&mut rounds[1], bench.cpu(screened, Kind::Polite, first, clients, AT_ONCE).await?);
        least(&mut rounds[2], bench.cpu(plain, Kind::Polite, first, clients, AT_ONCE).await?);
    }
    bench.check_counts(clients).await?;
    bench.envoy.finish().await?;
    let [scored, returning, plain] = rounds;
    Ok([
        Cost { what: "new client, ten zones, passed", cpu: scored, plain, clients, goal: "300 µs" },
        Cost { what: "returning client", cpu: returning, plain, clients, goal: "1.2 × plain" },
    ])
}

fn least(least: &mut Duration, round: Duration) {
    *least = round.min(*least);
}

/// Clients that wait for their verdict, and clients that a plain TCP proxy has connected.
async fn held(program: &Program, progress: &Progress, count: u32) -> Result<[Memory; 2]> {
    let policy = json!({"greet_wait": "600s", "greet_action": "drop"});
    let mut all = Vec::new();
    for (what, goal) in [("held for the verdict", "10 kB"), ("connected by a plain TCP proxy", "-")] {
        let bench = Bench::start(program, policy.clone(), Upstream::Missing).await?;
        let is_screened = goal != "-";
        let listener = if is_screened { bench.envoy.smtp() } else { bench.envoy.plain() };
        // The first ones make room that stays: it is not counted.
        drop(bench.hold(listener, FIRST_WARM_UP_ADDRESS, count / 10, is_screened).await?);
        sleep(SETTLE).await;
        progress.say(format_args!("{count} clients {what}"));
        let before = bench.usage()?.resident_kb;
        let clients = bench.hold(listener, FIRST_ADDRESS, count, is_screened).await?;
        sleep(SETTLE).await;
        let after = bench.usage()?.resident_kb;
        drop(clients);
        all.push(Memory { what, clients: count, resident_kb: after.saturating_sub(before), goal });
        bench.envoy.finish().await?;
    }
    <[Memory; 2]>::try_from(all).map_err(|_| anyhow::anyhow!("two measurements were expected"))
}

/// An Envoy with one worker, and its mail server.
struct Bench {
    envoy: Envoy,
    _backend: Backend,
}

// === impl Bench ===

impl Bench {
    async fn start(program: &Program, policy: Value, resolver: Upstream) -> Result<Self> {
        let backend = Backend::start().await?;
        let policy = crate::acceptance::object(policy)?;
        let setup = Setup { policy, backend: backend.address(), resolver, workers: 1, changes: false };
        Ok(Self { envoy: Envoy::start(program, &setup).await?, _backend: backend })
    }

    fn usage(&self) -> Result<Usage> {
        self.envoy.usage()
    }

    /// Envoy's CPU time for `count` clients from `first` on, `at_once` of them at the same time.
    async fn cpu(
        &self,
        to: SocketAddr,
        kind: Kind,
        first: u32,
        count: u32,
        at_once: usize,
    ) -> Result<Duration> {
        let before = self.usage()?.cpu;
        let mut running = JoinSet::new();
        for index in 0..count {
            if running.len() == at_once
                && let Some(ended) = running.join_next().await
            {
                ended??;
            }
            running.spawn_local(session(to, kind, address(first, index)));
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        sleep(SETTLE).await;
        Ok(self.usage()?.cpu.checked_sub(before).unwrap())
    }

    /// The figures say what they claim only if every question was answered and every second visit was a return.
    async fn check_counts(&self, clients: u32) -> Result<()> {
        let metrics = self.envoy.metrics().await?;
        for (name, expected) in [("postscreen_dns_error", 0), ("postscreen_pass_old", clients * ROUNDS)] {
            let seen = metrics.get(name).copied();
            ensure!(seen == Some(i64::from(expected)), "{name} is {seen:?}, expected {expected}");
        }
        Ok(())
    }

    /// Connects clients and keeps them.
    async fn hold(&self, to: SocketAddr, first: u32, count: u32, is_screened: bool) -> Result<Vec<Client>> {
        let mut clients = Vec::new();
        for index in 0..count {
            let mut client = Client::connect(to, address(first, index), b"").await?;
            if !is_screened {
                client.expect(BANNER).await?;
            }
            clients.push(client);
        }
        while is_screened && self.envoy.metrics().await?.get("postscreen_held") < Some(&i64::from(count)) {
            sleep(SETTLE).await;
        }
        Ok(clients)
    }
}

async fn session(to: SocketAddr, kind: Kind, from: SocketAddr) -> Result<()> {
    match kind {
        Kind::Early => {
            let farewell = Client::connect(to, from, b"EHLO zombie\r\n").await?.farewell().await?;
            ensure!(farewell.text.starts_with("521 "), "an early talker got {farewell:?}");
            Ok(())
        }
        Kind::Polite => {
            let mut client = Client::connect(to, from, b"").await?;
            client.expect(BANNER).await?;
            client.quit().await
        }
    }
}

/// Client addresses of 10.0.0.0/8, which go no further than Envoy's PROXY protocol filter.
fn address(first: u32, index: u32) -> SocketAddr {
    SocketAddr::new(IpAddr::V4((first + index).into()), 40_001)
}
