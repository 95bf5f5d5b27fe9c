//! Clients for whom a big sender vouches: those that the SPF records of `allow_spf` permit.
//!
//! A record is asked for once, by whoever needs it first, and kept as [`Cache`] says; so nearly all clients are decided
//! about at once. What is asked holds nobody up: a client waits for its turn meanwhile, as it would anyway.

use crate::dns::{self, Name};
use crate::io::{ConnectionId, DnsFailure};
use crate::policy::Policy;
use crate::questions::{Purpose, Question, Questions};
use crate::spf::{Cache, Found, Outcome, Progress, SpfResult, check};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// The most questions about senders under way. What would be one more is not asked, and its client is tested like any
/// other.
pub const QUESTIONS_MAX: usize = 256;

/// What one worker knows of senders.
#[derive(Debug, Default)]
pub struct Senders {
    cache: Cache,
    /// Questions under way, and the sessions that wait for them.
    asked: BTreeMap<dns::Question, BTreeSet<ConnectionId>>,
    /// Sessions whose client may still turn out to be a sender.
    waiting: BTreeMap<ConnectionId, Waiter>,
}

#[derive(Debug)]
struct Waiter {
    policy: Arc<Policy>,
    client: IpAddr,
}

/// Who vouches for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The name in `allow_spf`.
    pub sender: Name,
    /// How long its records say so, in seconds.
    pub ttl: u32,
}

/// What came of looking for one.
#[derive(Debug, Default)]
pub struct Search {
    /// Who vouches, if anybody does so far.
    pub voucher: Option<Voucher>,
    /// Records with a mistake, or that DNS has no answer for: the name in `allow_spf`, and what came out.
    pub troubles: Vec<(Name, Outcome)>,
    /// To be sent.
    pub questions: Vec<Question>,
}

impl Senders {
    /// `connection` begins to wait for a voucher for its client.
    pub fn join(
        &mut self,
        connection: ConnectionId,
        policy: &Arc<Policy>,
        client: IpAddr,
        questions: &mut Questions,
        now: Instant,
    ) -> Search {
        self.waiting.insert(connection, Waiter { policy: Arc::clone(policy), client });
        self.search(connection, questions, now)
    }

    /// `connection` waits no longer.
    pub fn leave(&mut self, connection: ConnectionId) {
        self.waiting.remove(&connection);
    }

    /// Takes an answer. What comes of it for each session that has waited for it, and for which policy.
    pub fn hear(
        &mut self,
        question: dns::Question,
        answer: Result<&[u8], DnsFailure>,
        questions: &mut Questions,
        now: Instant,
    ) -> Vec<(ConnectionId, Search)> {
        let waiting = self.asked.remove(&question).unwrap_or_default();
        let answer = answer.ok().and_then(|message| question.parse_answer(message).ok());
        let found = answer.map_or_else(Found::failed, |answer| Found::answered(question.kind, &answer));
        self.cache.put(question, found, now);
        let waiting = waiting.into_iter().filter(|connection| self.waiting.contains_key(connection));
        let waiting: Vec<_> = waiting.collect();
        waiting.into_iter().map(|connection| (connection, self.search(connection, questions, now))).collect()
    }

    /// The policy that a waiting session is screened by.
    pub fn policy(&self, connection: ConnectionId) -> Option<&Arc<Policy>> {
        self.waiting.get(&connection).map(|waiter| &waiter.policy)
    }

    fn search(&mut self, connection: ConnectionId, questions: &mut Questions, now: Instant) -> Search {
        let mut search = Search::default();
        let Some(Waiter { policy, client }) = self.waiting.get(&connection) else { return search };
        let known = self.cache.at(now);
        let mut missing = Vec::new();
        for sender in policy.allow_spf.iter() {
            match check(*client, sender.name(), &known) {
                Progress::Needs(questions) => missing.extend(questions),
                Progress::Done(outcome) => match outcome.result {
                    SpfResult::Pass => {
                        search.voucher = Some(Voucher { sender: sender.name().clone(), ttl: outcome.ttl });
                        break;
                    }
                    SpfResult::PermError | SpfResult::TempError | SpfResult::None => {
                        search.troubles.push((sender.name().clone(), outcome));
                    }
                    SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => {}
                },
            }
        }
        let due = known.due();
        if search.voucher.is_some() {
            missing.clear();
        }
        search.questions =
            due.into_iter().filter_map(|question| self.ask(question, None, questions)).collect();
        let waits_for =
            missing.into_iter().filter_map(|question| self.ask(question, Some(connection), questions));
        let waits_for: Vec<_> = waits_for.collect();
        search.questions.extend(waits_for);
        search
    }

    /// Asks, unless that is under way or there is no room.
    fn ask(
        &mut self,
        question: dns::Question,
        for_whom: Option<ConnectionId>,
        questions: &mut Questions,
    ) -> Option<Question> {
        if let Some(waiting) = self.asked.get_mut(&question) {
            waiting.extend(for_whom);
            return None;
        }
        if self.asked.len() >= QUESTIONS_MAX {
            return None;
        }
        self.asked.insert(question.clone(), for_whom.into_iter().collect());
        let message = question.encode();
        Some(questions.ask(Purpose::Sender(question), message))
    }
}

#[cfg(test)]
mod tests;
