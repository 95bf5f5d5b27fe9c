//! Whatever clients send, whenever they leave: the module lives, and the next polite client is served.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fastrand::Rng;
use serde_json::json;
use tokio::time::sleep;

use super::{EnvoyScene, crowd, crowd_address};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, ResolverCluster};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

/// Changing it tries other bytes.
const SEED: u64 = 0x7073_6372_6565_6e00;
const ROUNDS: usize = 6;
const CLIENTS_PER_ROUND: usize = 500;
/// The most pieces that a client sends, and bytes in each.
const PIECES_MAX: usize = 5;
const PIECE_BYTES_MAX: usize = 12_000;
/// The longest that a client thinks between two pieces: some get past the wait of one second.
const PAUSE_MS_MAX: u64 = 700;
/// What mail clients say, and what they should not.
const WORDS: [&[u8]; 10] = [
    b"EHLO zombie\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"DATA\r\n.\r\n",
    b"QUIT\r\n",
    b"\n",
    b"\r",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
    b"\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
];

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new("fuzz: 3,000 clients with random bytes do no harm", async move |progress| {
        run(&program, &progress).await
    })
}

async fn run(program: &EnvoyFiles, progress: &TestProgress) -> Result<Note> {
    for action in ["drop", "ignore"] {
        let policy = json!({"greet_wait": "1s", "greet_action": action, "cache": {"buckets": 16}});
        let mut scene = EnvoyScene::with_upstream(program, policy, ResolverCluster::Missing).await?;
        let listener = scene.envoy.smtp();
        for round in 0..ROUNDS / 2 {
            crowd(progress, CLIENTS_PER_ROUND, |index| madman(listener, round * CLIENTS_PER_ROUND + index))
                .await?;
            scene.envoy.check_health().await?;
            let polite = crowd_address(100_000 + round);
            let mut client = SmtpClient::connect(listener, polite, b"").await?;
            client.expect(BANNER).await.context("a polite client after the madmen")?;
            client.quit().await?;
        }
        scene.finish().await?;
    }
    Ok(format!("seed {SEED:#x}"))
}

/// One client: all that it does follows from the seed and its number.
async fn madman(listener: SocketAddr, number: usize) -> Result<()> {
    let mut random = Rng::with_seed(SEED ^ u64::try_from(number)?);
    let first = if random.bool() { piece(&mut random) } else { Vec::new() };
    let mut client = SmtpClient::connect(listener, crowd_address(number), &first).await?;
    for _ in 0..random.usize(..=PIECES_MAX) {
        if random.bool() {
            sleep(Duration::from_millis(random.u64(..PAUSE_MS_MAX))).await;
        }
        if client.send(&piece(&mut random)).await.is_err() {
            // Refused and closed meanwhile.
            return Ok(());
        }
    }
    match random.u8(..4) {
        0 => drop(client),
        1 => client.reset()?,
        2 => {
            // An end that finds the connection gone is an end all the same.
            let _ = client.end().await;
            sleep(Duration::from_millis(random.u64(..PAUSE_MS_MAX))).await;
        }
        _ => sleep(Duration::from_millis(random.u64(..PAUSE_MS_MAX))).await,
    }
    Ok(())
}

fn piece(random: &mut Rng) -> Vec<u8> {
    if random.bool() {
        return random.choice(WORDS).unwrap_or_default().to_vec();
    }
    // Mostly short, sometimes much.
    let most = if random.u8(..8) == 0 { PIECE_BYTES_MAX } else { 64 };
    (0..random.usize(1..=most)).map(|_| random.u8(..)).collect()
}
