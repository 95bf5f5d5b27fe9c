//! What a worker counts, saved up: each call of a host's counters costs a call out of the machine, and most clients
//! move the same few.
//!
//! As long as the worker holds clients, counts wait for [`LAG`], and then for whatever happens next: a timer of their
//! own would cost more than it is worth, and each client's lease brings one soon. With the last client they go out at
//! once, so that no alarm waits for somebody to come. What [can wait](Measure::can_wait) does not: it goes out once in
//! [`LONG_LAG`], so a client on no list costs no call for each of the lists. What is saved up dies with a worker that
//! crashes.

use crate::metric::{Catalogue, Measure, SeriesName};
use crate::time::Instant;
use std::time::Duration;

/// How long counts wait while there are clients.
pub const LAG: Duration = Duration::from_secs(1);
/// How long those wait that can.
pub const LONG_LAG: Duration = Duration::from_secs(10);

/// Counts that the host has not been told.
#[derive(Debug, Default)]
pub(super) struct Meter {
    soon: Savings,
    later: Savings,
}

impl Meter {
    /// Adds to what a catalogue knows.
    pub fn count(&mut self, catalogue: &Catalogue, measure: Measure, by: u32, now: Instant) {
        if let Some(series) = catalogue.name(measure) {
            let savings = if measure.can_wait() { &mut self.later } else { &mut self.soon };
            savings.add(series, by, now);
        }
    }

    /// The counts that are due, each series once.
    pub fn take(&mut self, holds_clients: bool, now: Instant) -> Vec<(SeriesName, u32)> {
        let mut due = Vec::new();
        if !holds_clients || self.soon.have_waited(LAG, now) {
            due.append(&mut self.soon.take());
        }
        if self.later.have_waited(LONG_LAG, now) {
            due.append(&mut self.later.take());
        }
        due
    }

    /// All counts, each series once.
    pub fn take_all(&mut self) -> Vec<(SeriesName, u32)> {
        let mut all = self.soon.take();
        all.append(&mut self.later.take());
        all
    }
}

#[derive(Debug, Default)]
struct Savings {
    counts: Vec<(SeriesName, u32)>,
    since: Option<Instant>,
}

impl Savings {
    fn add(&mut self, series: &SeriesName, by: u32, now: Instant) {
        match self.counts.iter_mut().find(|(saved, _)| saved.is(series)) {
            Some((_, count)) => *count = count.saturating_add(by),
            None => self.counts.push((series.clone(), by)),
        }
        self.since.get_or_insert(now);
    }

    fn have_waited(&self, lag: Duration, now: Instant) -> bool {
        self.since.is_some_and(|since| since.after(lag) <= now)
    }

    fn take(&mut self) -> Vec<(SeriesName, u32)> {
        self.since = None;
        std::mem::take(&mut self.counts)
    }
}

#[cfg(test)]
mod tests;
