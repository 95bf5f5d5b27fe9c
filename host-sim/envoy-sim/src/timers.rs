//! The timers of one worker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Every timer, with its reason.
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
