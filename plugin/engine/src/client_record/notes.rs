//! What a session notes for its client's record.

use super::{
    ClientRecord, KnownFacts, KnownFrom, LATE_MAX, Late, Left, ListFacts, ListRecord, REPLY_KEPT_MAX,
    ReasonRecord, Reference, Said, Sessions, TestRecord, TestResult, VERSION, VoucherRecord, Wanted,
};
use crate::access::Decision;
use crate::line::printable;
use crate::policy::{Action, Policy};
use crate::record::{Record, Test, TestSet};
use crate::registry::Known;
use crate::senders::Voucher;
use crate::session::Registration;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use std::net::SocketAddr;
use std::time::Duration;

/// Notes about one client.
#[derive(Debug)]
pub(crate) struct Notes {
    came: Now,
    reference: Reference,
    /// Who it is, once that is known.
    endpoints: Option<(SocketAddr, SocketAddr)>,
    registration: Option<Registration>,
    access: Option<Decision>,
    /// Whether its tests were chosen.
    tested: bool,
    said: Said,
    voucher: Option<VoucherRecord>,
    /// What it did wrong.
    evidence: Vec<(Test, String)>,
    score: Option<i32>,
    /// What the lists had to do with it, once they have no more to do with it.
    lists: Option<Vec<ListRecord>>,
    list_in_doubt: bool,
    reason: Option<ReasonRecord>,
    reply: Option<String>,
    left: Vec<Left>,
    late: Vec<Late>,
}

/// What only the end of a session knows.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub policy: &'a Policy,
    pub verdict: Verdict,
    pub served: bool,
    pub stressed: bool,
    pub todo: TestSet,
    pub pass: TestSet,
    pub fail: TestSet,
    pub now: Now,
}

impl Notes {
    pub fn new(reference: Reference, came: Now) -> Self {
        Self {
            came,
            reference,
            endpoints: None,
            registration: None,
            access: None,
            tested: false,
            said: Said::default(),
            voucher: None,
            evidence: Vec::new(),
            score: None,
            lists: None,
            list_in_doubt: false,
            reason: None,
            reply: None,
            left: Vec::new(),
            late: Vec::new(),
        }
    }

    pub fn reference(&self) -> Reference {
        self.reference
    }

    /// It is known now who the client is: its time begins.
    pub fn arrived(&mut self, client: SocketAddr, server: SocketAddr, now: Now) {
        self.came = now;
        self.late.clear();
        self.endpoints = Some((client, server));
    }

    pub fn registered(&mut self, registration: Registration) {
        self.registration = Some(registration);
    }

    pub fn decided(&mut self, decision: Decision) {
        self.access = Some(decision);
    }

    pub fn tests_chosen(&mut self) {
        self.tested = true;
    }

    pub fn heard(&mut self, bytes: &[u8], early: bool, now: Now) {
        self.said.hear(self.millis(now), early, bytes);
    }

    pub fn vouched(&mut self, voucher: &Voucher, now: Now) {
        let Voucher { sender, ttl } = voucher;
        self.voucher = Some(VoucherRecord { sender: sender.to_string(), at: self.millis(now), ttl: *ttl });
    }

    pub fn scored(&mut self, total: i32) {
        self.score = Some(total);
    }

    /// The client failed a test, whatever that leads to.
    pub fn offended(&mut self, test: Test, evidence: String) {
        self.evidence.push((test, evidence));
    }

    /// A reply that was sent: the last refusal counts.
    pub fn told(&mut self, reply: &[u8]) {
        if let [b'4' | b'5', ..] = reply {
            self.reply = Some(printable(reply.trim_ascii_end(), REPLY_KEPT_MAX));
        }
    }

    /// The lists have no more to do with it.
    pub fn lists_over(&mut self, facts: impl FnOnce() -> Vec<ListFacts>, policy: &Policy) {
        let came = self.came.instant;
        let records =
            || facts().into_iter().filter_map(|facts| ListRecord::of(facts, policy, came)).collect();
        self.lists.get_or_insert_with(records);
    }

    pub fn in_doubt(&mut self) {
        self.list_in_doubt = true;
    }

    pub fn reason_asked(&mut self, now: Now) {
        let asked_at = self.millis(now);
        self.reason.get_or_insert(ReasonRecord { asked_at, answered_at: None, text: None });
    }

    pub fn reason_heard(&mut self, now: Now) {
        let at = self.millis(now);
        if let Some(reason) = &mut self.reason {
            reason.answered_at.get_or_insert(at);
        }
    }

    pub fn reason_read(&mut self, text: Option<String>) {
        if let Some(reason) = &mut self.reason {
            reason.text = text;
        }
    }

    /// What was due at a time is done now, or still is not.
    pub fn is_late(&mut self, due: Instant, now: Now) {
        let (due, at) = (millis(due.since(self.came.instant)), self.millis(now));
        if let Some(late) = self.late.iter_mut().find(|late| late.due == due) {
            late.at = at;
        } else if self.late.len() < LATE_MAX {
            self.late.push(Late { due, at });
        }
    }

    pub fn left(&mut self, early: bool, half: bool, now: Now) {
        // Its half, and then the whole.
        if self.left.len() < 2 {
            self.left.push(Left { at: self.millis(now), early, half });
        }
    }

    /// The record.
    pub fn finish(mut self, ending: &Ending<'_>) -> ClientRecord {
        let milliseconds = self.millis(ending.now);
        let mailboxes = ending.policy.record_mailboxes;
        let said = std::mem::take(&mut self.said).masked(mailboxes);
        // What was done wrong is what was said: it is not to be read here either.
        if !mailboxes || said.had_auth() {
            for (_, evidence) in &mut self.evidence {
                evidence.clear();
            }
        }
        let tests = self.tests(ending);
        let (client, server) = self.endpoints.unzip();
        let registration = self.registration;
        ClientRecord {
            postscreen_record: VERSION,
            reference: self.reference.to_string(),
            time: self.came.unix,
            milliseconds,
            client: client.map(|client| client.ip()),
            client_port: client.map_or(0, |client| client.port()),
            server: server.map(|server| server.ip()),
            server_port: server.map_or(0, |server| server.port()),
            verdict: ending.verdict.label().to_owned(),
            served: ending.served,
            reply: self.reply,
            policy: ending.policy.id().to_string(),
            module: env!("CARGO_PKG_VERSION").to_owned(),
            access: match self.access {
                Some(Decision::Permit) => Some("permit".to_owned()),
                Some(Decision::Reject) => Some("reject".to_owned()),
                Some(Decision::Undecided) | None => None,
            },
            sessions: registration.map(Sessions::of).unwrap_or_default(),
            stressed: ending.stressed,
            known: registration.map(|registration| KnownFacts::of(registration.known)).unwrap_or_default(),
            tests,
            // Senders are asked about when lists are.
            senders: match &self.lists {
                Some(_) => ending.policy.allow_spf.iter().map(ToString::to_string).collect(),
                None => Vec::new(),
            },
            lists: self.lists.unwrap_or_default(),
            list_in_doubt: self.list_in_doubt,
            reason: self.reason,
            score: self.score,
            voucher: self.voucher,
            wanted: Wanted::of(&said),
            said: said.parts(),
            left: self.left,
            late: self.late,
        }
    }

    fn tests(&self, ending: &Ending<'_>) -> Vec<TestRecord> {
        let enabled = if self.tested { ending.policy.enabled_tests() } else { TestSet::NONE };
        let result = |test| {
            let evidence = self.evidence.iter().find(|(failed, _)| *failed == test);
            let listed = test == Test::Dnsbl
                && ending.todo.contains(test)
                && self.score.is_some_and(|score| score >= ending.policy.dnsbl_threshold);
            let result = if ending.fail.contains(test) || ending.verdict == Verdict::Dnsbl && listed {
                TestResult::Failed
            } else if evidence.is_some() || (listed && ending.policy.action(test) == Action::Ignore) {
                TestResult::Ignored
            } else if ending.pass.contains(test) {
                TestResult::Passed
            } else if !enabled.contains(test) {
                return None;
            } else if ending.todo.contains(test) {
                TestResult::Open
            } else {
                TestResult::Known
            };
            let shown = |(_, text): &(Test, String)| text.clone();
            let evidence = evidence.filter(|(_, text)| !text.is_empty()).map(shown);
            let on_trial = ending.policy.is_on_trial(test);
            Some(TestRecord { test: test.as_str().to_owned(), result, on_trial, evidence })
        };
        Test::ALL.into_iter().filter_map(result).collect()
    }

    fn millis(&self, now: Now) -> u64 {
        millis(now.instant.since(self.came.instant))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Sessions {
    fn of(registration: Registration) -> Self {
        let Registration { of_client, sessions, in_transit, .. } = registration;
        Self { of_client, all: sessions, in_transit }
    }
}

impl KnownFacts {
    fn of(known: Known) -> Self {
        match known {
            Known::Nothing => Self::default(),
            Known::Passed(record) => Self::from(KnownFrom::EarlierVisits, record),
            Known::Overlapping(record) => Self::from(KnownFrom::OpenSessions, record),
        }
    }

    fn from(from: KnownFrom, record: Record) -> Self {
        let (lists, spared) = record.givers();
        Self { from, stamps: record.stamps(), lists, spared: spared.bits() }
    }
}
