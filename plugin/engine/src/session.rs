//! One client, from accept to the end of the screening: a state machine of five phases.
//!
//! ```text
//!   [ProxyHeader] ──> Greeting ──> [Talking] ──> Transit ──> Over
//!         │ limits,      │ drop        │ enforce,   ^          ^
//!         │ permit,      │ hang-up     │ deep tests │          │
//!         │ PASS OLD,    └─────────────┴────────────┘          │
//!         │ drop ──────────────────────┴───────────────────────┘
//! ```
//!
//! | phase | the client's bytes | its end | the deadline |
//! | --- | --- | --- | --- |
//! | `ProxyHeader` | a header, whole or bad | no header | no header |
//! | `Greeting` | pregreet | a hang-up, unless replies are due | lists complete, or the wait over |
//! | `Talking` | commands | a hang-up | command too slow |
//! | `Transit` | the mail server's | over | none |
//! | `Over` | ignored | ignored | none |
//!
//! A phase has its own timers: whoever enters the next one stops them (`Session::enter`). Every session has one
//! verdict, and no output follows its `Close`, or its `Dial` of the mail server.
//!
//! The order of steps is postscreen's (`psc_service` in `postscreen.c`, `psc_early_event` in `postscreen_early.c`,
//! `psc_conclude` in `postscreen_misc.c`). What a session knows of other sessions, of earlier visits and of the lists
//! it knows through its `Surroundings`, which answer at once.

mod judge;
mod noting;
#[cfg(not(target_family = "wasm"))]
mod replayed;
mod screen;
mod surroundings;
mod talk;
mod trial;

pub use screen::{EARLY_MAX, PEEK_MAX, REASON_WAIT};
pub(crate) use surroundings::{Registration, Surroundings};

use crate::client_record::Notes;
use crate::io::{Endpoints, Output};
use crate::line::Line;
use crate::metric::Counter;
use crate::policy::{Policy, UpstreamProxy};
use crate::proxy_header;
use crate::record::{Record, Test, TestSet};
use crate::reply::{self, ReplyStyle};
use crate::senders::Voucher;
use crate::time::{Instant, Now, Timer, Timers};
use crate::verdict::Verdict;
use screen::Greet;
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
    /// For the client's record, if there is to be one.
    notes: Option<Box<Notes>>,
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
            notes: None,
        }
    }

    /// The connection was accepted.
    pub fn opened(&mut self, around: &mut dyn Surroundings) {
        if self.policy.record_enable {
            self.notes = Some(Box::new(Notes::new(around.reference(self.client), around.now())));
        }
        match self.policy.upstream_proxy_protocol {
            UpstreamProxy::None => self.arrive(around),
            UpstreamProxy::Haproxy => {
                self.enter(Phase::ProxyHeader);
                let wait = self.policy.upstream_proxy_timeout.duration();
                self.timers.set(Timer::ProxyHeader, around.now().instant.after(wait));
            }
        }
    }

    /// Bytes that the client sends, in the phase that cares.
    pub fn client_talked(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        self.note_words(bytes, around.now());
        match &mut self.phase {
            Phase::ProxyHeader => self.proxy_header_read(bytes, around),
            Phase::Greeting(_) => self.talked_early(bytes, around),
            Phase::Talking(_) => self.commands_read(bytes, around),
            Phase::New | Phase::Transit | Phase::Over => {}
        }
    }

    /// The client sent FIN.
    pub fn client_ended(&mut self, around: &mut dyn Surroundings) {
        self.note_leaving(true, around.now());
        if !self.ends_while_refused() {
            self.is_gone(around);
        }
    }

    /// The client is gone. That is no offence: passes earned before it are kept.
    pub fn client_left(&mut self, around: &mut dyn Surroundings) {
        self.note_leaving(false, around.now());
        self.is_gone(around);
    }

    fn is_gone(&mut self, around: &mut dyn Surroundings) {
        match &self.phase {
            Phase::Greeting(greet) => {
                let since = greet.since;
                self.hung_up(since, "before", around);
            }
            Phase::Talking(talk) => {
                let since = talk.since;
                self.hung_up(since, "after", around);
            }
            Phase::ProxyHeader => self.proxy_header_cut_off(around),
            Phase::New | Phase::Transit => self.enter(Phase::Over),
            Phase::Over => {}
        }
    }

    /// The mail server has said its first word.
    pub fn backend_answered(&mut self) {
        if matches!(self.phase, Phase::Transit) {
            self.enter(Phase::Over);
        }
    }

    /// The lists have decided: the next deadline is now.
    pub fn lists_have_decided(&mut self, now: Now) {
        if matches!(self.phase, Phase::Greeting(_)) {
            self.timers.bring_forward(Timer::Lists, now.instant);
        }
    }

    /// A sender vouches for the client: the next deadline is now.
    pub fn is_vouched_for(&mut self, voucher: Voucher, now: Now) {
        if matches!(self.phase, Phase::Greeting(_)) {
            self.note(|notes| notes.vouched(&voucher, now));
        }
        if let Phase::Greeting(greet) = &mut self.phase {
            greet.voucher = Some(voucher);
            self.lists_have_decided(now);
        }
    }

    /// A list has answered, which may be what a client waits for that somebody vouches for.
    pub fn list_has_answered(&mut self, now: Now) {
        if matches!(&self.phase, Phase::Greeting(greet) if greet.voucher.is_some()) {
            self.lists_have_decided(now);
        }
    }

    /// The list that blocks the client has said why: the next deadline is now.
    pub fn reason_is_known(&mut self, now: Now) {
        if matches!(&self.phase, Phase::Greeting(_)) && self.timers.runs(Timer::Reason) {
            self.timers.bring_forward(Timer::Reason, now.instant);
            self.note(|notes| notes.reason_heard(now));
        }
    }

    /// The deadline has been reached.
    pub fn time_passed(&mut self, around: &mut dyn Surroundings) {
        self.note_lateness(around.now());
        while let Some(timer) = self.timers.take_expired(around.now().instant) {
            match timer {
                Timer::ProxyHeader => self.proxy_header_missing(around),
                Timer::Lists => self.lists_decided(around),
                Timer::GreetWait => self.greet_wait_over(around),
                Timer::Reason => self.reason_waited_for(around),
                Timer::Command => self.command_too_slow(around),
            }
        }
    }

    /// Lets the client's other sessions know of stamps that have changed.
    pub fn share(&mut self, around: &mut dyn Surroundings) {
        let tests = std::mem::take(&mut self.progress.unshared);
        if !tests.is_empty() {
            around.share(self.progress.record, tests);
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

    /// Each phase has timers of its own.
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.timers.stop_all();
    }

    /// postscreen peeks once: the header must be whole in what arrives first.
    fn proxy_header_read(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        match proxy_header::parse(bytes) {
            Err(error) => {
                around.emit(Output::Log(error.line(bytes)));
                self.refuse_unknown(around);
            }
            Ok(header) => {
                if let Some((client, server)) = header.endpoints {
                    self.client = canonical(client);
                    self.server = canonical(server);
                }
                around.emit(Output::Skip(header.len));
                self.arrive(around);
                let rest = bytes.get(header.len..).unwrap_or_default();
                if !rest.is_empty() {
                    self.client_talked(rest, around);
                }
            }
        }
    }

    fn proxy_header_missing(&mut self, around: &mut dyn Surroundings) {
        around.miss_header(Line::warning(proxy_header::TIME_LIMIT_EXCEEDED.to_owned()));
        self.refuse_unknown(around);
    }

    fn proxy_header_cut_off(&mut self, around: &mut dyn Surroundings) {
        around.miss_header(Line::warning(proxy_header::END_OF_INPUT.to_owned()));
        self.refuse_unknown(around);
    }

    /// Without the header nobody knows who the client is: no line but the warning, no screening, and as in postscreen
    /// no `reject_footer`.
    fn refuse_unknown(&mut self, around: &mut dyn Surroundings) {
        around.count(Counter::ProxyHeaderBad);
        let style = ReplyStyle { reference: self.reference(), ..ReplyStyle::default() };
        let reply = style.finish(self.client, reply::NO_RESOURCES, around.now().unix);
        self.send_away(reply, Verdict::NoResources, around);
    }

    /// From here on the client's mail is refused like this. The last failure decides what is said.
    fn reject_with(&mut self, reject: String, verdict: Verdict) {
        self.progress.forward = Forward::No { reject, verdict };
    }

    fn client_address(&self) -> IpAddr {
        self.client.ip()
    }

    /// Sets the end of a pass.
    fn stamp(&mut self, test: Test, expiry: u64) {
        self.progress.record.set_expiry(test, expiry);
        if test == Test::Dnsbl {
            self.progress.record.set_lists(self.policy.lists_id());
        }
        self.progress.unshared |= test.into();
    }
}

fn log(around: &mut dyn Surroundings, text: String) {
    around.emit(Output::Log(Line::info(text)));
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
