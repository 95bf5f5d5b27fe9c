//! The screen itself fails, or who looks after it.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use super::{all_is_well, is_known, screens};
use crate::mail_log::{mail_log, until_logged};
use crate::people;
use crate::sabotage::{HANG_BYTES, TRAP_BYTES, sabotaged};
use crate::senders::{Letter, Sender};
use crate::story::arrives;
use crate::world::World;

/// The module that is shipped, and one with two faults, as the listener names them.
const MODULES: [&str; 2] = ["/etc/envoy/postscreen.wasm", "/etc/envoy/sabotaged.wasm"];
/// Envoy begins to try again after a second, with `FAIL_RELOAD` as it is by default, and some jitter.
const RELOAD_AFTER: Duration = Duration::from_secs(3);
/// A mistake, where the policy has a number.
const MISTAKE: [&str; 2] = ["\"dnsbl_threshold\": 3", "\"dnsbl_threshold\": \"three\""];

/// It traps; then it is started again.
pub async fn module_crashes(world: &mut World) -> Result<()> {
    let known = world.newcomers.polite()?;
    people::is_served(known, "before the module crashes").await?;
    sabotage(world).await?;
    let crashed = crash(world, known).await;
    repair(world).await?;
    crashed?;
    all_is_well(world).await
}

/// It never comes back from what it does; then Envoy ends, and is started again.
pub async fn worker_hangs(world: &mut World) -> Result<()> {
    sabotage(world).await?;
    let letter = Letter::hard("while a worker hung");
    let hung = hang(world, &letter).await;
    world.edge.kill()?;
    world.edge.start_again().await?;
    repair(world).await?;
    hung?;
    arrives(world, Sender::Postfix, &letter).await?;
    all_is_well(world).await
}

/// Envoy is gone from one moment to the next, with everything that it has remembered.
pub async fn node_dies(world: &mut World) -> Result<()> {
    let known = world.newcomers.polite()?;
    people::is_served(known, "before the node dies").await?;
    let queued: Vec<_> = Sender::ALL.into_iter().filter(|sender| sender.queues()).collect();
    let letter = |sender: Sender| Letter::hard(&format!("while the node died, by {sender}"));
    for &sender in &queued {
        world.senders.send(sender, &letter(sender)).await?;
    }
    world.edge.kill()?;
    world.edge.start_again().await?;
    for &sender in &queued {
        arrives(world, sender, &letter(sender)).await.with_context(|| sender.to_string())?;
    }
    let before = mail_log()?.len();
    people::is_served(known, "after the node has died").await?;
    until_logged(before, &format!("]: PASS NEW [{known}]:")).await.context("it is new again")?;
    all_is_well(world).await
}

/// It is refused, and the old one stays.
pub async fn configuration_has_a_mistake(world: &mut World) -> Result<()> {
    let known = world.newcomers.polite()?;
    people::is_served(known, "before the mistake").await?;
    let before = world.edge.log().len();
    let taken = world.edge.reconfigure(|listener| listener.replace(MISTAKE[0], MISTAKE[1])).await?;
    let log = world.edge.log().split_off(before);
    let goes_on = is_known(known, "after the mistake").await.and(all_is_well(world).await);
    let corrected = world.edge.reconfigure(|listener| listener.replace(MISTAKE[1], MISTAKE[0])).await?;
    goes_on?;
    ensure!(!taken, "the mistake is taken");
    ensure!(log.contains("dnsbl_threshold"), "the log does not name the field:\n{log}");
    ensure!(corrected, "the corrected one is refused");
    all_is_well(world).await
}

/// Nobody reads the log any more, and nobody asks for metrics.
pub async fn readers_are_gone(world: &mut World) -> Result<()> {
    world.fail2ban.take().context("fail2ban does not run")?.stop().await?;
    world.prometheus.take().context("Prometheus does not run")?.stop().await?;
    world.edge.kill_readers()?;
    screens(world).await?;
    let letter = Letter::hard("with nobody to read the log");
    world.senders.send(Sender::Swaks, &letter).await?;
    arrives(world, Sender::Swaks, &letter).await
}

async fn sabotage(world: &World) -> Result<()> {
    let [shipped, with_faults] = MODULES;
    fs::write(with_faults, sabotaged(&fs::read(shipped)?)?)?;
    let taken = world.edge.reconfigure(|listener| listener.replace(shipped, with_faults)).await?;
    ensure!(taken, "Envoy refuses the module with faults:\n{}", world.edge.log());
    Ok(())
}

async fn repair(world: &World) -> Result<()> {
    let [shipped, with_faults] = MODULES;
    let taken = world.edge.reconfigure(|listener| listener.replace(with_faults, shipped)).await?;
    ensure!(taken, "Envoy refuses the module that is shipped:\n{}", world.edge.log());
    Ok(())
}

async fn crash(world: &mut World, known: Ipv4Addr) -> Result<()> {
    let reloads = world.edge.stat("wasm.postscreen.vm_reload_success").await?;
    let mut client = people::connect(world.newcomers.early()?).await?;
    client.write_all(&[b'x'; TRAP_BYTES]).await?;
    let heard = people::hear_all(&mut client).await.unwrap_or_default();
    ensure!(heard.is_empty() || heard.starts_with("220-"), "who met the fault hears {heard:?}");
    sleep(RELOAD_AFTER).await;
    is_known(known, "after the crash").await.context("passes are kept")?;
    all_is_well(world).await?;
    let again = world.edge.stat("wasm.postscreen.vm_reload_success").await?;
    ensure!(again > reloads, "the module has not crashed: {again} reloads");
    Ok(())
}

async fn hang(world: &mut World, letter: &Letter) -> Result<()> {
    let mut client = people::connect(world.newcomers.early()?).await?;
    client.write_all(&[b'x'; HANG_BYTES]).await?;
    world.senders.send(Sender::Postfix, letter).await?;
    let status = world.edge.until_end().await.context("a worker that hangs")?;
    ensure!(status.signal() == Some(Signal::ABORT.as_raw()), "Envoy ended with {status}");
    Ok(())
}
