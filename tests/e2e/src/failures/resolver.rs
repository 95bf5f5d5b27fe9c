//! The resolver fails: in doubt everybody is served.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use super::is_known;
use crate::mail_log::mail_log;
use crate::patience::until;
use crate::people;
use crate::world::World;

/// Questions that stayed unanswered for `dnsbl_timeout`, ten seconds by default. No client waits so long: at the end of
/// the greet wait it is judged by what has been said.
const TIMEOUTS: &str = "wasmcustom.postscreen_dns_timeouts_total";
const TIMEOUTS_MAX: Duration = Duration::from_secs(20);

/// It does not run.
pub async fn is_down(world: &mut World) -> Result<()> {
    let known = world.newcomers.polite()?;
    people::is_served(known, "before the resolver is down").await?;
    let before = mail_log()?.len();
    world.host.resolver().context("no resolver runs")?.terminate().await?;
    let without = without_lists(world, known).await;
    world.host.start_resolver().await?;
    without?;
    let log = mail_log()?.split_off(before);
    let warnings = log.matches("]: warning: dnsblog_query: lookup error for ").count();
    // Two lists, and a line a minute for each.
    ensure!((1..=2).contains(&warnings), "{warnings} warnings of lookup errors:\n{log}");
    lists_count_again(world).await
}

/// It takes questions and does not answer.
pub async fn hangs(world: &mut World) -> Result<()> {
    let known = world.newcomers.polite()?;
    people::is_served(known, "before the resolver hangs").await?;
    world.host.resolver().context("no resolver runs")?.signal(Signal::STOP)?;
    let before = world.edge.stat(TIMEOUTS).await?;
    let without = without_lists(world, known).await;
    let counted = until("the timeouts are counted", TIMEOUTS_MAX, async || {
        Ok((world.edge.stat(TIMEOUTS).await? > before).then_some(()))
    });
    let counted = counted.await;
    world.host.resolver().context("no resolver runs")?.signal(Signal::CONT)?;
    without.and(counted)?;
    lists_count_again(world).await
}

/// Good and listed are served, an early talker is refused, a known client does not notice.
async fn without_lists(world: &mut World, known: Ipv4Addr) -> Result<()> {
    let newcomers = &mut world.newcomers;
    let (newcomer, listed, early) = (newcomers.polite()?, newcomers.listed()?, newcomers.early()?);
    let (newcomer, listed, early, known) = tokio::join!(
        people::is_served(newcomer, "without the lists"),
        people::is_served(listed, "without the lists, from one who is on one"),
        people::early_talker_is_refused(early),
        people::is_served(known, "without the lists, from one who is known"),
    );
    newcomer.context("a newcomer")?;
    listed.context("one who is on a list that nobody can ask")?;
    early.context("an early talker")?;
    known.context("one who is known")
}

async fn lists_count_again(world: &mut World) -> Result<()> {
    people::is_refused(world.newcomers.listed()?).await.context("when the resolver is back")?;
    let newcomer = world.newcomers.polite()?;
    people::is_served(newcomer, "when the resolver is back").await?;
    is_known(newcomer, "when the resolver is back").await
}
