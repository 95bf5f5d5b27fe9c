//! Many clients that wait for their verdict at the same time: what each of them costs from its connection to its end.
//!
//! Their end is that they talk too early: a session would need a second connection for each, and not every machine
//! allows a process so many.

use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use envoy_suite::fixture::ShippedEnvoy;
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::{WARM_UP, micros_each};
use crate::bench::BenchRun;
use crate::load;
use crate::peer::cpu;
use crate::report::{Pair, Samples, Unit};

/// How long they are there at least, and longer if it takes longer until all are: postscreen's own wait.
const STAY_MIN: Duration = Duration::from_secs(6);
/// Nobody's wait is over before.
const GREET_WAIT: &str = "600s";
/// How many come at once, and how often in one measurement: a thousand clients are too few for the clock.
const CROWDS: [(u32, u32); 3] = [(1_000, 3), (5_000, 1), (20_000, 1)];
/// Files that a process has open beside its clients.
const OTHER_FILES: u64 = 500;
/// Above nine tenths of the limit waits are shorter.
const LIMIT: u32 = 40_000;
/// Connections that are being made at the same time, and clients that talk at the same time.
const BUSY: usize = 100;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    let policy = json!({
        "greet_wait": GREET_WAIT, "greet_action": "drop", "pre_queue_limit": LIMIT,
    });
    let (mut crowds, mut notes) = (CROWDS, Vec::new());
    let room = u32::try_from(bench.ground.files().saturating_sub(OTHER_FILES)).unwrap_or(u32::MAX);
    for (size, _) in crowds.iter_mut().filter(|(size, _)| *size > room) {
        notes.push(format!(
            "not {size}: a process may have {} files open here, and every client is one",
            bench.ground.files()
        ));
        *size = room;
    }
    let mut costs = [(); CROWDS.len()].map(|()| Samples::default());
    for round in 0..bench.rounds {
        // A new one for each round: no crowd finds memory that a greater one has left.
        let envoy = bench.start(bench.screened(&policy)?).await?;
        crowd(bench, &envoy, WARM_UP).await?;
        for ((size, times), costs) in crowds.into_iter().zip(&mut costs) {
            bench.say_round(round, &format!("{size} clients at once, {times} ×"));
            let (total, whole) = cpu(&envoy, async {
                let mut whole = 0;
                for _ in 0..times {
                    whole += crowd(bench, &envoy, size).await?;
                }
                Ok(whole)
            })
            .await?;
            costs.push(micros_each(total, size * times));
            if whole != size * times {
                let round = round + 1;
                notes.push(format!(
                    "in round {round} {whole} of {} clients that came {size} at once read the whole text",
                    size * times
                ));
            }
        }
        envoy.stop().await?;
    }
    let [base, middle, great] = costs;
    let pair = |size: u32, ours, reach, notes| Pair {
        what: format!("{size} clients at once, each"),
        beside: format!("{} at once", crowds[0].0),
        unit: Unit::Micros,
        ours,
        theirs: base.clone(),
        reach,
        notes,
    };
    Ok(vec![
        pair(crowds[1].0, middle, "below 1.1 ×", Vec::new()),
        pair(crowds[2].0, great, "below 1.1 ×", notes),
    ])
}

/// A crowd that comes as fast as it can, and talks, a hundred at a time, when all have been there for a while. How many
/// of them have read why they were refused.
async fn crowd(bench: &BenchRun, envoy: &ShippedEnvoy, size: u32) -> Result<u32> {
    let (smtp, until, count) = (envoy.smtp(), Instant::now() + STAY_MIN, usize::try_from(size)?);
    let (busy, all) = (Rc::new(Semaphore::new(BUSY)), Rc::new(Barrier::new(count)));
    let client = move |from: Ipv4Addr| {
        let (busy, all) = (Rc::clone(&busy), Rc::clone(&all));
        async move {
            let permit = busy.acquire().await?;
            let stream = load::connect(smtp, from).await?;
            drop(permit);
            all.wait().await;
            sleep_until(until).await;
            let _permit = busy.acquire().await?;
            load::talk_early(stream).await
        }
    };
    let whole = load::crowd(bench.ground.clients(size), size, count, client).await?;
    Ok(u32::try_from(whole.into_iter().filter(|whole| *whole).count())?)
}
