//! Who needs no test: the permanent access list, then what is known of the client.

use super::{Forward, Progress, Session, Standing, Surroundings, bracketed, count, log};
use crate::access::{Decision, decide};
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Record, Test, TestSet};
use crate::registry::Known;
use crate::reply;
use crate::verdict::Verdict;

impl Session {
    pub(super) fn admit(&mut self, standing: Standing, around: &mut dyn Surroundings) {
        let respectful = self.policy.respectful_logging;
        let client = bracketed(self.client);
        match decide(&self.policy.access_list, &self.policy.mynetworks, self.client_address()) {
            Decision::Permit => {
                count(around, Counter::Allowlisted);
                log(around, format!("{} {client}", if respectful { "ALLOWLISTED" } else { "WHITELISTED" }));
                return self.hand_off(Verdict::Allowlisted, around);
            }
            Decision::Reject => {
                count(around, Counter::Denylisted);
                log(around, format!("{} {client}", if respectful { "DENYLISTED" } else { "BLACKLISTED" }));
                match self.policy.denylist_action {
                    Action::Drop => return self.turn_away(reply::DENYLISTED, Verdict::Denylisted, around),
                    Action::Enforce => self.bar(reply::DENYLISTED_RCPT, Verdict::Denylisted),
                    Action::Ignore => {}
                }
            }
            Decision::Undecided => {}
        }
        self.choose_tests(standing, around);
    }

    /// Which tests are to be done: nothing counts of a client that is barred, and what its other sessions have passed
    /// counts at once.
    fn choose_tests(&mut self, standing: Standing, around: &mut dyn Surroundings) {
        let enabled = self.policy.enabled_tests();
        let unix = around.now().unix;
        let (todo, record) = match standing.known {
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
        self.begin_tests(standing, around);
    }

    fn begin_tests(&mut self, standing: Standing, around: &mut dyn Surroundings) {
        if !self.policy.allowlist_interfaces.contain(self.server.ip()) {
            count(around, Counter::AllowlistVeto);
            let word = if self.policy.respectful_logging { "ALLOWLIST" } else { "WHITELIST" };
            log(around, format!("{word} VETO {}", bracketed(self.client)));
            self.bar(reply::COME_AGAIN, Verdict::Deferred);
        }
        if self.is_screening_full(standing, around) {
            return;
        }
        let tests_before_greeting = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
        if (self.progress.todo & tests_before_greeting).is_empty() {
            self.greeted(&[], around);
        } else {
            self.begin_greet(around);
        }
    }

    /// The client will not be served, and no test that it passes counts.
    fn bar(&mut self, reject: &'static str, verdict: Verdict) {
        self.progress.barred = true;
        if !matches!(self.progress.forward, Forward::No { .. }) {
            self.progress.forward = Forward::No { reject: reject.to_owned(), verdict };
        }
    }
}
