//! Many clients that wait for their verdict at the same time: what each of them costs from its connection to its end.

use std::time::{Duration, Instant};

use anyhow::Result;
use envoy_suite::fixture::ShippedEnvoy;
use serde_json::json;
use std::rc::Rc;
use tokio::sync::Semaphore;

use super::{WARM_UP, micros_each};
use crate::bench::Bench;
use crate::load;
use crate::peer::cpu;
use crate::report::{Pair, Unit};
use crate::samples::Samples;

/// Postscreen's default, and time enough for all to connect before the first is served.
const GREET_WAIT: Duration = Duration::from_secs(6);
/// How many come at once, and how often in one measurement: a thousand clients are too few for the clock.
const CROWDS: [(u32, u32); 3] = [(1_000, 3), (5_000, 1), (20_000, 1)];
/// Above nine tenths of the limit waits are shorter.
const LIMIT: u32 = 40_000;
/// Connections that are being made at the same time.
const CONNECTING: usize = 200;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Pair>> {
    let policy = json!({
        "greet_wait": format!("{}s", GREET_WAIT.as_secs()), "greet_action": "drop",
        "pre_queue_limit": LIMIT, "post_queue_limit": LIMIT,
    });
    let (mut crowds, mut notes) = (CROWDS, Vec::new());
    // A few at a time have a session; these need a second one.
    let room = u32::try_from(bench.ground.files() / 8 * 7).unwrap_or(u32::MAX);
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
            let (total, slowest) = cpu(&envoy, async {
                let mut slowest = Duration::ZERO;
                for _ in 0..times {
                    slowest = slowest.max(crowd(bench, &envoy, size).await?);
                }
                Ok(slowest)
            })
            .await?;
            costs.push(micros_each(total, size * times));
            if slowest > GREET_WAIT {
                notes.push(format!(
                    "in round {} it took {:.1} s until {size} clients were connected, so that not all were there at \
                     once",
                    round + 1,
                    slowest.as_secs_f32()
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

/// A crowd that comes as fast as it can, waits, and has one session each. How long until all were connected.
async fn crowd(bench: &Bench, envoy: &ShippedEnvoy, size: u32) -> Result<Duration> {
    let (smtp, began) = (envoy.smtp(), Instant::now());
    let connecting = Rc::new(Semaphore::new(CONNECTING));
    let client = move |from| {
        let connecting = Rc::clone(&connecting);
        async move {
            let permit = connecting.acquire().await?;
            let mut stream = load::connect(smtp, from).await?;
            drop(permit);
            let connected = began.elapsed();
            load::greeting(&mut stream).await?;
            load::quit(stream).await?;
            Ok(connected)
        }
    };
    let connected = load::crowd(bench.ground.clients(size), size, usize::try_from(size)?, client).await?;
    Ok(connected.into_iter().max().unwrap_or_default())
}
