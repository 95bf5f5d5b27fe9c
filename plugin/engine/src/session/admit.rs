//! Accept: the permanent access list, then the client's record.

use super::{Phase, Progress, Session, bracketed};
use crate::access::{Decision, decide};
use crate::io::Output;
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Record, TestSet};
use crate::reply;
use crate::time::Now;
use crate::timer::{RECALL_WAIT, Timer};
use crate::verdict::Verdict;

impl Session {
    pub(super) fn admit(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Admitting) {
            return;
        }
        self.count(Counter::Connect);
        self.log(format!("CONNECT from {} to {}", bracketed(self.client), bracketed(self.server)));
        match decide(&self.policy.access_list, &self.policy.mynetworks, self.client_address()) {
            Decision::Permit => {
                self.count(Counter::Allowlisted);
                self.log(format!("ALLOWLISTED {}", bracketed(self.client)));
                self.hand_off(Verdict::Allowlisted);
            }
            Decision::Reject => {
                self.count(Counter::Denylisted);
                self.log(format!("DENYLISTED {}", bracketed(self.client)));
                match self.policy.denylist_action {
                    Action::Drop => self.refuse(reply::DENYLISTED.to_owned(), Verdict::Denylisted),
                    Action::Ignore => self.recall(now),
                }
            }
            Decision::Undecided => self.recall(now),
        }
    }

    /// Asks the table about the client.
    fn recall(&mut self, now: Now) {
        self.phase = Phase::Recalling { since: now.instant, early: Vec::new() };
        self.timers.set(Timer::Recall, now.instant.after(RECALL_WAIT));
        self.outputs.push(Output::Recall(self.client_address()));
    }

    /// The table's answer, or its silence: which tests are to be done?
    pub(super) fn recalled(&mut self, record: Option<Record>, now: Now) {
        let Phase::Recalling { early, .. } = &mut self.phase else { return };
        let early = std::mem::take(early);
        self.timers.stop(Timer::Recall);

        let enabled = self.policy.enabled_tests();
        let known = record.is_some();
        let record = record.unwrap_or_default();
        // A new client has every test to do; "now" plays no part in that.
        let todo = if known { record.expired(enabled, now.unix) } else { enabled };
        self.progress = Progress { todo, new: record.is_new(), record, ..Progress::default() };

        if todo == TestSet::NONE {
            if known {
                self.bless_old();
            }
            return self.hand_off(if known { Verdict::PassOld } else { Verdict::Pass });
        }
        self.begin_greet(now);
        if !early.is_empty() {
            self.client_talked(&early, now);
        }
    }
}
