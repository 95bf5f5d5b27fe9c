//! Zombies talk before the banner: each reads the whole refusal where there is a speaker, and nothing where there is
//! none; none reaches the mail server.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::{EnvoyScene, crowd, crowd_address};
use envoy_suite::client::{Farewell, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, Loopback, ResolverCluster};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

const CLIENTS: usize = 1_000;
const HELLO: &[u8] = b"EHLO zombie\r\n";
const REFUSAL: &str = "521 5.5.1 Protocol error\r\n";
/// A whole spam run in one go: more than the early data that the TCP proxy takes, less than the connection's buffer.
const SPAM_BYTES: usize = 20_000;
/// How long the module waits for the speaker's first bytes.
const SPEAKER_WAIT: Duration = Duration::from_secs(5);
/// More than the wait: ticks that come late on a busy machine.
const LATE: Duration = Duration::from_secs(2);

/// 1,000 at once.
pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new(
        "early talkers: 1,000 read the whole 521 line, none reaches the mail server",
        async move |progress| run(&program, &progress).await,
    )
}

async fn run(program: &EnvoyFiles, progress: &TestProgress) -> Result<Note> {
    let policy = json!({"greet_wait": "6s", "greet_action": "drop"});
    let scene = EnvoyScene::with_upstream(program, policy, ResolverCluster::Missing).await?;
    let listener = scene.envoy.smtp();
    crowd(progress, CLIENTS, |index| zombie(listener, index)).await?;

    let count = CLIENTS;
    let expected = [
        ("postscreen_connections_total", count),
        ("postscreen_pregreet_total", count),
        ("postscreen_refused_total", count),
    ];
    scene.until_metrics(&expected).await?;
    let visits = scene.backend.seen().len();
    ensure!(visits == 0, "the mail server saw {visits} connections, expected none");
    let log = scene.envoy.log()?;
    for word in ["CONNECT ", "PREGREET ", "DISCONNECT "] {
        let lines = log.iter().filter(|line| line.text.starts_with(word)).count();
        ensure!(lines == CLIENTS, "{lines} log lines begin with {word:?}, expected {CLIENTS}");
    }
    scene.finish().await?;
    Ok(String::new())
}

/// Four kinds of impatience: in the packet of the PROXY header, right after it, some time later, and a lot at once.
async fn zombie(listener: SocketAddr, index: usize) -> Result<()> {
    let from = crowd_address(index);
    let client = match index % 4 {
        0 => SmtpClient::connect(listener, from, HELLO).await?,
        1 => later(listener, from, Duration::ZERO, HELLO).await?,
        2 => later(listener, from, Duration::from_millis(1) * u32::try_from(index)?, HELLO).await?,
        _ => later(listener, from, Duration::ZERO, &HELLO.repeat(SPAM_BYTES / HELLO.len())).await?,
    };
    let farewell = client.farewell().await?;
    let expected = Farewell { text: REFUSAL.to_owned(), in_order: true };
    ensure!(farewell == expected, "expected {expected:?}, got {farewell:?}");
    Ok(())
}

async fn later(listener: SocketAddr, from: SocketAddr, after: Duration, words: &[u8]) -> Result<SmtpClient> {
    let mut client = SmtpClient::connect(listener, from, b"").await?;
    sleep(after).await;
    client.send(words).await?;
    Ok(client)
}

/// A refusal without a working speaker is a refusal without a word: closed in bounded time, and never served.
pub(super) fn tests_without_speaker(program: &Rc<EnvoyFiles>) -> Vec<SuiteTest> {
    let silent = Rc::clone(program);
    let missing = Rc::clone(program);
    vec![
        SuiteTest::new("speaker silent: the refused client is closed after five seconds", async move |_| {
            // A server that accepts and never says a word, under the name of the resolver.
            let server = TcpListener::bind((Loopback::next().ip(), 0)).await?;
            let upstream = ResolverCluster::Http1(server.local_addr()?);
            refused_without_a_word(&silent, "resolver", upstream, SPEAKER_WAIT..=SPEAKER_WAIT + LATE).await
        }),
        SuiteTest::new("speaker's cluster missing: the refused client is closed at once", async move |_| {
            refused_without_a_word(&missing, "nowhere", ResolverCluster::Missing, Duration::ZERO..=LATE).await
        }),
    ]
}

async fn refused_without_a_word(
    program: &EnvoyFiles,
    cluster: &str,
    upstream: ResolverCluster,
    wait: RangeInclusive<Duration>,
) -> Result<Note> {
    let policy = json!({"greet_wait": "6s", "greet_action": "drop", "lane": {"speaker_cluster": cluster}});
    let scene = EnvoyScene::with_upstream(program, policy, upstream).await?;
    let listener: SocketAddr = scene.envoy.smtp();
    let client = SmtpClient::connect(listener, crowd_address(0), HELLO).await?;
    let begin = Instant::now();
    let farewell = client.farewell().await?;
    let waited = begin.elapsed();
    ensure!(farewell.text.is_empty(), "expected no word, got {farewell:?}");
    ensure!(wait.contains(&waited), "closed after {waited:?}, expected {wait:?}");
    let visits = scene.backend.seen().len();
    ensure!(visits == 0, "the mail server saw {visits} connections, expected none");
    scene.finish().await?;
    Ok(format!("{waited:.1?}"))
}
