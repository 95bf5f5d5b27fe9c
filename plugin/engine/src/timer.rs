//! Every wait that a session can be in, by name. There are no others.

use crate::time::Instant;

/// The reasons to wake up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// No PROXY header within `upstream_proxy_timeout`.
    ProxyHeader,
    /// All lists have answered. Always due at once.
    Lists,
    /// The pre-greeting window (`greet_wait`) is over.
    GreetWait,
    /// No complete command line within `command_time_limit`.
    Command,
}

impl Timer {
    /// In the order in which those go off that are due at one moment.
    const ALL: [Self; 4] = [Self::ProxyHeader, Self::Lists, Self::GreetWait, Self::Command];
}

/// One deadline per [`Timer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    pub fn set(&mut self, timer: Timer, deadline: Instant) {
        self.put(timer, Some(deadline));
    }

    pub fn stop(&mut self, timer: Timer) {
        self.put(timer, None);
    }

    pub fn stop_all(&mut self) {
        *self = Self::default();
    }

    /// The earliest deadline, if any timer runs.
    pub fn next(&self) -> Option<Instant> {
        self.0.into_iter().flatten().min()
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
