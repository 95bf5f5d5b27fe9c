//! What a session notes for its client's record.

use super::{
    ClientRecord, KnownFacts, KnownFrom, Left, ListFacts, ListRecord, REPLY_KEPT_MAX, Reference, Said,
    Sessions, TestRecord, TestResult, VERSION, VoucherRecord, Wanted,
};
use crate::access::Decision;
use crate::line::printable;
use crate::policy::{Action, Policy};
use crate::record::{Test, TestSet};
use crate::registry::Known;
use crate::senders::Voucher;
use crate::session::Registration;
use crate::time::Now;
use crate::verdict::Verdict;
use std::net::SocketAddr;

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
    reply: Option<String>,
    left: Vec<Left>,
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
    pub lists: Vec<ListFacts>,
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
            reply: None,
            left: Vec::new(),
        }
    }

    pub fn reference(&self) -> Reference {
        self.reference
    }

    /// It is known now who the client is: its time begins.
    pub fn arrived(&mut self, client: SocketAddr, server: SocketAddr, now: Now) {
        self.came = now;
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

    pub fn left(&mut self, half: bool, now: Now) {
        // Its half, and then the whole.
        if self.left.len() < 2 {
            self.left.push(Left { at: self.millis(now), half });
        }
    }

    /// The record.
    pub fn finish(self, ending: Ending<'_>) -> ClientRecord {
        let milliseconds = self.millis(ending.now);
        let mailboxes = ending.policy.record_mailboxes;
        let tests = self.tests(&ending);
        let (client, server) = self.endpoints.unzip();
        let said = self.said.masked(mailboxes);
        let lists = ending
            .lists
            .into_iter()
            .filter_map(|list| ListRecord::of(list, ending.policy, self.came.instant));
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
            lists: lists.collect(),
            score: self.score,
            voucher: self.voucher,
            wanted: Wanted::of(&said),
            said: said.parts(),
            left: self.left,
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
            } else if evidence.is_some() || (listed && ending.policy.dnsbl_action == Action::Ignore) {
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
            let evidence = evidence.filter(|_| ending.policy.record_mailboxes).map(shown);
            Some(TestRecord { test: test.as_str().to_owned(), result, evidence })
        };
        Test::ALL.into_iter().filter_map(result).collect()
    }

    fn millis(&self, now: Now) -> u64 {
        u64::try_from(now.instant.since(self.came.instant).as_millis()).unwrap_or(u64::MAX)
    }
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
            Known::Passed(record) => Self { from: KnownFrom::EarlierVisits, stamps: record.stamps() },
            Known::Overlapping(record) => Self { from: KnownFrom::OpenSessions, stamps: record.stamps() },
        }
    }
}
