//! One client, from accept to verdict.
//!
//! ```text
//!            access list            record           all early tests
//!  Admitting ───────────> Recalling ──────> Greeting ───────────────> Decided
//!      │ permit, drop         │ PASS OLD        │ drop, hang-up          ^
//!      └──────────────────────┴─────────────────┴───────────────────────┘
//! ```
//!
//! The order of steps is postscreen's (`smtpd_service` in postscreen.c, `psc_early_event` in `postscreen_early.c`).

mod admit;
mod conclude;
mod greet;

pub use greet::PEEK_MAX;

use crate::io::{Endpoints, Input, Output};
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::Policy;
use crate::record::{Record, TestSet};
use crate::time::{Instant, Now};
use crate::timer::{Timer, Timers};
use greet::Greet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// One client. Dropped by the host when the connection is gone or [`Session::is_decided`].
#[derive(Debug)]
pub struct Session {
    policy: Arc<Policy>,
    client: SocketAddr,
    server: SocketAddr,
    phase: Phase,
    timers: Timers,
    progress: Progress,
    outputs: Vec<Output>,
}

#[derive(Debug)]
enum Phase {
    /// Before the first input.
    Admitting,
    /// Waiting for the client's record. Bytes that arrive meanwhile are kept for the pregreet test.
    Recalling { since: Instant, early: Vec<u8> },
    /// The pre-greeting window: waiting for the client to talk too early, for the lists, for the time to pass.
    Greeting(Greet),
    /// Dialled or closed; nothing more to decide.
    Decided,
}

/// Where a client stands with its tests.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// To be done in this session.
    todo: TestSet,
    /// Passed in this session.
    pass: TestSet,
    /// Failed in this session. At the end, any failure voids all passes.
    fail: TestSet,
    /// Early tests whose outcome cannot change any more.
    done: TestSet,
    /// Some test was never passed before.
    new: bool,
    /// All passes, old and new.
    record: Record,
}

impl Session {
    /// A client that is about to be opened. IPv4-mapped IPv6 addresses become plain IPv4 ones.
    pub fn new(policy: Arc<Policy>, endpoints: Endpoints) -> Self {
        Self {
            policy,
            client: canonical(endpoints.client),
            server: canonical(endpoints.server),
            phase: Phase::Admitting,
            timers: Timers::default(),
            progress: Progress::default(),
            outputs: Vec::new(),
        }
    }

    /// Takes one input; returns what the host must do, in order.
    pub fn handle(&mut self, input: Input<'_>, now: Now) -> Vec<Output> {
        match input {
            Input::ClientOpened => self.admit(now),
            Input::Remembered(record) => self.recalled(record, now),
            Input::ClientBytes(bytes) => self.client_talked(bytes, now),
            Input::ClientEnd | Input::ClientClosed => self.client_left(now),
            Input::DnsAnswer { question, answer } => self.list_answered(question, answer, now),
            Input::DeadlineReached => {
                while let Some(timer) = self.timers.take_expired(now.instant) {
                    match timer {
                        Timer::Recall => self.recalled(None, now),
                        Timer::GreetWait => self.greet_wait_over(now),
                    }
                }
            }
        }
        std::mem::take(&mut self.outputs)
    }

    /// When to deliver [`Input::DeadlineReached`]; `None`: never.
    pub fn deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether the verdict has been given. No input has any effect any more.
    pub fn is_decided(&self) -> bool {
        matches!(self.phase, Phase::Decided)
    }

    fn client_address(&self) -> IpAddr {
        self.client.ip()
    }

    fn log(&mut self, text: String) {
        self.outputs.push(Output::Log(Line::info(text)));
    }

    fn count(&mut self, counter: Counter) {
        self.outputs.push(Output::Count(counter));
    }
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// `[192.0.2.10]:48543`, as in every postscreen log line.
fn bracketed(address: SocketAddr) -> String {
    format!("[{}]:{}", address.ip(), address.port())
}

#[cfg(test)]
mod tests;
