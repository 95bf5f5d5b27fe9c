//! DNSBL look-ups, shared and cached: the lists are asked once per client at a time, however many sessions it has.
//!
//! Sessions of one client share a look-up, as in postscreen. It outlives them: its questions are not taken back when
//! the client leaves, and what the lists said holds for the least TTL of their answers, [`KEEP_MAX`] at most. So a
//! client that reconnects costs no questions.
//!
//! Each look-up belongs to a policy (by its number, which the worker counts), because weights and lists do.

use crate::dnsbl::{Heard, ParsedAnswer, ReversedName, Score, Tally, reversed};
use crate::io::{ConnectionId, DnsFailure};
use crate::policy::Policy;
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long answers hold at most, whatever their TTL.
pub const KEEP_MAX: Duration = Duration::from_mins(1);
/// The most look-ups that nobody waits for; the one that is of use for the shortest time makes room.
pub const UNWAITED_MAX: usize = 4_096;

/// Whom a look-up is about, and by the lists of which policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The policy's number.
    pub policy: u32,
    /// The client.
    pub client: IpAddr,
}

/// All look-ups of one worker.
#[derive(Debug, Default)]
pub struct Lookups {
    by_key: BTreeMap<Key, Lookup>,
    /// Questions under way: whose, and about which list.
    questions: BTreeMap<u32, (Key, usize)>,
    last_question: u32,
    /// How many look-ups there were, for [`Lookup::timed`].
    begun: usize,
    /// Look-ups that nobody waits for, by the time until which they are of use.
    unwaited: BTreeSet<(Instant, Key)>,
}

#[derive(Debug)]
struct Lookup {
    policy: Arc<Policy>,
    /// The client in questions to the lists.
    name: ReversedName,
    asked_at: Instant,
    tally: Tally,
    /// Where the client is listed, for the log of sessions that come later.
    listings: Vec<(usize, ParsedAnswer)>,
    /// Questions without an answer so far.
    pending: BTreeSet<u32>,
    /// The one question whose answer is timed, of each list in turn: a histogram costs a host call for each sample.
    timed: Option<u32>,
    /// How long all answers so far hold, from `asked_at` on.
    holds_for: Duration,
    waiting: BTreeSet<ConnectionId>,
}

/// A question to be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct ListQuestion {
    /// Its number.
    pub number: u32,
    /// In DNS wire format.
    pub message: Vec<u8>,
}

/// What a session finds that begins to wait.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// To be sent; none where a look-up is there already.
    pub questions: Vec<ListQuestion>,
    /// What earlier answers said, where no other session has had it logged already.
    pub listings: Vec<(usize, ParsedAnswer)>,
    /// Whether all lists have answered.
    pub complete: bool,
}

/// What an answer was, and for whom.
#[derive(Debug)]
pub struct LookupAnswer {
    /// Whom it is about.
    pub client: IpAddr,
    /// Under which policy.
    pub policy: Arc<Policy>,
    /// The number of the list in that policy.
    pub list: usize,
    /// What it said.
    pub heard: Heard,
    /// The first session that waits for it; the log line is this one's. `None`: nobody does.
    pub first: Option<ConnectionId>,
    /// Those for whom it was the last.
    pub completes: Vec<ConnectionId>,
    /// When the list was asked, if this answer is the one of its look-up that is timed.
    pub timed_since: Option<Instant>,
    /// If it was the last: lists that alone know of the client.
    pub unique_hits: Vec<usize>,
}

impl Lookups {
    /// `connection` begins to wait for what the lists of `policy` say about a client.
    pub fn join(&mut self, key: Key, policy: &Arc<Policy>, connection: ConnectionId, now: Instant) -> Joined {
        self.forget_useless(now);
        if let Some(lookup) = self.by_key.get_mut(&key) {
            let listings = if lookup.waiting.is_empty() { lookup.listings.clone() } else { Vec::new() };
            self.unwaited.remove(&(lookup.useful_until(), key));
            lookup.waiting.insert(connection);
            return Joined { questions: Vec::new(), listings, complete: lookup.tally.is_complete() };
        }
        let mut lookup = Lookup {
            policy: Arc::clone(policy),
            name: reversed(key.client),
            asked_at: now,
            tally: Tally::new(policy.zones().len()),
            listings: Vec::new(),
            pending: BTreeSet::new(),
            timed: None,
            holds_for: KEEP_MAX,
            waiting: BTreeSet::from([connection]),
        };
        let mut questions = Vec::new();
        for (list, zone) in policy.zones().iter().enumerate() {
            if let Some(message) = zone.question(&lookup.name) {
                let number = self.next_number();
                self.questions.insert(number, (key, list));
                lookup.pending.insert(number);
                questions.push(ListQuestion { number, message });
            }
        }
        lookup.timed = questions.get(self.begun % questions.len().max(1)).map(|question| question.number);
        self.begun = self.begun.wrapping_add(1);
        self.by_key.insert(key, lookup);
        Joined { questions, listings: Vec::new(), complete: false }
    }

    /// `connection` waits no longer.
    pub fn leave(&mut self, key: Key, connection: ConnectionId, now: Instant) {
        let Some(lookup) = self.by_key.get_mut(&key) else { return };
        if lookup.waiting.remove(&connection) && lookup.waiting.is_empty() {
            self.unwaited.insert((lookup.useful_until(), key));
            self.forget_useless(now);
        }
    }

    /// Takes an answer. `None`: there is no such question, or no longer.
    pub fn hear(&mut self, question: u32, answer: Result<&[u8], DnsFailure>) -> Option<LookupAnswer> {
        let (key, list) = self.questions.remove(&question)?;
        let lookup = self.by_key.get_mut(&key)?;
        if lookup.waiting.is_empty() {
            self.unwaited.remove(&(lookup.useful_until(), key));
        }
        lookup.pending.remove(&question);
        let policy = Arc::clone(&lookup.policy);
        let zone = policy.zones().get(list)?;
        let heard = lookup.tally.hear(&lookup.name, list, zone, answer);
        let ttl = match &heard {
            Heard::Listed(answer) => {
                lookup.listings.push((list, answer.clone()));
                answer.cache_ttl
            }
            Heard::Unlisted(answer) => answer.cache_ttl,
            Heard::TimedOut | Heard::Trouble(_) | Heard::Ignored => None,
        };
        lookup.holds_for = lookup.holds_for.min(Duration::from_secs(ttl.unwrap_or(0).into()));
        let complete = lookup.tally.is_complete();
        let completes = if complete { lookup.waiting.iter().copied().collect() } else { Vec::new() };
        if lookup.waiting.is_empty() {
            self.unwaited.insert((lookup.useful_until(), key));
        }
        let first = lookup.waiting.first().copied();
        let unique_hits = if lookup.pending.is_empty() { lookup.unique_hits() } else { Vec::new() };
        let timed_since = (lookup.timed == Some(question)).then_some(lookup.asked_at);
        Some(LookupAnswer {
            client: key.client,
            policy,
            list,
            heard,
            first,
            completes,
            timed_since,
            unique_hits,
        })
    }

    /// What the lists have said so far.
    pub fn score(&self, key: Key, policy: &Policy) -> Score {
        let none = || Tally::new(0).score(policy);
        self.by_key.get(&key).map_or_else(none, |lookup| lookup.tally.score(policy))
    }

    /// Whether all lists have answered.
    pub fn is_complete(&self, key: Key) -> bool {
        self.by_key.get(&key).is_some_and(|lookup| lookup.tally.is_complete())
    }

    /// How many look-ups there are.
    pub fn count(&self) -> usize {
        self.by_key.len()
    }

    /// Forgets look-ups that nobody waits for and that are of no use any more, and those that are too many.
    fn forget_useless(&mut self, now: Instant) {
        while let Some(&(until, key)) = self.unwaited.first()
            && (until <= now || self.unwaited.len() > UNWAITED_MAX)
        {
            self.unwaited.pop_first();
            if let Some(lookup) = self.by_key.remove(&key) {
                for question in lookup.pending {
                    self.questions.remove(&question);
                }
            }
        }
    }

    /// One that no question under way has.
    fn next_number(&mut self) -> u32 {
        loop {
            self.last_question = self.last_question.wrapping_add(1);
            if !self.questions.contains_key(&self.last_question) {
                return self.last_question;
            }
        }
    }
}

impl Lookup {
    /// Lists whose listing added to the score, where no other one did; likewise for those that took from it.
    fn unique_hits(&self) -> Vec<usize> {
        let zones = self.policy.zones();
        let counts = |sign: i32| {
            let counts = move |&&(list, ref answer): &&(usize, ParsedAnswer)| {
                let zone = zones.get(list);
                zone.is_some_and(|zone| {
                    zone.matching_weights(&answer.addresses).any(|weight| weight.signum() == sign)
                })
            };
            let mut hits = self.listings.iter().filter(counts).map(|&(list, _)| list);
            hits.next().filter(|_| hits.next().is_none())
        };
        [1, -1].into_iter().filter_map(counts).collect()
    }

    /// Until when a session that comes later can use it: as long as answers may still come, and then as long as they
    /// hold.
    fn useful_until(&self) -> Instant {
        let wait =
            if self.pending.is_empty() { Duration::ZERO } else { self.policy.dnsbl_timeout.duration() };
        let answers = if self.tally.is_complete() { self.holds_for } else { Duration::ZERO };
        self.asked_at.after(wait.max(answers))
    }
}

#[cfg(test)]
mod tests;
