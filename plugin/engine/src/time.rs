//! Time as a parameter: the engine never asks what time it is, and a wait is a deadline.

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

/// Every wait that a session can be in. There are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// No PROXY header within `upstream_proxy_timeout`.
    ProxyHeader,
    /// The lists have decided, or somebody vouches for the client. Always due when it is set.
    Lists,
    /// The pre-greeting window (`greet_wait`) is over.
    GreetWait,
    /// The reason for a refusal has come, or has not.
    Reason,
    /// No complete command line within `command_time_limit`.
    Command,
}

impl Timer {
    /// In the order in which those go off that are due at one moment.
    const ALL: [Self; 5] = [Self::ProxyHeader, Self::Lists, Self::GreetWait, Self::Reason, Self::Command];
}

/// One deadline per [`Timer`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    /// Lets `timer` go off at `deadline`, and not when it would have before.
    pub fn set(&mut self, timer: Timer, deadline: Instant) {
        self.put(timer, Some(deadline));
    }

    /// Lets `timer` go off at `deadline`, unless it goes off earlier.
    pub fn bring_forward(&mut self, timer: Timer, deadline: Instant) {
        let before = self.0.get(timer as usize).copied().flatten();
        self.set(timer, before.map_or(deadline, |before| before.min(deadline)));
    }

    fn stop(&mut self, timer: Timer) {
        self.put(timer, None);
    }

    /// No timer runs.
    pub fn stop_all(&mut self) {
        *self = Self::default();
    }

    /// Whether `timer` runs.
    pub fn runs(&self, timer: Timer) -> bool {
        self.0.get(timer as usize).copied().flatten().is_some()
    }

    /// The earliest deadline, if any timer runs.
    pub fn next(&self) -> Option<Instant> {
        self.0.into_iter().flatten().min()
    }

    /// The deadlines that have passed.
    pub fn overdue(&self, now: Instant) -> impl Iterator<Item = Instant> {
        self.0.into_iter().flatten().filter(move |&at| at < now)
    }

    /// Stops and returns one timer whose deadline has been reached.
    pub fn take_expired(&mut self, now: Instant) -> Option<Timer> {
        let is_due =
            |&timer: &Timer| self.0.get(timer as usize).copied().flatten().is_some_and(|at| at <= now);
        let expired = Timer::ALL.into_iter().find(is_due)?;
        self.stop(expired);
        Some(expired)
    }

    fn put(&mut self, timer: Timer, deadline: Option<Instant>) {
        if let Some(slot) = self.0.get_mut(timer as usize) {
            *slot = deadline;
        }
    }
}
