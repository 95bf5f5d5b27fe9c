//! New clients on ten lists that do not have them, beside a plain TCP proxy and beside postscreen with dnsblog.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::{SHORT_WAIT, WARM_UP, micros_each};
use crate::bench::BenchRun;
use crate::load;
use crate::peer::{Postfix, cpu, in_turn};
use crate::report::{Pair, Samples, Unit};
use crate::resolver::Unbound;

const CLIENTS: u32 = 2_500;
/// All come 400 a second: a burst would have Postfix start a thousand processes.
const INTERVAL: Duration = Duration::from_micros(2_500);
const LISTS: u32 = 10;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    bench.say("starting unbound, two Envoys and Postfix");
    let unbound = Unbound::start(bench.ground.server(), bench.directory()).await?;
    let mut screened = bench.screened(&policy(&format!(".{}", Postfix::LISTS)))?;
    screened.resolver(unbound.doh())?;
    let envoy = bench.start(screened).await?;
    let plain = bench.start(bench.plain()?).await?;
    // Its lists are moved below that domain on their way.
    let postfix = Postfix::start(&policy("")).await?;
    let [to_envoy, to_plain, to_postfix] = [envoy.smtp(), plain.smtp(), postfix.smtp()];
    let warm_up = bench.ground.clients(WARM_UP);
    for server in [to_envoy, to_plain, to_postfix] {
        clients(server, warm_up, WARM_UP).await?;
    }

    let [mut ours, mut proxy, mut theirs, mut our_dns, mut their_dns] = [(); 5].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "2,500 new clients on ten lists before each, and to a plain TCP proxy");
        let first = bench.ground.clients(CLIENTS);
        let ((our_cpu, (our_dns_cpu, ())), (their_cpu, (their_dns_cpu, ()))) = in_turn(
            round,
            cpu(&envoy, cpu(&unbound, clients(to_envoy, first, CLIENTS))),
            cpu(&postfix, cpu(&unbound, clients(to_postfix, first, CLIENTS))),
        )
        .await?;
        let (proxy_cpu, ()) = cpu(&plain, clients(to_plain, first, CLIENTS)).await?;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
        proxy.push(micros_each(proxy_cpu, CLIENTS));
        our_dns.push(micros_each(our_dns_cpu, CLIENTS));
        their_dns.push(micros_each(their_dns_cpu, CLIENTS));
    }
    let all = CLIENTS * bench.rounds + WARM_UP;
    let mut counts = Vec::new();
    for name in ["questions", "errors", "timeouts"] {
        counts.push(envoy.stat(&format!("wasmcustom.postscreen_dns_{name}_total")).await?);
    }
    let asked = format!(
        "{} questions for {all} clients, of which {} met an error and {} got no answer in time",
        counts[0], counts[1], counts[2]
    );
    let log = postfix.log();
    let complaints = log.lines().filter(|line| line.contains("warning: ")).count();
    let passed = log.lines().filter(|line| line.contains("PASS NEW ")).count();
    let note = format!("Postfix passed {passed} of {all} clients, and warned of {complaints} things");
    envoy.stop().await?;
    plain.stop().await?;
    postfix.stop().await?;
    let pair = |what: &str, beside: &str, ours, theirs, reach, notes| Pair {
        what: what.to_owned(),
        beside: beside.to_owned(),
        unit: Unit::Micros,
        ours,
        theirs,
        reach,
        notes,
    };
    let what = "new client, ten lists, on none";
    Ok(vec![
        pair(what, "plain TCP proxy", ours.clone(), proxy, "3.8 ×", vec![asked]),
        pair(what, "postscreen + dnsblog + postlogd", ours, theirs, "as measured", vec![note]),
        pair(
            "the same: what unbound spends",
            "on dnsblog's questions",
            our_dns,
            their_dns,
            "not counted",
            Vec::new(),
        ),
    ])
}

async fn clients(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::procession(first, count, INTERVAL, move |from| load::session(server, from)).await
}

fn policy(below: &str) -> Value {
    let sites: Vec<String> = (0..LISTS).map(|number| format!("bl{number}.test{below}")).collect();
    json!({
        "greet_wait": SHORT_WAIT, "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    })
}
