//! Who needs no test: the permanent access list, then the client's record.

use super::{Early, Forward, Phase, Progress, Session, bracketed};
use crate::access::{Decision, decide};
use crate::io::{Output, Standing};
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Record, Test, TestSet};
use crate::reply;
use crate::time::Now;
use crate::timer::{TABLE_WAIT, Timer};
use crate::verdict::Verdict;

impl Session {
    pub(super) fn admit(&mut self, standing: Standing, now: Now) {
        self.standing = standing;
        let respectful = self.policy.respectful_logging;
        let client = bracketed(self.client);
        match decide(&self.policy.access_list, &self.policy.mynetworks, self.client_address()) {
            Decision::Permit => {
                self.count(Counter::Allowlisted);
                self.log(format!("{} {client}", if respectful { "ALLOWLISTED" } else { "WHITELISTED" }));
                return self.hand_off(Verdict::Allowlisted);
            }
            Decision::Reject => {
                self.count(Counter::Denylisted);
                self.log(format!("{} {client}", if respectful { "DENYLISTED" } else { "BLACKLISTED" }));
                match self.policy.denylist_action {
                    Action::Drop => return self.turn_away(reply::DENYLISTED, Verdict::Denylisted, now),
                    Action::Enforce => self.bar(reply::DENYLISTED_RCPT, Verdict::Denylisted),
                    Action::Ignore => {}
                }
            }
            Decision::Undecided => {}
        }
        self.look_up(now);
    }

    /// What is known of the client: nothing counts of one that is barred; what its other sessions have passed counts
    /// at once; only then its record is asked for.
    fn look_up(&mut self, now: Now) {
        let enabled = self.policy.enabled_tests();
        if self.progress.barred {
            return self.plan(enabled, Record::default(), now);
        }
        if let Some(record) = self.standing.shared {
            return self.plan(record.expired(enabled, now.unix), record, now);
        }
        if let Some(early) = self.take_early(now) {
            self.phase = Phase::Recalling(early);
            self.timers.set(Timer::Table, now.instant.after(TABLE_WAIT));
            self.outputs.push(Output::Recall(self.client_address()));
        }
    }

    /// The table's answer, or its silence: which tests are to be done?
    pub(super) fn recalled(&mut self, record: Option<Record>, now: Now) {
        if !matches!(self.phase, Phase::Recalling(_)) {
            return;
        }
        self.timers.stop(Timer::Table);
        let enabled = self.policy.enabled_tests();
        let retention = self.policy.cache_retention_time.as_secs();
        match record.filter(|record| !record.is_outdated(enabled, now.unix, retention)) {
            // A new client has every test to do; "now" plays no part in that.
            None => self.plan(enabled, Record::default(), now),
            Some(record) => {
                let todo = record.expired(enabled, now.unix);
                if todo == TestSet::NONE {
                    self.bless_old();
                    self.outputs.push(Output::Share(self.client_address(), record, TestSet::NONE));
                    return self.hand_off(Verdict::PassOld);
                }
                self.plan(todo, record, now);
            }
        }
    }

    /// Begins the tests that are to be done.
    fn plan(&mut self, todo: TestSet, record: Record, now: Now) {
        let Some(early) = self.take_early(now) else { return };
        self.progress = Progress { todo, new: record.is_new(), record, ..std::mem::take(&mut self.progress) };
        if record != Record::default() {
            self.outputs.push(Output::Share(self.client_address(), record, TestSet::NONE));
        }
        if !self.policy.allowlist_interfaces.contain(self.server.ip()) {
            self.count(Counter::AllowlistVeto);
            let word = if self.policy.respectful_logging { "ALLOWLIST" } else { "WHITELIST" };
            self.log(format!("{word} VETO {}", bracketed(self.client)));
            self.bar(reply::COME_AGAIN, Verdict::Deferred);
        }
        if self.is_screening_full(self.standing, now) {
            return;
        }
        let tests_before_greeting = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
        if (todo & tests_before_greeting).is_empty() {
            self.greeted(&early.bytes, now);
        } else {
            self.begin_greet(now);
            if !early.bytes.is_empty() {
                self.talked_early(&early.bytes, now);
            }
        }
    }

    /// The client will not be served, and no test that it passes counts.
    fn bar(&mut self, reject: &'static str, verdict: Verdict) {
        self.progress.barred = true;
        if !matches!(self.progress.forward, Forward::No { .. }) {
            self.progress.forward = Forward::No { reject: reject.to_owned(), verdict };
        }
    }

    /// What has arrived before the tests; `None` when it is too late to ask.
    fn take_early(&mut self, now: Now) -> Option<Early> {
        match &mut self.phase {
            Phase::Joining(early) | Phase::Recalling(early) => {
                let nothing = Early { since: now.instant, bytes: Vec::new() };
                Some(std::mem::replace(early, nothing))
            }
            _ => None,
        }
    }
}
