//! The two kinds of servers that are measured, and what they have used.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ShippedEnvoy;
use parity_suite::postscreen::Postscreen;
use postscreen_scenario::Scenario;
use procfs::process::all_processes;
use real_player::Story;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::time::sleep;

/// Work that a server puts off, such as a log line in a queue, is done within so long.
const SETTLE: Duration = Duration::from_millis(300);
/// Its default of 100 is also the length of the queue before dnsblog, which is ten clients with ten lists: postscreen
/// leaves out a list that finds no room.
const QUEUES: &str = "default_process_limit = 10000\n";
/// The one postscreen of our Postfix.
const STORY: &str = "bench";

/// A server, or all servers of one side.
pub(crate) trait MeasuredServer {
    /// CPU time so far, in user mode and in the kernel, of every process.
    fn cpu(&self) -> Result<Duration>;
}

/// The CPU time that a peer spends on `work`, and what came of it.
pub(crate) async fn cpu<T>(
    peer: &impl MeasuredServer,
    work: impl Future<Output = Result<T>>,
) -> Result<(Duration, T)> {
    let before = peer.cpu()?;
    let done = work.await?;
    sleep(SETTLE).await;
    Ok((peer.cpu()?.saturating_sub(before), done))
}

/// One after the other; in every second round the other way round, so that neither gains from its place.
pub(crate) async fn in_turn<A, B>(
    round: u32,
    first: impl Future<Output = Result<A>>,
    second: impl Future<Output = Result<B>>,
) -> Result<(A, B)> {
    if round.is_multiple_of(2) {
        let first = first.await?;
        Ok((first, second.await?))
    } else {
        let second = second.await?;
        Ok((first.await?, second))
    }
}

impl MeasuredServer for ShippedEnvoy {
    fn cpu(&self) -> Result<Duration> {
        Ok(self.usage()?.cpu)
    }
}

/// Debian's Postfix with one postscreen, its postlogd, and a dnsblog for every question under way.
#[derive(Debug)]
pub(crate) struct Postfix {
    postscreen: Postscreen,
    server: SocketAddr,
}

// === impl Postfix ===

impl Postfix {
    /// Where the lists of a policy are asked for: `bl.test` is `bl.test.l1.scenario`.
    pub(crate) const LISTS: &str = Postscreen::LISTS;

    /// Starts one with a policy of ours.
    pub(crate) async fn start(policy: &Value) -> Result<Self> {
        let policy = policy.as_object().cloned().context("a policy is an object")?;
        let scenario = Scenario { policy, ..Scenario::default() };
        let story = Story { name: STORY.to_owned(), scenario: Rc::new(scenario) };
        let postscreen = Postscreen::start_alone(&[story], QUEUES).await?;
        let server = postscreen.server(STORY).context("there is no postscreen")?;
        Ok(Self { postscreen, server })
    }

    pub(crate) fn smtp(&self) -> SocketAddr {
        self.server
    }

    pub(crate) fn log(&self) -> String {
        self.postscreen.log_text()
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.postscreen.stop().await
    }
}

impl MeasuredServer for Postfix {
    /// Of all processes in the master's group, and of those that the master has seen end: a dnsblog ends after a
    /// hundred questions.
    fn cpu(&self) -> Result<Duration> {
        let group = self.postscreen.group();
        let mut ticks = 0;
        for process in all_processes()? {
            // One that ends meanwhile is counted by the master.
            let Ok(stat) = process.and_then(|process| process.stat()) else { continue };
            if stat.pgrp == group {
                ticks += stat.utime + stat.stime;
                if stat.pid == group {
                    ticks += u64::try_from(stat.cutime + stat.cstime)?;
                }
            }
        }
        Ok(Duration::from_millis(ticks * 1_000 / procfs::ticks_per_second()))
    }
}
