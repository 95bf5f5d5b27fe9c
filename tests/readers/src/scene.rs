//! Two screens with their logs, and the server that watches both.

use std::net::Ipv4Addr;
use std::path::Path;
use std::thread;

use anyhow::{Result, anyhow};
use tempfile::TempDir;

use crate::acts::{ACTS, ENFORCE, ENFORCED, Visits};
use crate::fail2ban::Fail2ban;
use crate::screen::HostSimServe;

/// The logs with all clients in them, and their watcher. What is first here is stopped first.
pub struct Scene {
    pub fail2ban: Fail2ban,
    /// The screen for the stock readers.
    pub enforced: HostSimServe,
    /// What its clients were told as the names of their records.
    pub references: Vec<(Ipv4Addr, String)>,
    /// The screen for the filters that we ship.
    pub acts: HostSimServe,
    directory: TempDir,
}

impl Scene {
    /// Starts the screens and their watcher, and sends the clients.
    pub fn play(host_sim: &Path, module: &Path) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let start = |name, policy| HostSimServe::start(host_sim, module, directory.path(), name, policy);
        let first = ACTS.first().map_or(ENFORCE, |act| act.policy);
        let (enforced, acts) = both(|| start("enforced", ENFORCE), || start("acts", first))?;
        let fail2ban = Fail2ban::start(directory.path(), enforced.log_file(), acts.log_file())?;
        let (references, ()) = both(|| play_enforced(&enforced), || play_acts(&acts))?;
        Ok(Self { fail2ban, enforced, references, acts, directory })
    }

    /// fail2ban's configuration, and room for more files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

fn play_enforced(screen: &HostSimServe) -> Result<Vec<(Ipv4Addr, String)>> {
    let mut references = Vec::new();
    for client in ENFORCED {
        references.extend(client.visit(screen.address())?.map(|reference| (client.from, reference)));
    }
    screen.wait_for_ended(ENFORCED.len())?;
    Ok(references)
}

fn play_acts(screen: &HostSimServe) -> Result<()> {
    let mut ended = 0;
    for (number, act) in ACTS.iter().enumerate() {
        // It was started with the first policy.
        if number > 0 {
            screen.reconfigure(act.policy)?;
        }
        for round in act.rounds {
            all_at_once(screen, round)?;
            ended += round.iter().map(|visits| visits.times).sum::<usize>();
            screen.wait_for_ended(ended)?;
        }
    }
    Ok(())
}

fn all_at_once(screen: &HostSimServe, round: &[Visits]) -> Result<()> {
    thread::scope(|scope| {
        let visits = round.iter().flat_map(|visits| (0..visits.times).map(|_| visits.client));
        let running: Vec<_> =
            visits.map(|client| scope.spawn(move || client.visit(screen.address()))).collect();
        running.into_iter().try_for_each(|visit| ended(visit).map(drop))
    })
}

/// Does both at the same time.
fn both<A: Send, B: Send>(
    one: impl FnOnce() -> Result<A> + Send,
    other: impl FnOnce() -> Result<B> + Send,
) -> Result<(A, B)> {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        Ok((ended(one)?, other?))
    })
}

fn ended<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread has panicked"))?
}
