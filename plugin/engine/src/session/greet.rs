//! The pre-greeting window: pregreet and DNSBL, side by side.
//!
//! The rules of its end are postscreen's. It ends early only when *every* early test to do is done, and the pregreet
//! test is done only by talking early or by the DNS allowlist shortcut. So a polite unknown client waits all of
//! `greet_wait`, however fast the lists answer; one that only the lists must decide about waits just for them.

use super::{Forward, Phase, Session, bracketed, keep_early};
use crate::dnsbl::{Answer, Heard, ReversedName, Score, Tally, reversed};
use crate::io::{DnsFailure, Output};
use crate::line::{Line, elapsed, escape};
use crate::metric::Counter;
use crate::policy::Action;
use crate::record::{Test, TestSet};
use crate::reply;
use crate::time::{Instant, Now};
use crate::timer::Timer;
use crate::verdict::Verdict;
use std::time::Duration;

/// How many early bytes are looked at (and counted in the log): postscreen peeks into the socket once, up to this.
pub const PEEK_MAX: usize = 1_023;

/// How many bytes are kept that arrive before anybody reads them. The dummy SMTP server reads them later; what comes
/// on top is lost.
pub const EARLY_MAX: usize = 16 * 1_024;

#[derive(Debug)]
pub(super) struct Greet {
    since: Instant,
    /// The client in questions to the lists.
    name: ReversedName,
    tally: Tally,
    /// Frozen when all lists have answered, or taken at the end of the wait.
    score: Option<Score>,
    /// What an early talker has said so far.
    early: Vec<u8>,
    /// It will say no more.
    ended: bool,
}

impl Session {
    pub(super) fn begin_greet(&mut self, now: Now) {
        self.phase = Phase::Greeting(Greet {
            since: now.instant,
            name: reversed(self.client_address()),
            tally: Tally::new(self.policy.zones().len()),
            score: None,
            early: Vec::new(),
            ended: false,
        });
        self.begin_screening();
        let wait = self.policy.greet_wait.duration(self.standing.stressed);
        self.timers.set(Timer::GreetWait, now.instant.after(wait));
        if self.progress.todo.contains(Test::Pregreet) {
            self.outputs.push(Output::Teaser(self.policy.teaser().to_vec()));
        }
        if self.progress.todo.contains(Test::Dnsbl) {
            self.ask_lists();
        }
    }

    fn ask_lists(&mut self) {
        let Phase::Greeting(greet) = &self.phase else { return };
        let timeout = self.policy.dnsbl_timeout.duration();
        for (index, zone) in (0_u16..).zip(self.policy.zones()) {
            if let Some(message) = zone.question(&greet.name) {
                self.outputs.push(Output::Count(Counter::DnsQuestion));
                self.outputs.push(Output::AskDns { question: index, message, timeout });
            }
        }
    }

    /// Bytes before the verdict. Only the first arrival counts, and only while the pregreet test runs; a client that
    /// passed it earlier may talk when it likes.
    pub(super) fn talked_early(&mut self, bytes: &[u8], now: Now) {
        let Phase::Greeting(greet) = &mut self.phase else { return };
        keep_early(&mut greet.early, bytes);
        let undecided = !(self.progress.done | self.progress.fail).contains(Test::Pregreet);
        if bytes.is_empty() || !self.progress.todo.contains(Test::Pregreet) || !undecided {
            return;
        }
        let peeked = bytes.get(..PEEK_MAX).unwrap_or(bytes);
        let waited = now.instant.since(greet.since);
        self.count(Counter::Pregreet);
        self.log(format!(
            "PREGREET {} after {} from {}: {}",
            peeked.len(),
            elapsed(waited),
            bracketed(self.client),
            escape(peeked)
        ));
        self.progress.fail |= Test::Pregreet.into();
        match self.policy.greet_action {
            Action::Drop => return self.turn_away(reply::PROTOCOL_ERROR, Verdict::Pregreet, now),
            Action::Enforce => self.reject_with(reply::PROTOCOL_ERROR_RCPT.to_owned(), Verdict::Pregreet),
            Action::Ignore => {}
        }
        self.progress.done |= Test::Pregreet.into();
        // Postfix: the rest of the wait is counted in whole seconds.
        let wait = self.policy.greet_wait.duration(self.standing.stressed);
        let rest = wait.saturating_sub(Duration::from_secs(waited.as_secs()));
        self.timers.set(Timer::GreetWait, now.instant.after(rest));
        self.end_greet_if_done(now);
    }

    pub(super) fn list_answered(&mut self, index: u16, answer: Result<&[u8], DnsFailure>, now: Now) {
        let client = self.client_address();
        let policy = self.policy.clone();
        let Phase::Greeting(greet) = &mut self.phase else { return };
        if !self.progress.todo.contains(Test::Dnsbl) {
            return;
        }
        let Some(zone) = policy.zones().get(usize::from(index)) else { return };
        let heard = greet.tally.hear(&greet.name, usize::from(index), zone, answer);
        let complete = greet.tally.is_complete();
        let list = &zone.public_name;
        match heard {
            Heard::Ignored => return,
            Heard::Unlisted => {}
            Heard::Listed(answer) => self.log_listing(list.as_str(), &answer),
            Heard::TimedOut => {
                self.count(Counter::DnsTimeout);
                let text = format!("dnsblog reply timeout {}s for {list}", policy.dnsbl_timeout.as_secs());
                self.outputs.push(Output::Log(Line::list_trouble(index, &text)));
            }
            Heard::Trouble(trouble) => {
                self.count(Counter::DnsError);
                let resolver = &policy.resolver.cluster;
                let text = format!(
                    "dnsblog_query: lookup error for {client} at {list} by resolver {resolver}: {trouble}"
                );
                self.outputs.push(Output::Log(Line::list_trouble(index, &text)));
            }
        }
        if complete {
            self.take_score(now);
            self.progress.done |= Test::Dnsbl.into();
            self.end_greet_if_done(now);
        }
    }

    fn log_listing(&mut self, list: &str, answer: &Answer) {
        self.count(Counter::DnsListed);
        let client = self.client_address();
        for address in &answer.addresses {
            self.log(format!("addr {client} listed by domain {list} as {address}"));
        }
    }

    fn end_greet_if_done(&mut self, now: Now) {
        let early = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
        if self.progress.done.contains_all(self.progress.todo & early) {
            self.greet_wait_over(now);
        }
    }

    /// The verdict of the early tests (postscreen's `psc_early_event` for `EVENT_TIME`).
    pub(super) fn greet_wait_over(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Greeting(_)) {
            return;
        }
        let decided = self.progress.done | self.progress.fail;
        if self.progress.todo.contains(Test::Pregreet) && !decided.contains(Test::Pregreet) {
            self.progress.pass |= Test::Pregreet.into();
            let expiry = now.unix.saturating_add(self.policy.greet_ttl.as_secs());
            self.stamp(Test::Pregreet, expiry);
        }
        if self.policy.greet_action == Action::Ignore {
            self.progress.fail = self.progress.fail.without(Test::Pregreet.into());
        }
        if self.progress.todo.contains(Test::Dnsbl) {
            let Some(score) = self.take_score(now) else { return };
            if score.total < self.policy.dnsbl_threshold {
                self.progress.pass |= Test::Dnsbl.into();
                self.stamp(Test::Dnsbl, now.unix.saturating_add(score.ttl));
            } else {
                self.blocked(score, now);
            }
        }
        self.share();
        if let Phase::Greeting(greet) = &mut self.phase {
            let (early, ended) = (std::mem::take(&mut greet.early), greet.ended);
            self.greeted(&early, now);
            if ended {
                self.client_ended(now);
            }
        }
    }

    /// Logs and counts a score at or above the threshold, and does what is to be done about it.
    fn blocked(&mut self, score: Score, now: Now) {
        self.count(Counter::DnsblBlocked);
        self.log(format!("DNSBL rank {} for {}", score.total, bracketed(self.client)));
        let zone = score.heaviest_zone.and_then(|index| self.policy.zones().get(index));
        let list = zone.map_or("", |zone| zone.public_name.as_str()).to_owned();
        match self.policy.dnsbl_action {
            Action::Ignore => {}
            Action::Enforce => {
                self.progress.fail |= Test::Dnsbl.into();
                let reject = reply::blocked_using_rcpt(self.client_address(), &list);
                self.reject_with(reject, Verdict::Dnsbl);
            }
            Action::Drop => {
                let text = reply::blocked_using(self.client_address(), &list);
                self.turn_away(&text, Verdict::Dnsbl, now);
            }
        }
    }

    /// The score, taken once: when all lists have answered, or at the end of the wait from those that have.
    ///
    /// A score at or below the allowlist threshold passes all other tests too (postscreen's `psc_allowlist_non_dnsbl`).
    fn take_score(&mut self, now: Now) -> Option<Score> {
        let Phase::Greeting(greet) = &mut self.phase else { return None };
        if let Some(score) = greet.score {
            return Some(score);
        }
        let score = greet.tally.score(&self.policy);
        greet.score = Some(score);

        let good = self.policy.allowlist_threshold().is_some_and(|threshold| score.total <= threshold.get());
        if good && score.total < self.policy.dnsbl_threshold && !self.progress.any_failure() {
            let others = Test::ALL.into_iter().filter(|&test| test != Test::Dnsbl);
            for test in others {
                if self.progress.todo.contains(test) {
                    self.progress.pass |= test.into();
                }
                // Also for tests that are disabled today: who turns one on later need not test this client.
                self.progress.record.extend_expiry(test, now.unix.saturating_add(score.ttl));
                self.progress.unshared |= test.into();
            }
            self.progress.done |= Test::Pregreet.into();
        }
        Some(score)
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

    /// When the wait before the greeting began.
    pub(super) fn greet_began(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Greeting(greet) => Some(greet.since),
            Phase::Joining(early) | Phase::Recalling(early) => Some(early.since),
            _ => None,
        }
    }
}
