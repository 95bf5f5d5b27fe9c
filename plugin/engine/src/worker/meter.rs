//! What a worker counts, saved up: each call of a host's counters costs a call out of the machine, and most clients
//! move the same few.
//!
//! As long as the worker holds clients, counts wait for [`LAG`], and then for whatever happens next: a timer of their
//! own would cost more than it is worth, and each client's lease brings one soon. With the last client they go out at
//! once, so nothing is missing when all is quiet. What is saved up dies with a worker that crashes.

use crate::metric::SeriesName;
use crate::time::Instant;
use std::time::Duration;

/// How long counts wait while there are clients.
pub const LAG: Duration = Duration::from_secs(1);

/// Counts that the host has not been told.
#[derive(Debug, Default)]
pub(super) struct Meter {
    saved: Vec<(SeriesName, u32)>,
    since: Option<Instant>,
}

impl Meter {
    /// Adds to a counter.
    pub fn count(&mut self, series: SeriesName, by: u32, now: Instant) {
        match self.saved.iter_mut().find(|(saved, _)| saved.is(&series)) {
            Some((_, count)) => *count = count.saturating_add(by),
            None => self.saved.push((series, by)),
        }
        self.since.get_or_insert(now);
    }

    /// All counts, if they are due, each series once.
    pub fn take(&mut self, holds_clients: bool, now: Instant) -> Vec<(SeriesName, u32)> {
        let due = !holds_clients || self.since.is_some_and(|since| since.after(LAG) <= now);
        if due {
            self.since = None;
            return std::mem::take(&mut self.saved);
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
