//! Time as a parameter: the engine never asks what time it is.

use std::time::Duration;

/// The moment at which an input arrives, on both clocks.
///
/// Waiting is measured on a clock that never goes back; passes are remembered across restarts and workers and
/// therefore carry wall-clock time. A jump of the wall clock can lengthen or shorten a remembered pass, never hold a
/// client longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time, for deadlines and for the `after T` of log lines.
    pub instant: Instant,
    /// Seconds since 1970-01-01T00:00:00Z, for the stamps of remembered passes.
    pub unix: u64,
}

/// A point on the host's monotonic clock, in milliseconds since an origin of the host's choice. The default is the
/// origin: a deadline there is due at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(u64);

impl Instant {
    /// A point `millis` milliseconds after the host's origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the host's origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This point plus `duration`, at the end of time at the latest.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Time passed since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}
