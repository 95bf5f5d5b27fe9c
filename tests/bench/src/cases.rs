//! What is measured, one case a file.

mod access_list;
mod at_once;
mod bulk;
mod early;
mod frugal;
mod held;
mod lists;
mod record;
mod returning;

use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;
use envoy_suite::fixture::ShippedEnvoy;
use serde_json::{Value, json};

use crate::bench::BenchRun;
use crate::load;
use crate::report::Pair;

/// Sessions at the same time where nobody waits.
const AT_ONCE: usize = 100;
/// Clients before a measurement: pools, caches and memory find their size, and V8 has compiled what is run often.
const WARM_UP: u32 = 2_000;
/// A wait that is over soon, where it is not the wait that is measured.
const SHORT_WAIT: &str = "1s";
/// Clients at the same time where everybody waits for [`SHORT_WAIT`].
const WAITING_AT_ONCE: usize = 1_000;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchCase {
    /// A client talks before its turn and reads the whole refusal; three log lines. Beside postscreen with postlogd
    Early,
    /// A client that is known has one session. Beside a plain TCP proxy with the same PROXY headers
    Returning,
    /// A new client is looked up on ten lists, which do not have it. Beside a plain TCP proxy, and beside postscreen
    /// with dnsblog and the same unbound
    Lists,
    /// Nine of ten new clients are listed, and not every list is asked about each. Beside asking all lists
    Frugal,
    /// Early talkers, and new clients on ten lists, leave records. Beside the same without
    Record,
    /// 400 MB go through after a pass. Beside a plain TCP proxy
    Bulk,
    /// Memory of a client that is held for its verdict. Beside one that a plain TCP proxy has connected
    Held,
    /// An access list of 100,000 prefixes. Beside one of 10
    AccessList,
    /// 5,000 and 20,000 clients at once. Beside 1,000
    AtOnce,
}

// === impl BenchCase ===

impl BenchCase {
    pub(crate) async fn run(self, bench: &BenchRun) -> Result<Vec<Pair>> {
        match self {
            Self::Early => early::run(bench).await,
            Self::Returning => returning::run(bench).await,
            Self::Lists => lists::run(bench).await,
            Self::Frugal => frugal::run(bench).await,
            Self::Record => record::run(bench).await,
            Self::Bulk => bulk::run(bench).await,
            Self::Held => held::run(bench).await,
            Self::AccessList => access_list::run(bench).await,
            Self::AtOnce => at_once::run(bench).await,
        }
    }
}

/// Sessions of clients from `first` on.
async fn sessions(envoy: &ShippedEnvoy, first: u32, count: u32, at_once: usize) -> Result<()> {
    let smtp = envoy.smtp();
    load::crowd(first, count, at_once, move |from| load::session(smtp, from)).await?;
    Ok(())
}

/// A policy that drops early talkers and lets others in after a short wait.
fn short_wait() -> Value {
    json!({"greet_wait": SHORT_WAIT, "greet_action": "drop"})
}

/// In microseconds for each of `count` clients.
fn micros_each(total: Duration, count: u32) -> f64 {
    total.as_secs_f64() * 1e6 / f64::from(count)
}
