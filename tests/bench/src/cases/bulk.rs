//! 400 MB through after a pass, beside a plain TCP proxy with Envoy's own buffers.

use std::net::Ipv4Addr;

use anyhow::Result;
use envoy_suite::fixture::ShippedEnvoy;
use tokio::task::spawn_blocking;

use super::short_wait;
use crate::bench::BenchRun;
use crate::load;
use crate::mail_server::sink;
use crate::peer::{cpu, in_turn};
use crate::report::{Pair, Samples, Unit};

const BYTES: usize = 400 * 1_000 * 1_000;
/// The clock counts hundredths of a second.
const TRANSFERS: u32 = 3;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    let sink = sink(bench.ground.server())?;
    let mut screened = bench.screened(&short_wait())?;
    screened.backend(sink)?;
    let limit = screened.buffer_bytes()?;
    let mut plain = bench.plain()?;
    plain.backend(sink)?;
    let (envoy, plain) = (bench.start(screened).await?, bench.start(plain).await?);
    let from = Ipv4Addr::from_bits(bench.ground.clients(1));
    // The first visit earns the pass.
    transfers(&envoy, from, 1).await?;
    transfers(&plain, from, 1).await?;
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "400 MB, three times through each");
        let ((our_cpu, ()), (their_cpu, ())) = in_turn(
            round,
            cpu(&envoy, transfers(&envoy, from, TRANSFERS)),
            cpu(&plain, transfers(&plain, from, TRANSFERS)),
        )
        .await?;
        ours.push(our_cpu.as_secs_f64() * 1e3 / f64::from(TRANSFERS));
        theirs.push(their_cpu.as_secs_f64() * 1e3 / f64::from(TRANSFERS));
    }
    envoy.stop().await?;
    plain.stop().await?;
    Ok(vec![Pair {
        what: "400 MB through after a pass".to_owned(),
        beside: "plain TCP proxy".to_owned(),
        unit: Unit::Millis,
        ours,
        theirs,
        reach: "1.05 ×",
        notes: vec![format!("buffers of {limit} bytes, as shipped, beside Envoy's own of 1 MiB")],
    }])
}

async fn transfers(envoy: &ShippedEnvoy, from: Ipv4Addr, count: u32) -> Result<()> {
    for _ in 0..count {
        let smtp = envoy.smtp();
        spawn_blocking(move || load::pour(smtp, from, BYTES)).await??;
    }
    Ok(())
}
