//! The pre-greeting window: pregreet and DNSBL, side by side.
//!
//! The rules of its end are postscreen's. It ends early only when *every* early test to do is done, and the pregreet
//! test is done only by talking early or by the DNS allowlist shortcut. So a polite unknown client waits all of
//! `greet_wait`, however fast the lists answer; one that only the lists must decide about waits just for them.

use super::{Phase, Session, bracketed};
use crate::dnsbl::{Answer, Heard, Score, Tally, question};
use crate::io::{DnsFailure, Output};
use crate::line::{Line, elapsed, escape};
use crate::metric::{Counter, Gauge};
use crate::policy::Action;
use crate::record::{Test, TestSet};
use crate::reply;
use crate::time::{Instant, Now};
use crate::timer::Timer;
use crate::verdict::Verdict;
use std::time::Duration;

/// How many early bytes are looked at (and counted in the log): postscreen peeks into the socket once, up to this.
pub const PEEK_MAX: usize = 1_023;

#[derive(Debug)]
pub(super) struct Greet {
    since: Instant,
    tally: Tally,
    /// Frozen when all lists have answered, or taken at the end of the wait.
    score: Option<Score>,
}

impl Session {
    pub(super) fn begin_greet(&mut self, now: Now) {
        let zones = self.policy.zones().len();
        self.phase = Phase::Greeting(Greet { since: now.instant, tally: Tally::new(zones), score: None });
        self.outputs.push(Output::Adjust(Gauge::Held, 1));
        self.timers.set(Timer::GreetWait, now.instant.after(self.policy.greet_wait.duration()));
        if self.progress.todo.contains(Test::Pregreet) {
            let banner = self.policy.greet_banner.expand(&self.policy.myhostname);
            self.outputs.push(Output::Teaser(reply::teaser(&banner).into_bytes()));
        }
        if self.progress.todo.contains(Test::Dnsbl) {
            self.ask_lists();
        }
    }

    fn ask_lists(&mut self) {
        for (index, zone) in (0_u16..).zip(self.policy.zones()) {
            if let Some(message) = question(self.client.ip(), &zone.domain) {
                self.outputs.push(Output::Count(Counter::DnsQuestion));
                self.outputs.push(Output::AskDns { question: index, message });
            }
        }
    }

    /// Bytes before the verdict. Only the first arrival counts, and only while the pregreet test runs; a client that
    /// passed it earlier may talk when it likes.
    pub(super) fn client_talked(&mut self, bytes: &[u8], now: Now) {
        let since = match &mut self.phase {
            Phase::Recalling { early, .. } => {
                let room = PEEK_MAX.saturating_sub(early.len());
                early.extend(bytes.iter().take(room));
                return;
            }
            Phase::Greeting(greet) => greet.since,
            Phase::Admitting | Phase::Decided => return,
        };
        let undecided = !(self.progress.done | self.progress.fail).contains(Test::Pregreet);
        if bytes.is_empty() || !self.progress.todo.contains(Test::Pregreet) || !undecided {
            return;
        }
        let peeked = bytes.get(..PEEK_MAX).unwrap_or(bytes);
        let waited = now.instant.since(since);
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
            Action::Drop => self.refuse(reply::PROTOCOL_ERROR.to_owned(), Verdict::Pregreet),
            Action::Ignore => {
                self.progress.done |= Test::Pregreet.into();
                // Postfix: the rest of the wait is counted in whole seconds.
                let rest =
                    self.policy.greet_wait.duration().saturating_sub(Duration::from_secs(waited.as_secs()));
                self.timers.set(Timer::GreetWait, now.instant.after(rest));
                self.end_greet_if_done(now);
            }
        }
    }

    pub(super) fn list_answered(&mut self, index: u16, answer: Result<&[u8], DnsFailure>, now: Now) {
        let client = self.client_address();
        let policy = self.policy.clone();
        let Phase::Greeting(greet) = &mut self.phase else { return };
        let Some(zone) = policy.zones().get(usize::from(index)) else { return };
        let heard = greet.tally.hear(client, usize::from(index), zone, answer);
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
            self.progress.record.set_expiry(Test::Pregreet, expiry);
        }
        // Reaching this point with an early talker means that the action is to ignore it: neither pass nor fail.
        self.progress.fail = self.progress.fail.without(Test::Pregreet.into());

        if self.progress.todo.contains(Test::Dnsbl) {
            let Some(score) = self.take_score(now) else { return };
            if score.total < self.policy.dnsbl_threshold {
                self.progress.pass |= Test::Dnsbl.into();
                self.progress.record.set_expiry(Test::Dnsbl, now.unix.saturating_add(score.ttl));
            } else if self.blocked(score) == Action::Drop {
                return;
            }
        }
        self.conclude();
    }

    /// Logs and counts a score at or above the threshold; refuses the client if that is the action.
    fn blocked(&mut self, score: Score) -> Action {
        self.count(Counter::DnsblBlocked);
        self.log(format!("DNSBL rank {} for {}", score.total, bracketed(self.client)));
        let action = self.policy.dnsbl_action;
        if action == Action::Drop {
            let zone = score.heaviest_zone.and_then(|index| self.policy.zones().get(index));
            let list = zone.map_or("", |zone| zone.public_name.as_str());
            let text = reply::blocked_using(self.client_address(), list);
            self.refuse(text, Verdict::Dnsbl);
        }
        action
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
        if good && score.total < self.policy.dnsbl_threshold && self.progress.fail.is_empty() {
            let others = Test::ALL.into_iter().filter(|&test| test != Test::Dnsbl);
            for test in others {
                if self.progress.todo.contains(test) {
                    self.progress.pass |= test.into();
                }
                // Also for tests that are disabled today: who turns one on later need not test this client.
                self.progress.record.extend_expiry(test, now.unix.saturating_add(score.ttl));
            }
            self.progress.done |= Test::Pregreet.into();
        }
        Some(score)
    }

    /// How long the client has been waiting.
    pub(super) fn waited(&self, now: Now) -> Duration {
        match &self.phase {
            Phase::Greeting(greet) => now.instant.since(greet.since),
            Phase::Recalling { since, .. } => now.instant.since(*since),
            Phase::Admitting | Phase::Decided => Duration::ZERO,
        }
    }
}
