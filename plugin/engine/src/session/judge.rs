//! The verdict of the tests before the greeting: what the lists say, who vouches for the client, and the end of the
//! wait.

use super::screen::REASON_WAIT;
use super::{Phase, Session, Surroundings, bracketed, log};
use crate::client_record::Notes;
use crate::dnsbl::{Rank, Score};
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Test, TestSet};
use crate::reply;
use crate::senders::Voucher;
use crate::time::Timer;
use crate::verdict::Verdict;

impl Session {
    /// The lists have decided, or somebody vouches for the client.
    pub(super) fn lists_decided(&mut self, around: &mut dyn Surroundings) {
        if !matches!(self.phase, Phase::Greeting(_)) {
            return;
        }
        let can_block = self.progress.todo.contains(Test::Dnsbl) && around.lists_can_block(self.client.ip());
        if self.is_served_as_sender(can_block, around) {
            return self.leave_greeting(around);
        }
        // Where the reason for a refusal is waited for, nothing is left to decide.
        if self.timers.runs(Timer::Reason) || !around.lists_decide(self.client_address()) {
            return;
        }
        let score = self.take_score(around);
        let refuses = Rank::of(score.total, &self.policy) == Rank::Blocked
            && self.policy.action(Test::Dnsbl) != Action::Ignore;
        if refuses && around.lists_are_in_doubt(self.client_address()) {
            // Until the check is over, or the wait.
            self.note(Notes::in_doubt);
            return;
        }
        self.progress.done |= Test::Dnsbl.into();
        if refuses && self.policy.dnsbl_early_verdict_enable {
            // It has not waited for its turn, and so has not passed that test. Nothing depends on it any more.
            return self.refuse_listed(score, around);
        }
        self.end_greet_if_done(around);
    }

    pub(super) fn end_greet_if_done(&mut self, around: &mut dyn Surroundings) {
        let early = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
        if self.progress.done.contains_all(self.progress.todo & early) {
            self.greet_wait_over(around);
        }
    }

    /// The verdict of the early tests (postscreen's `psc_early_event` for `EVENT_TIME`).
    pub(super) fn greet_wait_over(&mut self, around: &mut dyn Surroundings) {
        if !matches!(self.phase, Phase::Greeting(_)) {
            return;
        }
        let unix = around.now().unix;
        let decided = self.progress.done | self.progress.fail;
        if self.progress.todo.contains(Test::Pregreet) && !decided.contains(Test::Pregreet) {
            self.progress.pass |= Test::Pregreet.into();
            self.stamp(Test::Pregreet, unix.saturating_add(self.policy.greet_ttl.as_secs()));
        }
        let talked_early = self.progress.fail.contains(Test::Pregreet);
        if self.policy.action(Test::Pregreet) == Action::Ignore {
            self.progress.fail = self.progress.fail.without(Test::Pregreet.into());
        }
        if self.progress.todo.contains(Test::Dnsbl) {
            let score = self.take_score(around);
            let blocks = score.total >= self.policy.dnsbl_threshold;
            // No sender vouches for a client that talks before its turn, even where that is ignored.
            if !talked_early && self.is_served_as_sender(blocks, around) {
                return self.leave_greeting(around);
            }
            if score.total < self.policy.dnsbl_threshold {
                self.progress.pass |= Test::Dnsbl.into();
                self.stamp(Test::Dnsbl, unix.saturating_add(score.ttl));
            } else if self.policy.action(Test::Dnsbl) == Action::Ignore {
                self.log_blocked(score, around);
                self.tell_test_on_trial(Test::Dnsbl, around);
            } else {
                return self.refuse_listed(score, around);
            }
        }
        self.leave_greeting(around);
    }

    fn leave_greeting(&mut self, around: &mut dyn Surroundings) {
        self.tell_lists_on_trial(around);
        if let Phase::Greeting(greet) = &mut self.phase {
            let (early, ended) = (std::mem::take(&mut greet.early), greet.ended);
            self.greeted(&early, around);
            if ended {
                self.client_ended(around);
            }
        }
    }

    fn log_blocked(&self, score: Score, around: &mut dyn Surroundings) {
        around.count(Counter::DnsblBlocked);
        log(around, format!("DNSBL rank {} for {}", score.total, bracketed(self.client)));
    }

    /// Refuses a client whose score is at or above the threshold, with the list's reason if that is wanted and comes
    /// soon.
    fn refuse_listed(&mut self, score: Score, around: &mut dyn Surroundings) {
        let Phase::Greeting(greet) = &mut self.phase else { return };
        let client = self.client.ip();
        let list = score.heaviest_zone.filter(|_| self.policy.dnsbl_reason_enable);
        if let Some(list) = list.filter(|_| !std::mem::replace(&mut greet.asked_reason, true))
            && around.ask_reason(client, list)
        {
            self.progress.done |= TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
            self.note(|notes| notes.reason_asked(around.now()));
            self.timers.stop_all();
            self.timers.set(Timer::Reason, around.now().instant.after(REASON_WAIT));
            return;
        }
        self.log_blocked(score, around);
        let zone = score.heaviest_zone.and_then(|index| self.policy.zones().get(index));
        let name = zone.map_or("", |zone| zone.public_name.as_str()).to_owned();
        let reason = list.and_then(|list| around.reason(client, list));
        if self.policy.action(Test::Dnsbl) == Action::Drop {
            self.tell_lists_on_trial(around);
            let text = reply::blocked_using(client, &name, reason.as_deref());
            return self.turn_away(&text, Verdict::Dnsbl, around);
        }
        self.progress.fail |= Test::Dnsbl.into();
        self.reject_with(reply::blocked_using_rcpt(client, &name, reason.as_deref()), Verdict::Dnsbl);
        self.leave_greeting(around);
    }

    /// The list's reason is there, or will not come.
    pub(super) fn reason_waited_for(&mut self, around: &mut dyn Surroundings) {
        let Phase::Greeting(greet) = &self.phase else { return };
        let since = greet.since;
        let score = self.take_score(around);
        if let Some(notes) = &mut self.notes {
            let reason = score.heaviest_zone.and_then(|list| around.reason(self.client.ip(), list));
            notes.reason_read(reason);
        }
        if score.total >= self.policy.dnsbl_threshold {
            return self.refuse_listed(score, around);
        }
        // The list was muted meanwhile: nothing is said against the client, which waits for its turn as others do.
        self.progress.done = self.progress.done.without(Test::Pregreet.into());
        self.timers.set(Timer::GreetWait, since.after(self.policy.greet_wait.duration(self.stressed)));
    }

    /// The score of the lists that have answered.
    ///
    /// A score at or below the allowlist threshold passes all other tests too (postscreen's `psc_allowlist_non_dnsbl`).
    fn take_score(&mut self, around: &mut dyn Surroundings) -> Score {
        let score = around.score(self.client_address());
        self.note(|notes| notes.scored(score.total));
        let Phase::Greeting(greet) = &mut self.phase else { return score };
        let first = !std::mem::replace(&mut greet.scored, true);
        let good = Rank::of(score.total, &self.policy) == Rank::Allowlisted;
        if first && good && !self.progress.any_failure() {
            self.spare_other_tests(around.now().unix.saturating_add(score.ttl));
        }
        score
    }

    /// Whether a sender vouches for the client, and nothing is said against it; `blocks`: the lists say something, or
    /// still may. If so, it has passed all tests.
    fn is_served_as_sender(&mut self, blocks: bool, around: &mut dyn Surroundings) -> bool {
        let Phase::Greeting(greet) = &mut self.phase else { return false };
        if self.progress.any_failure() || (blocks && !self.policy.allow_spf_listed) {
            return false;
        }
        let Some(Voucher { sender, ttl }) = greet.voucher.take() else { return false };
        around.count(Counter::SpfPass);
        log(around, format!("SPF PASS {sender} for {}", bracketed(self.client)));
        let (min, max) = (self.policy.dnsbl_min_ttl.as_secs(), self.policy.dnsbl_max_ttl.as_secs());
        // As with the lists: raise, then cap.
        let until = around.now().unix.saturating_add(u64::from(ttl).max(min).min(max));
        if self.progress.todo.contains(Test::Dnsbl) {
            self.progress.pass |= Test::Dnsbl.into();
            self.stamp(Test::Dnsbl, until);
        }
        self.spare_other_tests(until);
        true
    }

    /// The client is so good that no test but that of the lists is needed, until `unix`.
    fn spare_other_tests(&mut self, unix: u64) {
        for test in Test::ALL.into_iter().filter(|&test| test != Test::Dnsbl) {
            if self.progress.todo.contains(test) {
                self.progress.pass |= test.into();
            }
            // Also for tests that are disabled today: who turns one on later need not test this client.
            self.progress.record.spare(test, unix);
            self.progress.unshared |= test.into();
        }
        self.progress.record.set_lists(self.policy.lists_id());
        self.progress.done |= Test::Pregreet.into();
    }
}
