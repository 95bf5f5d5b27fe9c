//! Every wait that a session can be in, by name. There are no others.

use crate::time::Instant;
use std::time::Duration;

/// How long a session waits for an answer of the host's tables before it goes on without.
///
/// Tables in the process answer at once; the limit is for those that answer over the network.
pub const TABLE_WAIT: Duration = Duration::from_secs(1);

/// The reasons to wake up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// No PROXY header within `upstream_proxy_timeout`.
    ProxyHeader,
    /// The host's tables did not answer within [`TABLE_WAIT`].
    Table,
    /// The pre-greeting window (`greet_wait`) is over.
    GreetWait,
    /// No complete command line within `command_time_limit`.
    Command,
    /// The session must say that it is still open.
    Renew,
}

impl Timer {
    const ALL: [Self; 5] = [Self::ProxyHeader, Self::Table, Self::GreetWait, Self::Command, Self::Renew];
}

/// One deadline per [`Timer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Timers {
    proxy_header: Option<Instant>,
    table: Option<Instant>,
    greet_wait: Option<Instant>,
    command: Option<Instant>,
    renew: Option<Instant>,
}

impl Timers {
    pub fn set(&mut self, timer: Timer, deadline: Instant) {
        *self.slot(timer) = Some(deadline);
    }

    /// Stops a timer; its deadline, if it ran.
    pub fn stop(&mut self, timer: Timer) -> Option<Instant> {
        self.slot(timer).take()
    }

    pub fn stop_all(&mut self) {
        *self = Self::default();
    }

    /// The earliest deadline, if any timer runs.
    pub fn next(&self) -> Option<Instant> {
        let all = [self.proxy_header, self.table, self.greet_wait, self.command, self.renew];
        all.into_iter().flatten().min()
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
            Timer::ProxyHeader => &mut self.proxy_header,
            Timer::Table => &mut self.table,
            Timer::GreetWait => &mut self.greet_wait,
            Timer::Command => &mut self.command,
            Timer::Renew => &mut self.renew,
        }
    }
}
