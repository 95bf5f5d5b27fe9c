//! Every wait that a session can be in, by name. There are no others.

use crate::time::Instant;
use std::time::Duration;

/// How long a session waits for a remembered record before it takes the client for a new one.
///
/// The in-process table answers at once; the limit is for tables that answer over the network.
pub const RECALL_WAIT: Duration = Duration::from_secs(1);

/// The reasons to wake up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The table did not answer within [`RECALL_WAIT`].
    Recall,
    /// The pre-greeting window (`greet_wait`) is over.
    GreetWait,
}

impl Timer {
    const ALL: [Self; 2] = [Self::Recall, Self::GreetWait];
}

/// One deadline per [`Timer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Timers {
    recall: Option<Instant>,
    greet_wait: Option<Instant>,
}

impl Timers {
    pub fn set(&mut self, timer: Timer, deadline: Instant) {
        *self.slot(timer) = Some(deadline);
    }

    pub fn stop(&mut self, timer: Timer) {
        *self.slot(timer) = None;
    }

    pub fn stop_all(&mut self) {
        *self = Self::default();
    }

    /// The earliest deadline, if any timer runs.
    pub fn next(&self) -> Option<Instant> {
        [self.recall, self.greet_wait].into_iter().flatten().min()
    }

    /// Stops and returns one timer whose deadline has been reached.
    pub fn take_expired(&mut self, now: Instant) -> Option<Timer> {
        let expired =
            Timer::ALL.into_iter().find(|&timer| self.slot(timer).is_some_and(|deadline| deadline <= now))?;
        self.stop(expired);
        Some(expired)
    }

    fn slot(&mut self, timer: Timer) -> &mut Option<Instant> {
        match timer {
            Timer::Recall => &mut self.recall,
            Timer::GreetWait => &mut self.greet_wait,
        }
    }
}
