//! The only clock that the host knows: the one its driver hands in.

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
