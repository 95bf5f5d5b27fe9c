//! An access list of 100,000 prefixes, beside the same with 10. The last rule is the one that matches.

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ShippedEnvoy;
use serde_json::{Value, json};

use super::{AT_ONCE, WARM_UP, micros_each, sessions};
use crate::bench::BenchRun;
use crate::peer::{cpu, in_turn};
use crate::report::{Pair, Samples, Unit};

const CLIENTS: u32 = 5_000;
const FEW: u32 = 10;
/// What is tried in this order: the most that the module takes is measured, and the table says so.
const MANY: [u32; 3] = [100_000, 30_000, 10_000];
/// The first network of the list; clients come from others.
const FIRST: u32 = 0x1400_0000;

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    let few = bench.start(bench.screened(&policy(FEW))?).await?;
    let (many, count, notes) = longest(bench).await?;
    for envoy in [&few, &many] {
        sessions(envoy, bench.ground.clients(WARM_UP), WARM_UP, AT_ONCE).await?;
    }
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "5,000 clients pass an access list, long and short");
        let first = bench.ground.clients(CLIENTS);
        let ((our_cpu, ()), (their_cpu, ())) = in_turn(
            round,
            cpu(&many, sessions(&many, first, CLIENTS, AT_ONCE)),
            cpu(&few, sessions(&few, first, CLIENTS, AT_ONCE)),
        )
        .await?;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
    }
    many.stop().await?;
    few.stop().await?;
    Ok(vec![Pair {
        what: format!("access list of {count} prefixes"),
        beside: format!("the same with {FEW}"),
        unit: Unit::Micros,
        ours,
        theirs,
        reach: "1.1 × with 100000",
        notes,
    }])
}

/// An Envoy with the longest list that the module takes, how long that is, and which ones it has refused.
async fn longest(bench: &BenchRun) -> Result<(ShippedEnvoy, u32, Vec<String>)> {
    let mut notes = Vec::new();
    for count in MANY {
        bench.say(format_args!("starting Envoy with {count} prefixes"));
        let shipped = bench.screened(&policy(count))?;
        match shipped.clone().refusal(&bench.program, bench.envoy_addresses()).await? {
            None => return Ok((bench.start(shipped).await?, count, notes)),
            Some(log) => {
                let words = log.lines().find_map(|line| Some(line.split_once(" configuration: ")?.1));
                notes.push(format!(
                    "the module refuses {count}: {}",
                    words.unwrap_or("see Envoy's log").trim()
                ));
            }
        }
    }
    Err(anyhow::anyhow!("{}", notes.join("; "))).context("the module takes no long access list")
}

fn policy(count: u32) -> Value {
    let rule = |index: u32| {
        let network = std::net::Ipv4Addr::from_bits(FIRST + (index << 8));
        json!({"cidr": format!("{network}/24"), "action": "reject"})
    };
    let mut rules: Vec<Value> = (1..count).map(rule).collect();
    rules.push(json!({"cidr": "10.0.0.0/8", "action": "permit"}));
    json!({"access_list": rules})
}
