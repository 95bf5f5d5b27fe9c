//! What a record costs, made and written: early talkers, and new clients on ten lists, beside the same without records.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::{AT_ONCE, SHORT_WAIT, WARM_UP, micros_each};
use crate::bench::BenchRun;
use crate::load;
use crate::peer::{Postfix, cpu, in_turn};
use crate::report::{Pair, Samples, Unit};
use crate::resolver::Unbound;

const TALKERS: u32 = 10_000;
const CLIENTS: u32 = 2_500;
/// 400 a second, as in the case with ten lists.
const INTERVAL: Duration = Duration::from_micros(2_500);
const LISTS: u32 = 10;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    bench.say("starting unbound and four Envoys");
    let unbound = Unbound::start(bench.ground.server(), bench.directory()).await?;
    Ok(vec![
        beside(bench, &unbound, "early talker, refused with text, with a record", 0, TALKERS, talkers)
            .await?,
        beside(bench, &unbound, "new client, ten lists, on none, with a record", LISTS, CLIENTS, clients)
            .await?,
    ])
}

/// So many clients under a policy with so many lists, with records and without.
async fn beside(
    bench: &BenchRun,
    unbound: &Unbound,
    what: &str,
    lists: u32,
    count: u32,
    come: impl AsyncFn(SocketAddr, u32, u32) -> Result<()>,
) -> Result<Pair> {
    let start = async |record: bool| {
        let mut logged = bench.logged(&policy(lists, record))?;
        logged.resolver(unbound.doh())?;
        bench.start(logged).await
    };
    let (with, without) = (start(true).await?, start(false).await?);
    let first = bench.ground.clients(WARM_UP);
    for envoy in [&with, &without] {
        come(envoy.smtp(), first, WARM_UP).await?;
    }
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, &format!("{what}: {count} to each"));
        let first = bench.ground.clients(count);
        let ((our_cpu, ()), (their_cpu, ())) = in_turn(
            round,
            cpu(&with, come(with.smtp(), first, count)),
            cpu(&without, come(without.smtp(), first, count)),
        )
        .await?;
        ours.push(micros_each(our_cpu, count));
        theirs.push(micros_each(their_cpu, count));
    }
    with.stop().await?;
    without.stop().await?;
    Ok(Pair {
        what: what.to_owned(),
        beside: "the same without records".to_owned(),
        unit: Unit::Micros,
        ours,
        theirs,
        reach: "as measured",
        notes: Vec::new(),
    })
}

async fn talkers(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::crowd(first, count, AT_ONCE, move |from| load::early(server, from)).await?;
    Ok(())
}

async fn clients(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::procession(first, count, INTERVAL, move |from| load::session(server, from)).await
}

fn policy(lists: u32, record: bool) -> Value {
    let sites: Vec<String> = (0..lists).map(|number| format!("bl{number}.test.{}", Postfix::LISTS)).collect();
    json!({
        "greet_wait": SHORT_WAIT, "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "record_enable": record, "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    })
}
