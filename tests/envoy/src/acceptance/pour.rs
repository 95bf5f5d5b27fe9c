//! Thousands of early talkers that pour as fast as they can: what they can make Envoy keep is bounded.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep, timeout};

use super::{crowd, crowd_address};
use envoy_suite::client::SmtpClient;
use envoy_suite::fixture::{EnvoyFiles, Loopback, Shipped, ShippedEnvoy};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

/// How many come, for each action. Who is let through takes two of Envoy's files, and 20,000 is a usual limit of a
/// process; Envoy 1.40 crashes where it has none left for a connection to the mail server.
const CROWDS: [(&str, usize); 3] = [("ignore", 9_000), ("enforce", 10_000), ("drop", 10_000)];
/// How much each client would send if nobody stopped it.
const POURED_BYTES: usize = 256 * 1024;
const WORDS: &[u8] = b"EHLO zombie\r\n";
const CHUNK_WORDS: usize = 256;
/// After so long without room for a chunk a client gives up: it is held, and the buffers are full.
const STUCK: Duration = Duration::from_secs(5);
/// How often Envoy's memory is looked at; and how many seconds it may be busy after all have poured.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 60;
/// Long after all have poured: nobody is let go because its wait is over.
const GREET_WAIT: &str = "600s";

/// So many bytes before its turn decide on a client at once (`EARLY_MAX` of the engine).
const DECIDED_AFTER_BYTES: u64 = 16 * 1_024;

/// What one early talker may make Envoy keep in its memory, on average, in kB, when so many bytes of it are held.
///
/// Half as much again as these, because Envoy keeps them in slices that are not full; and what a connection needs that
/// says nothing, the module's session included (`held` in `docs/performance.md`, twice that).
fn kept_kb_max(held_bytes: u64) -> u64 {
    const SILENT_KB: u64 = 16;
    held_bytes * 3 / 2 / 1_024 + SILENT_KB
}

pub(super) fn tests(program: &Rc<EnvoyFiles>) -> Vec<SuiteTest> {
    let test = |(action, clients): (&'static str, usize)| {
        let program = Rc::clone(program);
        let name = format!("pouring: {clients} early talkers fill no more than their buffers ({action})");
        SuiteTest::new(name, async move |progress| run(&program, &progress, action, clients).await)
    };
    CROWDS.map(test).into()
}

async fn run(program: &EnvoyFiles, progress: &TestProgress, action: &str, clients: usize) -> Result<Note> {
    let [smtp, admin, backend] = Loopback::next().free()?;
    let _backend = turn_away(backend)?;
    let mut shipped = Shipped::read(Path::new("."))?;
    let policy: Value =
        json!({"greet_wait": GREET_WAIT, "greet_action": action, "pre_queue_limit": 2 * clients});
    shipped.policy(&policy)?.backend(backend)?.behind_a_balancer()?;
    // Who is let through, to a mail server that takes nothing, has Envoy's buffer; the others' bytes are thrown away.
    let held = if action == "ignore" { shipped.buffer_bytes()? } else { DECIDED_AFTER_BYTES };
    let bound_kb = kept_kb_max(held) * u64::try_from(clients)?;
    let envoy = shipped.start(program, [smtp, admin], 2).await?;
    // What the first clients need that others find.
    drop(crowd(progress, clients / 100, |index| pour(smtp, index)).await?);

    let before = envoy.usage()?.resident_kb;
    let pouring = crowd(progress, clients, |index| pour(smtp, index));
    let (poured, peak) = watch(&envoy, pouring).await?;
    let grown = peak.saturating_sub(before);
    ensure!(
        grown <= bound_kb,
        "Envoy has grown by {grown} kB for {clients} clients, the bound is {bound_kb} kB"
    );
    let sent: usize = poured.iter().map(|(_, sent)| sent).sum();
    drop(poured);
    envoy.stop().await?;
    let each = |kb: u64| kb / u64::try_from(clients).unwrap_or(u64::MAX);
    Ok(format!(
        "{} kB a client, the bound is {} kB; each sent {} kB",
        each(grown),
        each(bound_kb),
        sent / clients / 1_024
    ))
}

/// The most memory that Envoy has had, in kB, until all have poured and it has read what it reads; and what came of it.
async fn watch<T>(envoy: &ShippedEnvoy, pouring: impl Future<Output = Result<T>>) -> Result<(T, u64)> {
    let mut pouring = std::pin::pin!(pouring);
    let mut peak = 0;
    let poured = loop {
        peak = peak.max(envoy.usage()?.resident_kb);
        tokio::select! {
            poured = &mut pouring => break poured?,
            () = sleep(LOOK) => {}
        }
    };
    for _ in 0..LOOKS_MAX {
        let cpu = envoy.usage()?.cpu;
        sleep(LOOK * 10).await;
        let usage = envoy.usage()?;
        peak = peak.max(usage.resident_kb);
        if usage.cpu.saturating_sub(cpu) < LOOK {
            return Ok((poured, peak));
        }
    }
    bail!("Envoy is busy long after all clients have poured")
}

/// Sends until it is all gone, nobody takes it any more, or the server has closed. The client stays, and so many bytes
/// have left it.
async fn pour(listener: SocketAddr, index: usize) -> Result<(SmtpClient, usize)> {
    let mut client = SmtpClient::connect(listener, crowd_address(index), WORDS).await?;
    let chunk = WORDS.repeat(CHUNK_WORDS);
    let mut sent = WORDS.len();
    while sent < POURED_BYTES {
        match timeout(STUCK, client.send(&chunk)).await {
            // Held, and nothing more is taken; or refused.
            Err(_) | Ok(Err(_)) => break,
            Ok(Ok(())) => sent += chunk.len(),
        }
    }
    Ok((client, sent))
}

/// A mail server that hangs up on everybody: what is poured into it is no concern of the screen's, and 10,000 sessions
/// would need more open files than every machine allows.
fn turn_away(address: SocketAddr) -> Result<AbortHandle> {
    let listener = TcpListener::bind(address).context("the mail server cannot listen")?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let listening = spawn_local(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(stream),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    Ok(listening.abort_handle())
}
