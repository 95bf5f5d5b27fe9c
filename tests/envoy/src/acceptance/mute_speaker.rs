//! A refusal without a working speaker is a refusal without a word: closed in bounded time, and never served.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::net::TcpListener;

use super::{Scene, crowd_address};
use envoy_suite::client::Client;
use envoy_suite::fixture::{Loopback, Program, Upstream};
use envoy_suite::runner::{Note, Test};

/// How long the module waits for the speaker's first bytes.
const SPEAKER_WAIT: Duration = Duration::from_secs(5);
/// More than the wait: ticks that come late on a busy machine.
const LATE: Duration = Duration::from_secs(2);

pub(super) fn tests(program: &Rc<Program>) -> Vec<Test> {
    let silent = Rc::clone(program);
    let missing = Rc::clone(program);
    vec![
        Test::new("speaker silent: the refused client is closed after five seconds", async move |_| {
            // A server that accepts and never says a word, under the name of the resolver.
            let server = TcpListener::bind((Loopback::next().ip(), 0)).await?;
            let upstream = Upstream::Http1(server.local_addr()?);
            refused(&silent, "resolver", upstream, SPEAKER_WAIT..=SPEAKER_WAIT + LATE).await
        }),
        Test::new("speaker's cluster missing: the refused client is closed at once", async move |_| {
            refused(&missing, "nowhere", Upstream::Missing, Duration::ZERO..=LATE).await
        }),
    ]
}

async fn refused(
    program: &Program,
    cluster: &str,
    upstream: Upstream,
    wait: std::ops::RangeInclusive<Duration>,
) -> Result<Note> {
    let policy = json!({"greet_wait": "6s", "greet_action": "drop", "lane": {"speaker_cluster": cluster}});
    let scene = Scene::with_upstream(program, policy, upstream).await?;
    let listener: SocketAddr = scene.envoy.smtp();
    let client = Client::connect(listener, crowd_address(0), b"EHLO zombie\r\n").await?;
    let begin = tokio::time::Instant::now();
    let farewell = client.farewell().await?;
    let waited = begin.elapsed();
    ensure!(farewell.text.is_empty(), "expected no word, got {farewell:?}");
    ensure!(wait.contains(&waited), "closed after {waited:?}, expected {wait:?}");
    let visits = scene.backend.seen().len();
    ensure!(visits == 0, "the mail server saw {visits} connections, expected none");
    scene.finish().await?;
    Ok(format!("{waited:.1?}"))
}
