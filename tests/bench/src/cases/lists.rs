//! New clients on ten lists that do not have them, beside a plain TCP proxy and beside postscreen with dnsblog.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{AT_ONCE, SHORT_WAIT, WARM_UP, micros_each, sessions};
use crate::bench::Bench;
use crate::load;
use crate::peer::{Postfix, cpu, in_turn};
use crate::report::{Pair, Unit};
use crate::resolver::Unbound;
use crate::samples::Samples;

const CLIENTS: u32 = 3_000;
/// So many come within one wait that dnsblog processes are shared, and so few that Postfix starts no thousand of them.
const WAITING: usize = 500;
const LISTS: u32 = 10;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Pair>> {
    bench.say("starting unbound, two Envoys and Postfix");
    let unbound = Unbound::start(bench.ground.server(), bench.directory()).await?;
    let mut screened = bench.screened(&policy(&format!(".{}", Postfix::LISTS)))?;
    screened.resolver(unbound.doh())?;
    let envoy = bench.start(screened).await?;
    let plain = bench.start(bench.plain()?).await?;
    // Its lists are moved below that domain on their way.
    let postfix = Postfix::start(&policy("")).await?;
    let (ours_at, theirs_at) = (envoy.smtp(), postfix.smtp());
    let to_postfix = async |first, count| {
        load::crowd(first, count, WAITING, move |from| load::session(theirs_at, from)).await
    };
    let to_envoy = async |first, count| {
        load::crowd(first, count, WAITING, move |from| load::session(ours_at, from)).await
    };
    let warm_up = bench.ground.clients(WARM_UP);
    to_envoy(warm_up, WARM_UP).await?;
    sessions(&plain, warm_up, WARM_UP, AT_ONCE).await?;
    to_postfix(warm_up, WARM_UP).await?;

    let [mut ours, mut proxy, mut theirs, mut our_dns, mut their_dns] = [(); 5].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "3,000 new clients on ten lists before each, and to a plain TCP proxy");
        let first = bench.ground.clients(CLIENTS);
        let ((our_cpu, (our_dns_cpu, _)), (their_cpu, (their_dns_cpu, _))) = in_turn(
            round,
            cpu(&envoy, cpu(&unbound, to_envoy(first, CLIENTS))),
            cpu(&postfix, cpu(&unbound, to_postfix(first, CLIENTS))),
        )
        .await?;
        let (proxy_cpu, ()) = cpu(&plain, sessions(&plain, first, CLIENTS, AT_ONCE)).await?;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
        proxy.push(micros_each(proxy_cpu, CLIENTS));
        our_dns.push(micros_each(our_dns_cpu, CLIENTS));
        their_dns.push(micros_each(their_dns_cpu, CLIENTS));
    }
    let all = i64::from(CLIENTS * bench.rounds + WARM_UP);
    let answered = envoy.stat("wasmcustom.postscreen_dns_question").await?
        - envoy.stat("wasmcustom.postscreen_dns_error").await?
        - envoy.stat("wasmcustom.postscreen_dns_timeout").await?;
    ensure!(answered == all * i64::from(LISTS), "{answered} questions of {all} clients were answered");
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
        pair(what, "plain TCP proxy", ours.clone(), proxy, "3.8 ×", Vec::new()),
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

fn policy(below: &str) -> Value {
    let sites: Vec<String> = (0..LISTS).map(|number| format!("bl{number}.test{below}")).collect();
    json!({
        "greet_wait": SHORT_WAIT, "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    })
}
