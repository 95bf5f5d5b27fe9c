//! Known clients: one session each, beside a plain TCP proxy that sends the same PROXY headers.

use anyhow::{Result, ensure};

use super::{AT_ONCE, WAITING_AT_ONCE, micros_each, sessions, short_wait};
use crate::bench::BenchRun;
use crate::peer::{cpu, in_turn};
use crate::report::{Pair, Samples, Unit};

const CLIENTS: u32 = 5_000;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    bench.say("5,000 clients come for the first time");
    let envoy = bench.start(bench.screened(&short_wait())?).await?;
    let plain = bench.start(bench.plain()?).await?;
    let first = bench.ground.clients(CLIENTS);
    sessions(&envoy, first, CLIENTS, WAITING_AT_ONCE).await?;
    sessions(&plain, first, CLIENTS, AT_ONCE).await?;
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "they come again, and to a plain TCP proxy");
        let ((our_cpu, ()), (their_cpu, ())) = in_turn(
            round,
            cpu(&envoy, sessions(&envoy, first, CLIENTS, AT_ONCE)),
            cpu(&plain, sessions(&plain, first, CLIENTS, AT_ONCE)),
        )
        .await?;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
    }
    let returned = envoy.stat("wasmcustom.postscreen_pass_old_total").await?;
    let expected = i64::from(CLIENTS * bench.rounds);
    ensure!(returned == expected, "{returned} clients were known, expected {expected}");
    envoy.stop().await?;
    plain.stop().await?;
    Ok(vec![Pair {
        what: "returning client, one session through".to_owned(),
        beside: "plain TCP proxy".to_owned(),
        unit: Unit::Micros,
        ours,
        theirs,
        reach: "1.3 ×",
        notes: Vec::new(),
    }])
}
