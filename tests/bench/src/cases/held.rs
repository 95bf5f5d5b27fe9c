//! Memory of clients that wait for their verdict, beside clients that a plain TCP proxy has connected.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;
use envoy_suite::fixture::{Shipped, ShippedEnvoy};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::AT_ONCE;
use crate::bench::BenchRun;
use crate::load;
use crate::peer::in_turn;
use crate::report::{Pair, Samples, Unit};

/// Two crowds, so that what the first client of all costs is not counted.
const FEW: u32 = 1_000;
const MORE: u32 = 4_000;
const SETTLE: Duration = Duration::from_secs(1);

/// What a client does before it is looked at.
#[derive(Clone, Copy, Debug)]
enum Until {
    Connected,
    Greeted,
}

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    let policy = json!({"greet_wait": "600s", "greet_action": "drop"});
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "5,000 clients are held, and as many connected, each in a new Envoy");
        let (our_kb, their_kb) = in_turn(
            round,
            kb_each(bench, bench.screened(&policy)?, Until::Connected),
            kb_each(bench, bench.plain()?, Until::Greeted),
        )
        .await?;
        ours.push(our_kb);
        theirs.push(their_kb);
    }
    Ok(vec![Pair {
        what: "memory of a client held for the verdict".to_owned(),
        beside: "a client connected by a plain TCP proxy".to_owned(),
        unit: Unit::Kilobytes,
        ours,
        theirs,
        reach: "8 kB",
        notes: Vec::new(),
    }])
}

async fn kb_each(bench: &BenchRun, shipped: Shipped, until: Until) -> Result<f64> {
    let envoy = bench.start(shipped).await?;
    let (_few, before) = hold(bench, &envoy, FEW, until).await?;
    let (_more, after) = hold(bench, &envoy, MORE, until).await?;
    envoy.stop().await?;
    Ok((after - before) / f64::from(MORE))
}

/// So many clients more, and the memory of Envoy with them, in kB.
async fn hold(
    bench: &BenchRun,
    envoy: &ShippedEnvoy,
    count: u32,
    until: Until,
) -> Result<(Vec<TcpStream>, f64)> {
    let smtp = envoy.smtp();
    let client = move |from: Ipv4Addr| async move {
        let mut stream = load::connect(smtp, from).await?;
        if let Until::Greeted = until {
            load::greeting(&mut stream).await?;
        }
        Ok(stream)
    };
    let clients = load::crowd(bench.ground.clients(count), count, AT_ONCE, client).await?;
    sleep(SETTLE).await;
    Ok((clients, f64::from(u32::try_from(envoy.usage()?.resident_kb)?)))
}
