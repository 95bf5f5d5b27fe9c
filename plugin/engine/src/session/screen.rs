//! From arrival to the verdict of the early tests: who is screened at all, and pregreet and DNSBL, side by side.
//!
//! First come the limits, the permanent access list, and what is known of the client. Who needs a test that runs before
//! the greeting then waits in the pre-greeting window, and the rules of its end are postscreen's. It ends early only
//! when *every* early test to do is done, and the pregreet test is done only by talking early or by the DNS allowlist
//! shortcut. So a polite unknown client waits all of `greet_wait`, however fast the lists answer; one that only the
//! lists must decide about waits just for them.

use super::{Forward, Phase, Progress, Registration, Session, Surroundings, bracketed, log};
use crate::access::{Decision, decide};
use crate::client_record::Notes;
use crate::io::Output;
use crate::line::{elapsed, escape};
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Record, Test, TestSet};
use crate::registry::Known;
use crate::reply;
use crate::senders::Voucher;
use crate::time::{Instant, Timer};
use crate::verdict::Verdict;
use std::time::Duration;

/// How many early bytes are looked at (and counted in the log): postscreen peeks into the socket once, up to this.
pub const PEEK_MAX: usize = 1_023;

/// How many bytes a client may send before its turn. They are kept for the dummy SMTP server to read after the wait; of
/// a client that sends more the host would have to keep ever more, so it is decided about at once.
pub const EARLY_MAX: usize = 16 * 1_024;

/// How long a client that is to be refused waits for the reason.
pub const REASON_WAIT: Duration = Duration::from_secs(1);

/// What is known in the pre-greeting window.
#[derive(Debug)]
pub(super) struct Greet {
    /// When the wait began.
    pub since: Instant,
    /// The score was looked at, and whether the client is spared the other tests is settled.
    pub scored: bool,
    /// What an early talker has said so far.
    pub early: Vec<u8>,
    /// It will say no more.
    pub ended: bool,
    /// The list that blocks it was asked why.
    pub asked_reason: bool,
    /// Who vouches for it.
    pub voucher: Option<Voucher>,
}

impl Session {
    /// Now it is known who the client is. The limits come before the access list: nobody is exempt from these two.
    pub(super) fn arrive(&mut self, around: &mut dyn Surroundings) {
        around.meets(self.client_address());
        around.count(Counter::Connect);
        let client = bracketed(self.client);
        log(around, format!("CONNECT from {client} to {}", bracketed(self.server)));
        self.arrived = true;
        let registration = around.register(self.client_address());
        if let Some(notes) = &mut self.notes {
            notes.arrived(self.client, self.server, around.now());
            notes.registered(registration);
        }
        self.stressed = registration.stressed;
        let exceeds = |count, limit| limit > 0 && count > limit;
        if exceeds(registration.of_client, self.policy.client_connection_count_limit) {
            log(around, format!("NOQUEUE: reject: CONNECT from {client}: too many connections"));
            around.count(Counter::ConnectionCountLimit);
            return self.turn_away(reply::TOO_MANY_CONNECTIONS, Verdict::TooManyConnections, around);
        }
        // Those in transit do not include this session, so the limit itself is one too many.
        if exceeds(registration.in_transit.saturating_add(1), self.policy.post_queue_limit) {
            log(around, format!("NOQUEUE: reject: CONNECT from {client}: all server ports busy"));
            around.count(Counter::PostQueueLimit);
            return self.turn_away(reply::SERVERS_BUSY, Verdict::ServerPortsBusy, around);
        }
        self.admit(registration, around);
    }

    fn admit(&mut self, registration: Registration, around: &mut dyn Surroundings) {
        let respectful = self.policy.respectful_logging;
        let client = bracketed(self.client);
        let decision = decide(&self.policy.access_list, &self.policy.mynetworks, self.client_address());
        self.note(|notes| notes.decided(decision));
        match decision {
            Decision::Permit => {
                around.count(Counter::Allowlisted);
                log(around, format!("{} {client}", if respectful { "ALLOWLISTED" } else { "WHITELISTED" }));
                return self.hand_off(Verdict::Allowlisted, around);
            }
            Decision::Reject => {
                around.count(Counter::Denylisted);
                log(around, format!("{} {client}", if respectful { "DENYLISTED" } else { "BLACKLISTED" }));
                match self.policy.denylist_action {
                    Action::Drop => return self.turn_away(reply::DENYLISTED, Verdict::Denylisted, around),
                    Action::Enforce => self.bar(reply::DENYLISTED_RCPT, Verdict::Denylisted),
                    Action::Ignore => {}
                }
            }
            Decision::Undecided => {}
        }
        self.choose_tests(registration, around);
    }

    /// Which tests are to be done: nothing counts of a client that is barred, and what its other sessions have passed
    /// counts at once.
    fn choose_tests(&mut self, registration: Registration, around: &mut dyn Surroundings) {
        self.note(Notes::tests_chosen);
        let enabled = self.policy.enabled_tests();
        let unix = around.now().unix;
        let (todo, record) = match registration.known {
            _ if self.progress.barred => (enabled, Record::default()),
            // A new client has every test to do; "now" plays no part in that.
            Known::Nothing => (enabled, Record::default()),
            Known::Overlapping(record) => (record.expired(enabled, unix), record),
            Known::Passed(record) => {
                let todo = record.expired(enabled, unix);
                if todo == TestSet::NONE {
                    self.bless_old(around);
                    return self.hand_off(Verdict::PassOld, around);
                }
                (todo, record)
            }
        };
        self.progress = Progress { todo, new: record.is_new(), record, ..std::mem::take(&mut self.progress) };
        self.begin_tests(registration, around);
    }

    fn begin_tests(&mut self, registration: Registration, around: &mut dyn Surroundings) {
        if !self.policy.allowlist_interfaces.contain(self.server.ip()) {
            around.count(Counter::AllowlistVeto);
            let word = if self.policy.respectful_logging { "ALLOWLIST" } else { "WHITELIST" };
            log(around, format!("{word} VETO {}", bracketed(self.client)));
            self.bar(reply::COME_AGAIN, Verdict::Deferred);
        }
        if self.is_screening_full(registration, around) {
            return;
        }
        let tests_before_greeting = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
        if (self.progress.todo & tests_before_greeting).is_empty() {
            self.greeted(&[], around);
        } else {
            self.begin_greet(around);
        }
    }

    /// The limit on clients that are being screened, for those that are going to be.
    fn is_screening_full(&mut self, registration: Registration, around: &mut dyn Surroundings) -> bool {
        let screened = registration.sessions.saturating_sub(registration.in_transit);
        let full = self.policy.pre_queue_limit > 0 && screened >= self.policy.pre_queue_limit;
        if full {
            // Without NOQUEUE and in lower case, as postscreen really writes it.
            let client = bracketed(self.client);
            log(around, format!("reject: connect from {client}: all screening ports busy"));
            around.count(Counter::PreQueueLimit);
            self.turn_away(reply::SCREENING_BUSY, Verdict::ScreeningPortsBusy, around);
        }
        full
    }

    /// The client will not be served, and no test that it passes counts.
    fn bar(&mut self, reject: &'static str, verdict: Verdict) {
        self.progress.barred = true;
        if !matches!(self.progress.forward, Forward::No { .. }) {
            self.progress.forward = Forward::No { reject: reject.to_owned(), verdict };
        }
    }

    fn begin_greet(&mut self, around: &mut dyn Surroundings) {
        let since = around.now().instant;
        self.enter(Phase::Greeting(Greet {
            since,
            scored: false,
            early: Vec::new(),
            ended: false,
            asked_reason: false,
            voucher: None,
        }));
        self.timers.set(Timer::GreetWait, since.after(self.policy.greet_wait.duration(self.stressed)));
        if self.progress.todo.contains(Test::Pregreet) && around.teases() {
            around.emit(Output::Teaser(self.policy.teaser().to_vec()));
        }
        // Where there are no lists but those on trial, they are asked about whoever waits for its turn.
        let only_trials = self.policy.dnsbl_sites.is_empty() && !self.policy.zones().is_empty();
        let asks = only_trials || self.progress.todo.contains(Test::Dnsbl);
        if asks && around.ask_lists(self.client_address()) {
            self.lists_have_decided(around.now());
        }
        if let Some(voucher) = around.ask_senders(self.client_address()) {
            self.is_vouched_for(voucher, around.now());
        }
    }

    /// Bytes before the verdict. Only the first arrival counts, and only while the pregreet test runs; a client that
    /// passed it earlier may talk when it likes, within reason.
    pub(super) fn talked_early(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        let Phase::Greeting(greet) = &mut self.phase else { return };
        let room = EARLY_MAX.saturating_sub(greet.early.len());
        let too_much = bytes.len() > room;
        greet.early.extend(bytes.iter().take(room));
        self.test_early_talk(bytes, around);
        if too_much {
            self.talked_too_much(around);
        }
    }

    fn test_early_talk(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        let Phase::Greeting(greet) = &self.phase else { return };
        let undecided = !(self.progress.done | self.progress.fail).contains(Test::Pregreet);
        if bytes.is_empty() || !self.progress.todo.contains(Test::Pregreet) || !undecided {
            return;
        }
        let peeked = bytes.get(..PEEK_MAX).unwrap_or(bytes);
        let now = around.now().instant;
        let waited = now.since(greet.since);
        around.count(Counter::Pregreet);
        let (after, client) = (elapsed(waited), bracketed(self.client));
        let (len, talk) = (peeked.len(), escape(peeked));
        log(around, format!("PREGREET {len} after {after} from {client}: {talk}"));
        self.note(|notes| notes.offended(Test::Pregreet, format!("{len} after {after}: {talk}")));
        self.progress.fail |= Test::Pregreet.into();
        self.tell_test_on_trial(Test::Pregreet, around);
        match self.policy.action(Test::Pregreet) {
            Action::Drop => return self.turn_away(reply::PROTOCOL_ERROR, Verdict::Pregreet, around),
            Action::Enforce => self.reject_with(reply::PROTOCOL_ERROR_RCPT.to_owned(), Verdict::Pregreet),
            Action::Ignore => {}
        }
        self.progress.done |= Test::Pregreet.into();
        // Postfix: the rest of the wait is counted in whole seconds.
        let wait = self.policy.greet_wait.duration(self.stressed);
        let rest = wait.saturating_sub(Duration::from_secs(waited.as_secs()));
        self.timers.set(Timer::GreetWait, now.after(rest));
        self.end_greet_if_done(around);
    }

    /// Who is to be refused, or is decided about by what is known, need not be waited for. Of all others it is not
    /// known whether they are on a list, and nobody gets past the lists by sending much.
    fn talked_too_much(&mut self, around: &mut dyn Surroundings) {
        if !matches!(self.phase, Phase::Greeting(_)) {
            return;
        }
        let refused = matches!(self.progress.forward, Forward::No { .. });
        let lists_done =
            !self.progress.todo.contains(Test::Dnsbl) || self.progress.done.contains(Test::Dnsbl);
        if refused || lists_done {
            return self.greet_wait_over(around);
        }
        let client = bracketed(self.client);
        log(around, format!("NOQUEUE: reject: CONNECT from {client}: too much before the greeting"));
        around.count(Counter::EarlyTalkLimit);
        self.turn_away(reply::TOO_MUCH_EARLY_TALK, Verdict::EarlyTalkLimit, around);
    }

    /// An early talker that has ended its half still gets its replies, if it is to get any.
    pub(super) fn ends_while_refused(&mut self) -> bool {
        let refused = matches!(self.progress.forward, Forward::No { .. });
        match &mut self.phase {
            Phase::Greeting(greet) if refused && !greet.early.is_empty() => {
                greet.ended = true;
                true
            }
            _ => false,
        }
    }
}
