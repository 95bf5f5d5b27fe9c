//! A mix of clients as mail servers see it, asked about frugally, beside the same when every list is asked about each.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use envoy_suite::fixture::ShippedEnvoy;
use serde_json::{Value, json};

use super::{SHORT_WAIT, WARM_UP, micros_each};
use crate::bench::BenchRun;
use crate::load;
use crate::peer::{Postfix, cpu, in_turn};
use crate::report::{Pair, Samples, Unit};
use crate::resolver::{ALLOWLISTED, BLOCKED, UNLISTED, Unbound};

const CLIENTS: u32 = 2_500;
/// 400 a second, as in the case with ten lists.
const INTERVAL: Duration = Duration::from_micros(2_500);
/// Of a hundred clients, so many are blocked, and so many allowlisted. The rest is on no list.
const OF_HUNDRED: [u32; 2] = [90, 2];

pub(super) async fn run(bench: &BenchRun) -> Result<Vec<Pair>> {
    bench.say("starting unbound and two Envoys");
    let unbound = Unbound::start(bench.ground.server(), bench.directory()).await?;
    let start = async |frugal: bool| -> Result<ShippedEnvoy> {
        let mut screened = bench.screened(&policy(frugal))?;
        screened.resolver(unbound.doh())?;
        bench.start(screened).await
    };
    let (frugal, all) = (start(true).await?, start(false).await?);
    let mut first = 0;
    for envoy in [&frugal, &all] {
        clients(envoy.smtp(), first, WARM_UP).await?;
    }
    first += WARM_UP;
    let before = [questions(&frugal).await?, questions(&all).await?];
    let [mut ours, mut theirs] = [(); 2].map(|()| Samples::default());
    for round in 0..bench.rounds {
        bench.say_round(round, "2,500 clients, 90 % listed, 8 % unlisted, 2 % allowlisted, to each");
        let ((our_cpu, ()), (their_cpu, ())) = in_turn(
            round,
            cpu(&frugal, clients(frugal.smtp(), first, CLIENTS)),
            cpu(&all, clients(all.smtp(), first, CLIENTS)),
        )
        .await?;
        first += CLIENTS;
        ours.push(micros_each(our_cpu, CLIENTS));
        theirs.push(micros_each(their_cpu, CLIENTS));
    }
    let asked = |before: i64, after: i64| {
        let clients = f64::from(CLIENTS * bench.rounds);
        // Far fewer than 2^52.
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let asked = (after - before) as f64;
        asked / clients
    };
    let note = format!(
        "{:.1} questions for each client, beside {:.1}; 90 % of the clients are on the list that alone blocks and on \
         one more, 8 % on none, 2 % on the allowlist; nine blocklists and one allowlist",
        asked(before[0], questions(&frugal).await?),
        asked(before[1], questions(&all).await?),
    );
    frugal.stop().await?;
    all.stop().await?;
    Ok(vec![Pair {
        what: "ten lists, 90 % listed, 8 % unlisted, 2 % allowlisted, asked frugally".to_owned(),
        beside: "all lists asked about each".to_owned(),
        unit: Unit::Micros,
        ours,
        theirs,
        reach: "as measured",
        notes: vec![note],
    }])
}

async fn questions(envoy: &ShippedEnvoy) -> Result<i64> {
    envoy.stat("wasmcustom.postscreen_dns_questions_total").await
}

/// The clients number `first` and following, each from an address of its own.
async fn clients(server: SocketAddr, first: u32, count: u32) -> Result<()> {
    load::procession(first, count, INTERVAL, move |number| load::visit(server, address(number.to_bits())))
        .await
}

/// The lists know clients by their network.
fn address(number: u32) -> Ipv4Addr {
    let [blocked, allowlisted] = OF_HUNDRED;
    let network = match number % 100 {
        rest if rest < blocked => BLOCKED,
        rest if rest < blocked + allowlisted => ALLOWLISTED,
        _ => UNLISTED,
    };
    Ipv4Addr::from_bits(network.to_bits() + 1 + number)
}

fn policy(frugal: bool) -> Value {
    let list = |name: &str, worth: i32| format!("{name}.test.{}*{worth}", Postfix::LISTS);
    let light = (1..9).map(|number| list(&format!("bl{number}"), 1));
    let sites: Vec<String> = [list("bl0", 3)].into_iter().chain(light).chain([list("wl", -4)]).collect();
    json!({
        "greet_wait": SHORT_WAIT, "greet_action": "drop", "dnsbl_sites": sites, "dnsbl_action": "drop",
        "dnsbl_threshold": 3, "dnsbl_allowlist_threshold": -1, "dnsbl_frugal_enable": frugal,
        "pre_queue_limit": 10_000, "post_queue_limit": 10_000,
    })
}
