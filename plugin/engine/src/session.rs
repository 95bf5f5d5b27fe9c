//! One client, from accept to the end of the screening.
//!
//! ```text
//!   [ProxyHeader] ──> Joining ──> Recalling ──> Greeting ──> [Talking] ──> [Claiming] ──> Transit ──> Over
//!                        │ limits,    │ PASS OLD    │ drop        │ enforce,                 ^           ^
//!                        │ permit,    │             │ hang-up     │ deep tests               │           │
//!                        │ drop       └─────────────┼─────────────┼──────────────────────────┘           │
//!                        └──────────────────────────┴─────────────┴──────────────────────────────────────┘
//! ```
//!
//! The order of steps is postscreen's (`psc_service` in `postscreen.c`, `psc_early_event` in `postscreen_early.c`,
//! `psc_conclude` in `postscreen_misc.c`).

mod admit;
mod arrive;
mod conclude;
mod greet;
mod talk;

pub use greet::{EARLY_MAX, PEEK_MAX};

use crate::io::{Endpoints, Input, Output, Standing};
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::Policy;
use crate::record::{Record, Test, TestSet};
use crate::reply;
use crate::time::{Instant, Now};
use crate::timer::{Timer, Timers};
use crate::verdict::Verdict;
use conclude::Ending;
use greet::Greet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use talk::Talk;

/// One client. Dropped by the host when the connection is gone or [`Session::is_over`].
#[derive(Debug)]
pub struct Session {
    policy: Arc<Policy>,
    client: SocketAddr,
    server: SocketAddr,
    phase: Phase,
    timers: Timers,
    progress: Progress,
    /// How many sessions there were when this one began. Under stress then, its waits are the shorter ones.
    standing: Standing,
    /// Whether this session counts among those that are open.
    joined: bool,
    /// Whether it counts among those that are being screened.
    screened: bool,
    outputs: Vec<Output>,
}

#[derive(Debug)]
enum Phase {
    /// Before the first input.
    Admitting,
    /// Waiting for the PROXY header.
    ProxyHeader,
    /// Waiting to hear which sessions are open. Bytes that arrive meanwhile are kept for the pregreet test.
    Joining(Early),
    /// Waiting for the client's record.
    Recalling(Early),
    /// The pre-greeting window: waiting for the client to talk too early, for the lists, for the time to pass.
    Greeting(Greet),
    /// The dummy SMTP server talks to the client.
    Talking(Talk),
    /// All tests passed, for the first time: waiting to hear whether another session has said so already.
    Claiming(Ending),
    /// Served; the mail server has not answered yet.
    Transit,
    /// Closed or served; nothing more to do.
    Over,
}

/// What arrives before the pre-greeting window.
#[derive(Debug)]
struct Early {
    since: Instant,
    bytes: Vec<u8>,
}

/// Where a client stands with its tests.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// To be done in this session.
    todo: TestSet,
    /// Passed in this session.
    pass: TestSet,
    /// Failed in this session. At the end, any failure voids all passes.
    fail: TestSet,
    /// Early tests whose outcome cannot change any more.
    done: TestSet,
    /// Failed for what is no test: the access list rejects it, or it came to an address where none can pass.
    barred: bool,
    /// The client will not be served in this session.
    forward: Forward,
    /// Tests whose stamps other sessions have not heard of.
    unshared: TestSet,
    /// Some test was never passed before.
    new: bool,
    /// All passes, old and new.
    record: Record,
}

/// Whether a client that has done its tests goes to the mail server.
#[derive(Clone, Debug, Default)]
enum Forward {
    #[default]
    Yes,
    /// No, and RCPT is answered like this. The last failure decides.
    No { reject: String, verdict: Verdict },
}

impl Progress {
    /// postscreen's `PSC_STATE_MASK_ANY_FAIL`.
    fn any_failure(&self) -> bool {
        self.barred || !self.fail.is_empty()
    }
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
            standing: Standing::ALONE,
            joined: false,
            screened: false,
            outputs: Vec::new(),
        }
    }

    /// Takes one input; returns what the host must do, in order.
    pub fn handle(&mut self, input: Input<'_>, now: Now) -> Vec<Output> {
        match input {
            Input::ClientOpened => self.opened(now),
            Input::Joined(standing) => self.joined(standing, now),
            Input::Remembered(record) => self.recalled(record, now),
            Input::ClientBytes(bytes) => self.client_talked(bytes, now),
            Input::ClientEnd => self.client_ended(now),
            Input::ClientClosed => self.client_left(now),
            Input::DnsAnswer { question, answer } => self.list_answered(question, answer, now),
            Input::PassNewClaimed(first) => self.claimed(first),
            Input::BackendAnswered => self.backend_answered(),
            Input::DeadlineReached => {
                while let Some(timer) = self.timers.take_expired(now.instant) {
                    self.timed_out(timer, now);
                }
            }
        }
        std::mem::take(&mut self.outputs)
    }

    fn timed_out(&mut self, timer: Timer, now: Now) {
        match timer {
            Timer::ProxyHeader => self.proxy_header_missing(),
            Timer::Table => self.table_silent(now),
            Timer::GreetWait => self.greet_wait_over(now),
            Timer::Command => self.command_too_slow(now),
            Timer::Renew => self.renew(now),
        }
    }

    /// When to deliver [`Input::DeadlineReached`]; `None`: never.
    pub fn deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether everything is done. No input has any effect any more.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Bytes that the client sends, in the phase that cares.
    fn client_talked(&mut self, bytes: &[u8], now: Now) {
        match &mut self.phase {
            Phase::ProxyHeader => self.proxy_header_read(bytes, now),
            Phase::Joining(early) | Phase::Recalling(early) => keep_early(&mut early.bytes, bytes),
            Phase::Greeting(_) => self.talked_early(bytes, now),
            Phase::Talking(_) => self.commands_read(bytes, now),
            Phase::Admitting | Phase::Claiming(_) | Phase::Transit | Phase::Over => {}
        }
    }

    fn client_address(&self) -> IpAddr {
        self.client.ip()
    }

    /// A reply that ends a session, with `soft_bounce` and `reject_footer` applied.
    fn final_reply(&self, text: &str, now: Now) -> Vec<u8> {
        reply::finish(&self.policy, self.client, text, now.unix)
    }

    /// Lets the client's other sessions know of stamps that have changed.
    fn share(&mut self) {
        let tests = std::mem::take(&mut self.progress.unshared);
        if !tests.is_empty() {
            self.outputs.push(Output::Share(self.client_address(), self.progress.record, tests));
        }
    }

    /// Sets the end of a pass.
    fn stamp(&mut self, test: Test, expiry: u64) {
        self.progress.record.set_expiry(test, expiry);
        self.progress.unshared |= test.into();
    }

    fn log(&mut self, text: String) {
        self.outputs.push(Output::Log(Line::info(text)));
    }

    fn count(&mut self, counter: Counter) {
        self.outputs.push(Output::Count(counter));
    }
}

/// Keeps what arrives before anybody reads it, up to [`EARLY_MAX`].
fn keep_early(kept: &mut Vec<u8>, bytes: &[u8]) {
    let room = EARLY_MAX.saturating_sub(kept.len());
    kept.extend(bytes.iter().take(room));
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
