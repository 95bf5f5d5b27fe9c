//! What a record costs: early talkers, and new clients on ten lists, beside the same without records.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use envoy_suite::fixture::ShippedEnvoy;
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
    bench.say("starting unbound and two Envoys");
    let unbound = Unbound::start(bench.ground.server(), bench.directory()).await?;
    let start = async |record: bool| -> Result<ShippedEnvoy> {
        let mut screened = bench.screened(&policy(record))?;
        screened.resolver(unbound.doh())?;
        bench.start(screened).await
    };
    let (with, without) = (start(true).await?, start(false).await?);
    let first = bench.ground.clients(WARM_UP);
    for envoy in [&with, &without] {
        talkers(envoy.smtp(), first, WARM_UP).await?;
        clients(envoy.smtp(), first, WARM_UP).await?;
    }
    let talkers = async |envoy: &ShippedEnvoy, first| talkers(envoy.smtp(), first, TALKERS).await;
    let clients = async |envoy: &ShippedEnvoy, first| clients(envoy.smtp(), first, CLIENTS).await;

    let [mut talk_with, mut talk_without, mut ask_with, mut ask_without] =
        [(); 4].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "10,000 early talkers, then 2,500 new clients on ten lists, to each");
        let first = bench.ground.clients(TALKERS);
        let both = in_turn(round, cpu(&with, talkers(&with, first)), cpu(&without, talkers(&without, first)));
        let ((cpu_with, ()), (cpu_without, ())) = both.await?;
        talk_with.push(micros_each(cpu_with, TALKERS));
        talk_without.push(micros_each(cpu_without, TALKERS));
        let first = bench.ground.clients(CLIENTS);
        let both = in_turn(round, cpu(&with, clients(&with, first)), cpu(&without, clients(&without, first)));
        let ((cpu_with, ()), (cpu_without, ())) = both.await?;
        ask_with.push(micros_each(cpu_with, CLIENTS));
        ask_without.push(micros_each(cpu_without, CLIENTS));
    }
    with.stop().await?;
    without.stop().await?;
    let pair = |what: &str, ours, theirs| Pair {
        what: what.to_owned(),
        beside: "the same without records".to_owned(),
        unit: Unit::Micros,
        ours,
        theirs,
        reach: "as measured",
        notes: Vec::new(),
    };
    Ok(vec![
        pair("early talker, refused with text, with a record", talk_with, talk_without),
        pair("new client, ten lists, on none, with a record", ask_with, ask_without),
    ])
}

async fn talkers(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::crowd(first, count, AT_ONCE, move |from| load::early(server, from)).await?;
    Ok(())
}

async fn clients(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::procession(first, count, INTERVAL, move |from| load::session(server, from)).await
}

fn policy(record: bool) -> Value {
    let sites: Vec<String> = (0..LISTS).map(|number| format!("bl{number}.test.{}", Postfix::LISTS)).collect();
    json!({
        "greet_wait": SHORT_WAIT, "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "record_enable": record, "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    })
}
