//! The promises that a mail operator relies on, each shown in a real Envoy.

mod configuration;
mod early;
mod fuzz;
mod hostile;
mod polite;
mod pour;
mod resolver;
mod returning;
mod score;
mod verdicts;

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use envoy_suite::fixture::{
    DnsblResolver, EnvoyFiles, EnvoyProcess, EnvoySetup, ResolverCluster, SmtpSink, ZoneMap,
};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

/// Two workers: whatever must hold, holds across them.
const WORKERS: u32 = 2;
/// How long a count, a log line or a session may take to appear.
const APPEAR_MAX: Duration = Duration::from_secs(10);
const APPEAR_POLL: Duration = Duration::from_millis(50);
/// How often a crowd's progress is told.
const TELL_EVERY: usize = 500;

/// All acceptance tests. The last one looks back at all Envoys of the suite.
pub(crate) fn tests(program: &Rc<EnvoyFiles>) -> Vec<SuiteTest> {
    let mut tests = vec![
        resolver::test(),
        early::test(program),
        polite::test(program),
        score::test(program),
        returning::test(program),
        verdicts::test(program),
    ];
    tests.extend(resolver::tests_without(program));
    tests.extend(early::tests_without_speaker(program));
    tests.extend(configuration::tests(program));
    tests.extend(pour::tests(program));
    tests.extend([hostile::test(program), fuzz::test(program), health(program)]);
    tests
}

/// Looks back: no Envoy of this run has lost or reloaded a virtual machine.
fn health(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new("health: no trap and no reload in any Envoy of this run", async move |_| {
        no_trap_so_far(&program).await
    })
}

async fn no_trap_so_far(program: &EnvoyFiles) -> Result<Note> {
    // One more that does nothing, so that a run of this test alone says something too.
    EnvoyScene::with_upstream(program, json!({}), ResolverCluster::Missing).await?.finish().await?;
    let (started, healthy) = program.census();
    ensure!(
        started == healthy,
        "{healthy} of {started} Envoys were seen healthy to the end; the others belong to tests that have failed"
    );
    Ok(format!("{healthy} Envoys"))
}

/// An Envoy with everything around it.
struct EnvoyScene {
    envoy: EnvoyProcess,
    backend: SmtpSink,
    _resolver: Option<DnsblResolver>,
}

// === impl EnvoyScene ===

impl EnvoyScene {
    /// With a resolver that knows `zones`.
    async fn with_zones(program: &EnvoyFiles, policy: Value, zones: &ZoneMap) -> Result<Self> {
        let resolver = DnsblResolver::start(zones).await?;
        let scene = Self::with_upstream(program, policy, ResolverCluster::Http2(resolver.doh())).await?;
        Ok(Self { _resolver: Some(resolver), ..scene })
    }

    /// With a resolver of the test's own, or none.
    async fn with_upstream(program: &EnvoyFiles, policy: Value, resolver: ResolverCluster) -> Result<Self> {
        let backend = SmtpSink::start().await?;
        let setup = EnvoySetup {
            policy: object(policy)?,
            backend: backend.address(),
            resolver,
            workers: WORKERS,
            changes: false,
        };
        let envoy = EnvoyProcess::start(program, &setup).await?;
        Ok(Self { envoy, backend, _resolver: None })
    }

    /// Waits until metrics have these values.
    async fn until_metrics(&self, expected: &[(&str, usize)]) -> Result<()> {
        eventually(async || {
            let metrics = self.envoy.metrics().await?;
            for (name, value) in expected {
                let seen = metrics.get(*name).copied();
                ensure!(seen == i64::try_from(*value).ok(), "{name} is {seen:?}, expected {value}");
            }
            Ok(())
        })
        .await
    }

    /// Checks that every session is over and the module healthy, and stops everything.
    async fn finish(self) -> Result<()> {
        self.until_metrics(&[("postscreen_held_clients", 0)]).await?;
        self.envoy.finish().await
    }
}

/// A policy is an object.
pub(crate) fn object(policy: Value) -> Result<Map<String, Value>> {
    match policy {
        Value::Object(policy) => Ok(policy),
        other => bail!("a policy must be an object, not {other}"),
    }
}

/// Asks until the answer is Ok; after [`APPEAR_MAX`] the last error is the answer.
async fn eventually(check: impl AsyncFn() -> Result<()>) -> Result<()> {
    let deadline = Instant::now() + APPEAR_MAX;
    loop {
        match check().await {
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => sleep(APPEAR_POLL).await,
            Ok(()) => return Ok(()),
        }
    }
}

/// The address of client number `index` of a crowd: 198.18.0.0/15 is for tests (RFC 2544). Ports alternate, and with
/// them the versions of the PROXY protocol.
fn crowd_address(index: usize) -> SocketAddr {
    let in_network = u32::try_from(index).unwrap_or_default() % (2 << 16);
    let network = u32::from(Ipv4Addr::new(198, 18, 0, 0));
    let port = 20_000 + u16::try_from(index % 40_000).unwrap_or_default();
    SocketAddr::new(Ipv4Addr::from(network + in_network).into(), port)
}

/// Runs `count` clients at the same time; an error tells how many went wrong, and how the first did.
async fn crowd<T: 'static, F: Future<Output = Result<T>> + 'static>(
    progress: &TestProgress,
    count: usize,
    client: impl Fn(usize) -> F,
) -> Result<Vec<T>> {
    let mut running = JoinSet::new();
    for index in 0..count {
        let client = client(index);
        running.spawn_local(async move { client.await.with_context(|| format!("client {index}")) });
    }
    let mut done = Vec::new();
    let mut wrong = Vec::new();
    while let Some(result) = running.join_next().await {
        match result? {
            Ok(value) => done.push(value),
            Err(error) => wrong.push(error),
        }
        let ended = done.len() + wrong.len();
        if ended.is_multiple_of(TELL_EVERY) {
            progress.say(format_args!("{ended} of {count} clients done"));
        }
    }
    match wrong.first() {
        Some(first) => bail!("{} of {count} clients went wrong; the first: {first:#}", wrong.len()),
        None => Ok(done),
    }
}

#[cfg(test)]
mod tests;
