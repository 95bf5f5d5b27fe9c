//! The mail server fails: mail waits where it is.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Signal, kill_process_group};
use tokio::time::sleep;

use super::all_is_well;
use crate::patience::until;
use crate::people;
use crate::senders::{Letter, Sender};
use crate::story::arrives;
use crate::world::World;

/// Until the mail server has nothing in hand.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Until a queue holds a letter that it cannot deliver.
const QUEUED_MAX: Duration = Duration::from_secs(30);
/// How long the mail server says nothing. Longer than any wait of the screen.
const HANGS: Duration = Duration::from_secs(12);

/// It does not run.
pub async fn is_down(world: &mut World) -> Result<()> {
    until("the mail server has delivered everything", IDLE_MAX, async || {
        Ok(world.host.is_idle()?.then_some(()))
    })
    .await?;
    world.host.stop_postfix()?;
    let sent = send_in_vain(world).await;
    world.host.start_postfix().await?;
    for (sender, letter) in sent? {
        arrives(world, sender, &letter).await.with_context(|| sender.to_string())?;
    }
    all_is_well(world).await
}

/// It takes connections and says nothing.
pub async fn hangs(world: &mut World) -> Result<()> {
    let newcomer = world.newcomers.polite()?;
    let group = world.host.postfix().context("Postfix does not run")?.group();
    kill_process_group(group, Signal::STOP)?;
    let wakes = async {
        sleep(HANGS).await;
        kill_process_group(group, Signal::CONT)
    };
    let (served, woken) = tokio::join!(people::is_served(newcomer, "after a silence"), wakes);
    woken?;
    served.context("one who came while the mail server said nothing")?;
    all_is_well(world).await
}

/// Who passes is closed without a word, and the queues keep their letters.
async fn send_in_vain(world: &mut World) -> Result<Vec<(Sender, Letter)>> {
    let mut client = people::connect(world.newcomers.polite()?).await?;
    let heard = people::hear_all(&mut client).await?;
    ensure!(!heard.contains("220 ") && !heard.contains("521 "), "a client that passes hears {heard:?}");
    let refused = world.edge.stat("cluster.backend.upstream_cx_connect_fail").await?;
    ensure!(refused > 0, "Envoy has reached a mail server that does not run");
    let mut sent = Vec::new();
    for sender in Sender::ALL.into_iter().filter(|sender| sender.queues()) {
        let letter = Letter::hard(&format!("while the mail server was down, by {sender}"));
        world.senders.send(sender, &letter).await?;
        sent.push((sender, letter));
    }
    for (sender, _) in &sent {
        until(&format!("{sender} keeps its letter"), QUEUED_MAX, async || {
            Ok((world.senders.queue(*sender).await? > 0).then_some(()))
        })
        .await?;
    }
    Ok(sent)
}
