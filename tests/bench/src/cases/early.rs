//! Early talkers: refused with text, three log lines each, beside Debian's postscreen and its logger.

use std::net::SocketAddr;

use anyhow::Result;
use serde_json::json;

use super::{AT_ONCE, WARM_UP, micros_each};
use crate::bench::BenchRun;
use crate::load;
use crate::peer::{Postfix, cpu, in_turn};
use crate::report::{Pair, Samples, Unit};

const CLIENTS: u32 = 10_000;
/// What each of them leaves in the log.
const LINES: [&str; 3] = ["CONNECT from [10.", "PREGREET 13 after ", "DISCONNECT [10."];

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    // As many as the module holds by default. Postfix's own limit is 100.
    let policy = json!({
        "greet_wait": "6s", "greet_action": "drop", "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    });
    bench.say("starting Envoy and Postfix");
    let envoy = bench.start(bench.screened(&policy)?).await?;
    let postfix = Postfix::start(&policy).await?;
    talkers(bench, envoy.smtp(), WARM_UP).await?;
    talkers(bench, postfix.smtp(), WARM_UP).await?;

    let [mut ours, mut theirs, mut our_texts, mut their_texts] = [(); 4].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "10,000 early talkers before each");
        let ((our_cpu, our_whole), (their_cpu, their_whole)) = in_turn(
            round,
            cpu(&envoy, talkers(bench, envoy.smtp(), CLIENTS)),
            cpu(&postfix, talkers(bench, postfix.smtp(), CLIENTS)),
        )
        .await?;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
        our_texts.push(our_whole);
        their_texts.push(their_whole);
    }
    let all = CLIENTS * bench.rounds + WARM_UP;
    let lines = format!(
        "log lines of {all} clients (CONNECT, PREGREET, DISCONNECT): {} beside {}",
        counts(&envoy.log()?),
        counts(&postfix.log()),
    );
    envoy.stop().await?;
    postfix.stop().await?;
    let (what, beside) = ("early talker, refused with text", "postscreen + postlogd");
    Ok(vec![
        Pair {
            what: what.to_owned(),
            beside: beside.to_owned(),
            unit: Unit::Micros,
            ours,
            theirs,
            reach: "1.1 ×",
            notes: vec![lines],
        },
        Pair {
            what: "early talker, texts received whole".to_owned(),
            beside: beside.to_owned(),
            unit: Unit::Percent,
            ours: our_texts,
            theirs: their_texts,
            reach: "100 %",
            notes: Vec::new(),
        },
    ])
}

/// How many of a hundred have received the whole text.
async fn talkers(bench: &BenchRun, server: SocketAddr, count: u32) -> Result<f64> {
    let first = bench.ground.clients(count);
    let whole = load::crowd(first, count, AT_ONCE, move |from| load::early(server, from)).await?;
    let whole = u32::try_from(whole.into_iter().filter(|whole| *whole).count())?;
    Ok(f64::from(whole) * 100.0 / f64::from(count))
}

fn counts(log: &str) -> String {
    LINES.map(|word| log.lines().filter(|line| line.contains(word)).count().to_string()).join(", ")
}
