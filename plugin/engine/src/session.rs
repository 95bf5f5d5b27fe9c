//! One client, from accept to the end of the screening.
//!
//! ```text
//!   [ProxyHeader] ──> Greeting ──> [Talking] ──> Transit ──> Over
//!         │ limits,      │ drop        │ enforce,   ^          ^
//!         │ permit,      │ hang-up     │ deep tests │          │
//!         │ PASS OLD,    └─────────────┴────────────┘          │
//!         │ drop ──────────────────────┴───────────────────────┘
//! ```
//!
//! The order of steps is postscreen's (`psc_service` in `postscreen.c`, `psc_early_event` in `postscreen_early.c`,
//! `psc_conclude` in `postscreen_misc.c`). What a session knows of other sessions, of earlier visits and of the lists
//! it knows through its `Surroundings`, which answer at once.

mod admit;
mod arrive;
mod conclude;
mod greet;
mod talk;

pub use greet::{EARLY_MAX, PEEK_MAX};

use crate::dnsbl::Score;
use crate::io::{Endpoints, Output};
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::Policy;
use crate::record::{Record, Test, TestSet};
use crate::registry::{Known, Settled, Settlement};
use crate::reply;
use crate::time::{Instant, Now};
use crate::timer::{Timer, Timers};
use crate::verdict::Verdict;
use greet::Greet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use talk::Talk;

/// One client. Of no use any more once [`Session::is_over`].
#[derive(Debug)]
pub(crate) struct Session {
    policy: Arc<Policy>,
    client: SocketAddr,
    server: SocketAddr,
    phase: Phase,
    timers: Timers,
    progress: Progress,
    /// Whether its waits are the shorter ones.
    stressed: bool,
    /// Whether it is known who the client is, and the log has a line about it.
    arrived: bool,
}

/// What a session knows only through its worker, and what it wants done.
pub(crate) trait Surroundings {
    /// The time of the input.
    fn now(&self) -> Now;
    /// Whether the host can send a teaser.
    fn teases(&self) -> bool;
    /// Wants this done.
    fn emit(&mut self, output: Output);
    /// Counts the session among those that are open.
    fn arrive(&mut self, client: IpAddr) -> Standing;
    /// Lets the client's other open sessions know of stamps that have changed.
    fn share(&mut self, record: Record, tests: TestSet);
    /// Leaves behind what the tests have come to.
    fn settle(&mut self, settlement: Settlement) -> Settled;
    /// Has the lists asked about the client; whether all of them have answered already.
    fn ask_lists(&mut self, client: IpAddr) -> bool;
    /// What those lists that have answered add up to.
    fn score(&self, client: IpAddr) -> Score;
    /// Whether all lists have answered.
    fn lists_are_complete(&self, client: IpAddr) -> bool;
}

/// Where a new session finds itself among those that are open, in all workers of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Sessions of this client's address, this one included.
    pub of_client: u32,
    /// What is known of the client.
    pub known: Known,
    /// Sessions of all clients, this one included.
    pub sessions: u32,
    /// Those of them that were sent to the mail server and have not heard from it.
    pub in_transit: u32,
    /// Whether waits are the shorter ones.
    pub stressed: bool,
}

#[derive(Debug)]
enum Phase {
    /// Before the first input.
    New,
    /// Waiting for the PROXY header.
    ProxyHeader,
    /// The pre-greeting window: waiting for the client to talk too early, for the lists, for the time to pass.
    Greeting(Greet),
    /// The dummy SMTP server talks to the client.
    Talking(Talk),
    /// Served; the mail server has not answered yet.
    Transit,
    /// Closed or served; nothing more to do.
    Over,
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
            phase: Phase::New,
            timers: Timers::default(),
            progress: Progress::default(),
            stressed: false,
            arrived: false,
        }
    }

    /// When [`Session::time_passed`] is to be called; `None`: never.
    pub fn deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether everything is done. No input has any effect any more.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Whether it may still ask for the score of the lists.
    pub fn needs_lists(&self) -> bool {
        matches!(self.phase, Phase::Greeting(_))
    }

    /// The policy that it is screened by.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The deadline has been reached.
    pub fn time_passed(&mut self, around: &mut dyn Surroundings) {
        while let Some(timer) = self.timers.take_expired(around.now().instant) {
            match timer {
                Timer::ProxyHeader => self.proxy_header_missing(around),
                Timer::Lists => self.lists_answered(around),
                Timer::GreetWait => self.greet_wait_over(around),
                Timer::Command => self.command_too_slow(around),
            }
        }
    }

    /// All lists have answered: the next deadline is now.
    pub fn lists_are_complete(&mut self) {
        if matches!(self.phase, Phase::Greeting(_)) {
            self.timers.set(Timer::Lists, Instant::default());
        }
    }

    /// Bytes that the client sends, in the phase that cares.
    pub fn client_talked(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        match &mut self.phase {
            Phase::ProxyHeader => self.proxy_header_read(bytes, around),
            Phase::Greeting(_) => self.talked_early(bytes, around),
            Phase::Talking(_) => self.commands_read(bytes, around),
            Phase::New | Phase::Transit | Phase::Over => {}
        }
    }

    /// Lets the client's other sessions know of stamps that have changed.
    pub fn share(&mut self, around: &mut dyn Surroundings) {
        let tests = std::mem::take(&mut self.progress.unshared);
        if !tests.is_empty() {
            around.share(self.progress.record, tests);
        }
    }

    fn client_address(&self) -> IpAddr {
        self.client.ip()
    }

    /// A reply that ends a session, with `soft_bounce` and `reject_footer` applied.
    fn final_reply(&self, text: &str, now: Now) -> Vec<u8> {
        reply::finish(&self.policy, self.client, text, now.unix)
    }

    /// Sets the end of a pass.
    fn stamp(&mut self, test: Test, expiry: u64) {
        self.progress.record.set_expiry(test, expiry);
        self.progress.unshared |= test.into();
    }
}

fn log(around: &mut dyn Surroundings, text: String) {
    around.emit(Output::Log(Line::info(text)));
}

fn count(around: &mut dyn Surroundings, counter: Counter) {
    around.emit(Output::Count(counter, 1));
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
