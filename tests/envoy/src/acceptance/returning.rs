//! A client that has passed once is served at once, whichever worker it meets.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use super::{EnvoyScene, WORKERS, crowd};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, ResolverCluster};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

const CLIENT: &str = "203.0.113.20";
/// The kernel spreads connections over the workers by a hash of the ports: with so many, each worker gets some.
const RETURNS: usize = 200;
/// Long, so that a returning client that is made to wait cannot be mistaken for a slow machine.
const GREET_WAIT: Duration = Duration::from_secs(8);

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new("returning client: no wait, on any worker", async move |progress| {
        run(&program, &progress).await
    })
}

async fn run(program: &EnvoyFiles, progress: &TestProgress) -> Result<Note> {
    // All of them come from one address.
    let policy = json!({"greet_wait": "8s", "greet_action": "drop", "client_connection_count_limit": 0});
    let scene = EnvoyScene::with_upstream(program, policy, ResolverCluster::Missing).await?;
    let listener = scene.envoy.smtp();
    let first = visit(listener, 40_000).await?;
    ensure!(first >= GREET_WAIT, "the first visit waited only {first:?}");

    let before = scene.envoy.listener().per_worker().await?;
    let waits = crowd(progress, RETURNS, move |index| async move {
        visit(listener, 40_001 + u16::try_from(index)?).await
    })
    .await?;
    let after = scene.envoy.listener().per_worker().await?;
    let longest = waits.into_iter().max().unwrap_or_default();
    ensure!(longest < GREET_WAIT, "a returning client waited {longest:?}");
    ensure!(
        after.len() == WORKERS as usize,
        "Envoy counts connections of {} workers, expected {WORKERS}",
        after.len()
    );
    let served: Vec<i64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
    ensure!(!served.contains(&0), "a worker got none of the returning clients: {served:?}");

    // Of sessions that overlap, those that come later are served without a line of their own, as in postscreen.
    let expected = [
        ("postscreen_connections_total", RETURNS + 1),
        ("postscreen_pass_new_total", 1),
        ("postscreen_refused_total", 0),
    ];
    scene.until_metrics(&expected).await?;
    scene.finish().await?;
    Ok(format!("{served:?} returns per worker, the longest wait {} ms", longest.as_millis()))
}

/// How long the client waited for its banner.
async fn visit(listener: SocketAddr, port: u16) -> Result<Duration> {
    let mut client = SmtpClient::connect(listener, SocketAddr::new(CLIENT.parse()?, port), b"").await?;
    client.expect(BANNER).await?;
    let wait = client.age();
    client.quit().await?;
    Ok(wait)
}
