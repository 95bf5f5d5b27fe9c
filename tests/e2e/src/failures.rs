//! Each part fails once. What happens then stands in docs/failures.md, under the name that the test has.

mod edge;
mod mail_server;
mod resolver;

use std::net::Ipv4Addr;
use std::pin::Pin;

use anyhow::{Context as _, Result};
use tokio::time::Instant;

use crate::mail_log::{mail_log, until_logged};
use crate::people;
use crate::report::Report;
use crate::world::World;

/// A test. It clears up what it has broken, whether it passes or not.
type Failure = for<'a> fn(&'a mut World) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// All of them, in the order of the page. The last one leaves nobody to read the log.
pub const FAILURES: [(&str, Failure); 9] = [
    ("the resolver is down", |world| Box::pin(resolver::is_down(world))),
    ("the resolver hangs", |world| Box::pin(resolver::hangs(world))),
    ("the mail server is down", |world| Box::pin(mail_server::is_down(world))),
    ("the mail server hangs", |world| Box::pin(mail_server::hangs(world))),
    ("the module crashes", |world| Box::pin(edge::module_crashes(world))),
    ("a worker hangs", |world| Box::pin(edge::worker_hangs(world))),
    ("the node dies", |world| Box::pin(edge::node_dies(world))),
    ("a configuration has a mistake", |world| Box::pin(edge::configuration_has_a_mistake(world))),
    ("the log's readers are gone", |world| Box::pin(edge::readers_are_gone(world))),
];

/// Those with `only` in their names.
pub async fn play(world: &mut World, only: &str, report: &mut Report) {
    for (name, failure) in FAILURES.into_iter().filter(|(name, _)| name.contains(only)) {
        let began = Instant::now();
        let result = failure(world).await;
        report.test("docs/failures.md", &format!("{name} ({:.0} s)", began.elapsed().as_secs_f64()), result);
    }
}

/// Somebody who has been served a moment ago is known, and need not wait.
async fn is_known(from: Ipv4Addr, subject: &str) -> Result<()> {
    let before = mail_log()?.len();
    people::is_served(from, subject).await?;
    until_logged(before, &format!("]: PASS OLD [{from}]:")).await
}

/// The screen does its work, and who was served need not wait again.
async fn all_is_well(world: &mut World) -> Result<()> {
    let newcomer = screens(world).await?;
    is_known(newcomer, "all is well").await
}

/// The screen does its work: a newcomer is served, and an early talker is not. Who was served.
async fn screens(world: &mut World) -> Result<Ipv4Addr> {
    let (newcomer, early) = (world.newcomers.polite()?, world.newcomers.early()?);
    people::is_served(newcomer, "all is well").await.context("a newcomer")?;
    people::early_talker_is_refused(early).await.context("an early talker")?;
    Ok(newcomer)
}

#[cfg(test)]
mod tests;
