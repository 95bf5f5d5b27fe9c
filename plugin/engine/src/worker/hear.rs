//! Whatever a worker asks the resolver, and what it makes of the answers.

use super::Worker;
use super::log::sender_lines;
use crate::dns;
use crate::dnsbl::Heard;
use crate::io::{ConnectionId, DnsFailure, Output};
use crate::line::Line;
use crate::lookups::{Asking, Key};
use crate::metric::{Counter, ListMeasure, Measure};
use crate::policy::Policy;
use crate::questions::{Purpose, Question};
use crate::senders::Search;
use crate::shared::SharedData;
use crate::time::Now;
use crate::watch::{CANARY_TIMEOUT, Canary, News};
use std::sync::Arc;
use std::time::Duration;

impl<S: SharedData> Worker<S> {
    /// Takes the answer to a question, whatever it was asked for.
    pub(super) fn hear(&mut self, question: u32, answer: Result<&[u8], DnsFailure>, now: Now) {
        match self.questions.take(question) {
            Some(Purpose::Listing(key, list)) => self.hear_list(key, list, question, answer, now),
            Some(Purpose::Reason(key, list)) => {
                for connection in self.lookups.hear_reason(key, list, answer) {
                    self.turn(connection, now, |session, _| session.reason_is_known(now));
                }
            }
            Some(Purpose::Canary(canary)) => self.hear_canary(canary, answer, now),
            Some(Purpose::Sender(question)) => self.hear_sender(question, answer, now),
            None => {}
        }
    }

    fn hear_list(
        &mut self,
        key: Key,
        list: usize,
        question: u32,
        answer: Result<&[u8], DnsFailure>,
        now: Now,
    ) {
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: now.instant };
        let Some(mut answered) = self.lookups.hear(key, list, question, answer, &mut asking) else { return };
        self.log_answer(&answered, now);
        if matches!(answered.heard, Heard::Listed(_)) {
            self.check_lists(&answered.policy, Some(list), now);
        }
        let more = std::mem::take(&mut answered.questions);
        self.ask_lists(answered.first, more, &answered.policy, now);
        for connection in answered.decides {
            self.turn(connection, now, |session, _| session.lists_have_decided(now));
        }
        for connection in answered.waiting {
            self.turn(connection, now, |session, _| session.list_has_answered(now));
        }
    }

    fn hear_sender(&mut self, question: dns::Question, answer: Result<&[u8], DnsFailure>, now: Now) {
        let searches = self.senders.hear(question, answer, &mut self.questions, now.instant);
        for (connection, Search { voucher, troubles, questions }) in searches {
            let Some(policy) = self.senders.policy(connection).map(Arc::clone) else { continue };
            self.ask(Some(connection), questions, policy.dnsbl_timeout.duration());
            let lines: Vec<_> = sender_lines(self.registry.shared(), &troubles, now).collect();
            for line in lines {
                self.emit(Some(connection), Output::Log(line));
            }
            if let Some(voucher) = voucher {
                self.turn(connection, now, |session, _| session.is_vouched_for(voucher, now));
            }
        }
    }

    /// Asks all lists about clients whose wait has no room for frugality any more.
    pub(super) fn hurry_lists(&mut self, now: Now) {
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: now.instant };
        for (connection, questions, policy) in self.lookups.hurry(&mut asking, now.instant) {
            self.ask_lists(connection, questions, &policy, now);
        }
    }

    fn ask_lists(
        &mut self,
        connection: Option<ConnectionId>,
        questions: Vec<Question>,
        policy: &Policy,
        now: Now,
    ) {
        let asked = u32::try_from(questions.len()).unwrap_or(u32::MAX);
        if asked > 0 {
            self.meter.count(policy.catalogue(), Measure::Counter(Counter::DnsQuestion), asked, now.instant);
        }
        self.ask(connection, questions, policy.dnsbl_timeout.duration());
    }

    /// Looks whether the lists are well, those of which that is to be known now.
    pub(super) fn check_lists(&mut self, policy: &Arc<Policy>, suspect: Option<usize>, now: Now) {
        let shared = self.registry.shared();
        let canaries = self.watch.check(shared, policy, suspect, &mut self.questions, now);
        self.ask(None, canaries, CANARY_TIMEOUT);
    }

    fn hear_canary(&mut self, canary: Canary, answer: Result<&[u8], DnsFailure>, now: Now) {
        let news = self.watch.hear(canary, answer, self.registry.shared(), now);
        let Some(News { policy, list, is_muted, has_changed, lines }) = news else { return };
        let measure = Measure::List(list, ListMeasure::Muted);
        if let Some(series) = policy.catalogue().name(measure).filter(|_| has_changed) {
            self.emit(None, Output::Gauge(series.clone(), is_muted.into()));
        }
        for line in lines {
            self.emit(None, Output::Log(Line::of(line)));
        }
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: now.instant };
        for (waiting, questions, policy) in self.lookups.look_again(canary.list, &mut asking) {
            self.ask_lists(waiting.first().copied(), questions, &policy, now);
            for connection in waiting {
                self.turn(connection, now, |session, _| session.lists_have_decided(now));
            }
        }
    }

    fn ask(&mut self, connection: Option<ConnectionId>, questions: Vec<Question>, timeout: Duration) {
        for Question { number, message } in questions {
            self.emit(connection, Output::AskDns { question: number, message, timeout });
        }
    }
}
