//! The only clock that the host knows, the one its driver hands in, and the timers that run on it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A moment, on both clocks that a module can read. The driver gives one with every input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Time since the host was started. Never goes back: timers run on it.
    pub monotonic: Duration,
    /// Time since 1970-01-01T00:00:00Z. May jump: the module's log stamps and expiries come from it.
    pub wall: Duration,
}

impl Now {
    /// The moment `elapsed` later, on both clocks.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        Self { monotonic: self.monotonic + elapsed, wall: self.wall + elapsed }
    }

    /// The moment at which the monotonic clock shows `deadline`, provided that the wall clock does not jump before.
    /// A deadline that has already passed is `self`.
    #[must_use]
    pub fn at(self, deadline: Duration) -> Self {
        self.after(deadline.saturating_sub(self.monotonic))
    }
}

/// Every timer of a machine, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The tick of this root context.
    Tick(u32),
    /// The timeout of the call-out with this token.
    Callout(u32),
    /// The cluster's `connect_timeout`, for the connection of this context.
    Connect(u32),
    /// `tcp_proxy`'s idle timeout, for the connection of this context.
    Idle(u32),
}

/// When each is due, on the monotonic clock. Timers of one moment fire in the order of their names.
#[derive(Debug)]
pub struct Timers<T> {
    due: BTreeSet<(Duration, T)>,
    at: BTreeMap<T, Duration>,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self { due: BTreeSet::new(), at: BTreeMap::new() }
    }
}

impl<T: Copy + Ord> Timers<T> {
    /// Arms `timer`, or moves it.
    pub fn set(&mut self, timer: T, at: Duration) {
        self.stop(timer);
        self.at.insert(timer, at);
        self.due.insert((at, timer));
    }

    /// Disarms `timer`, if it is armed.
    pub fn stop(&mut self, timer: T) {
        if let Some(at) = self.at.remove(&timer) {
            self.due.remove(&(at, timer));
        }
    }

    /// When the first is due.
    pub fn next(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the first timer that is due at `now`.
    pub fn expired(&mut self, now: Duration) -> Option<T> {
        let (at, timer) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.stop(timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests;
