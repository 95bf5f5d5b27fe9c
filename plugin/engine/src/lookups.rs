//! DNSBL look-ups, shared and cached: the lists are asked once per client at a time, however many sessions it has.
//!
//! Sessions of one client share a look-up, as in postscreen. It outlives them: its questions are not taken back when
//! the client leaves, and what the lists said holds for the least TTL of their answers, [`KEEP_MAX`] at most. So a
//! client that reconnects costs no questions.
//!
//! All lists are asked at once; with `dnsbl_frugal_enable`, batch by batch, until no list that is left could change
//! the verdict. Lists on trial are asked with the first ones, and then nothing goes by them.
//!
//! Each look-up belongs to a policy (by its number, which the worker counts), because weights and lists do.

mod batch;
mod lookup;
mod reason;

use crate::client_record::{Asked, ListFacts};
use crate::dnsbl::{Heard, ParsedAnswer, Rank, Score, Tally, Trial, reversed};
use crate::io::{ConnectionId, DnsFailure};
use crate::policy::Policy;
use crate::questions::{Purpose, Question, Questions};
use crate::time::Instant;
use crate::watch::Watch;
use batch::first_lists;
use lookup::Lookup;
use reason::Reason;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long answers hold at most, whatever their TTL.
pub const KEEP_MAX: Duration = Duration::from_mins(1);
/// The most look-ups that nobody waits for; the one that is of use for the shortest time makes room.
pub const UNWAITED_MAX: usize = 4_096;
/// The part of `greet_wait` that is for asking frugally: after that all lists that are left are asked at once, so that
/// they have time to answer.
const FRUGAL_PART: u32 = 4;

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
    /// How many look-ups there were, for [`Lookup::timed`].
    begun: usize,
    /// Look-ups that nobody waits for, by the time until which they are of use.
    unwaited: BTreeSet<(Instant, Key)>,
    /// Frugal look-ups that somebody waits for, by the time at which all lists that are left are to be asked.
    hurries: BTreeSet<(Instant, Key)>,
}

/// What a session finds that begins to wait.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// To be sent; none where a look-up is there already.
    pub questions: Vec<Question>,
    /// What earlier answers said, where no other session has had it logged already.
    pub listings: Vec<(usize, ParsedAnswer)>,
    /// Whether nothing more is waited for.
    pub decided: bool,
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
    /// Those for whom nothing more is waited for.
    pub decides: Vec<ConnectionId>,
    /// All that wait, where each answer may mean something to them (`allow_spf`).
    pub waiting: Vec<ConnectionId>,
    /// When the list was asked, if this answer is the one of its look-up that is timed.
    pub timed_since: Option<Instant>,
    /// If it was the last: lists that alone know of the client.
    pub unique_hits: Vec<usize>,
    /// More questions, to be sent.
    pub questions: Vec<Question>,
}

impl Lookups {
    /// `connection` begins to wait for what the lists of `policy` say about a client.
    pub fn join(
        &mut self,
        key: Key,
        policy: &Arc<Policy>,
        connection: ConnectionId,
        asking: &mut Asking<'_>,
        now: Instant,
    ) -> Joined {
        self.forget_useless(asking.questions, now);
        if let Some(lookup) = self.by_key.get_mut(&key) {
            let told = !lookup.waiting.is_empty();
            let listings = lookup.tally.listings().filter(|_| !told);
            let listings = listings.map(|(list, answer)| (list, answer.clone())).collect();
            lookup.waiting.insert(connection);
            let questions = lookup.ask_more(key, asking);
            let decided = lookup.is_decided(key.client, asking.watch);
            self.file(key, asking.watch);
            return Joined { questions, listings, decided };
        }
        let all = if policy.record_enable { policy.zones().len() } else { 0 };
        let muted = (0..all).filter(|&list| !asking.watch.counts(policy, list, key.client));
        let mut lookup = Lookup {
            policy: Arc::clone(policy),
            name: reversed(key.client),
            asked_at: now,
            tally: Tally::new(policy.zones().len()),
            rest: first_lists(policy, |list| asking.watch.counts(policy, list, key.client)),
            pending: BTreeSet::new(),
            asked: muted.map(|list| Asked::of(list, now, true)).collect(),
            trials: BTreeSet::new(),
            timed: None,
            waiting: BTreeSet::from([connection]),
            reason: None,
            hurry: None,
            unwaited: None,
        };
        let mut questions = lookup.ask_more(key, asking);
        questions.extend(lookup.ask_trials(key, asking));
        lookup.timed = questions.get(self.begun % questions.len().max(1)).map(|question| question.number);
        self.begun = self.begun.wrapping_add(1);
        let decided = lookup.is_decided(key.client, asking.watch);
        self.by_key.insert(key, lookup);
        self.file(key, asking.watch);
        Joined { questions, listings: Vec::new(), decided }
    }

    /// `connection` waits no longer.
    pub fn leave(&mut self, key: Key, connection: ConnectionId, asking: &mut Asking<'_>, now: Instant) {
        let Some(lookup) = self.by_key.get_mut(&key) else { return };
        if lookup.waiting.remove(&connection) && lookup.waiting.is_empty() {
            self.file(key, asking.watch);
            self.forget_useless(asking.questions, now);
        }
    }

    /// Takes the answer of a list about a client to the question with this number. `None`: nobody wants to know.
    pub fn hear(
        &mut self,
        key: Key,
        list: usize,
        question: u32,
        answer: Result<&[u8], DnsFailure>,
        asking: &mut Asking<'_>,
    ) -> Option<LookupAnswer> {
        let lookup = self.by_key.get_mut(&key)?;
        lookup.pending.remove(&question);
        lookup.trials.remove(&question);
        let policy = Arc::clone(&lookup.policy);
        let zone = policy.zones().get(list)?;
        let heard = lookup.tally.hear(&lookup.name, list, zone, answer);
        lookup.note(list, &heard, asking.now);
        let first = lookup.waiting.first().copied();
        let timed_since = (lookup.timed == Some(question)).then_some(lookup.asked_at);
        if zone.on_trial {
            let (decides, waiting, unique_hits, questions) = Default::default();
            let (client, policy) = (key.client, Arc::clone(&policy));
            return Some(LookupAnswer {
                client,
                policy,
                list,
                heard,
                first,
                decides,
                waiting,
                timed_since,
                unique_hits,
                questions,
            });
        }
        let questions = if lookup.waiting.is_empty() { Vec::new() } else { lookup.ask_more(key, asking) };
        let is_over = lookup.is_decided(key.client, asking.watch);
        let decides = lookup.waiting.iter().copied().filter(|_| is_over).collect();
        let vouchers = !policy.allow_spf.is_empty();
        let waiting = lookup.waiting.iter().copied().filter(|_| vouchers).collect();
        let unique_hits = if lookup.pending.is_empty() { lookup.unique_hits() } else { Vec::new() };
        self.file(key, asking.watch);
        Some(LookupAnswer {
            client: key.client,
            policy,
            list,
            heard,
            first,
            decides,
            waiting,
            timed_since,
            unique_hits,
            questions,
        })
    }

    /// Asks all lists that are left about clients whose wait has no room for frugality any more: for whom, the
    /// questions, and under which policy.
    pub fn hurry(
        &mut self,
        asking: &mut Asking<'_>,
        now: Instant,
    ) -> Vec<(Option<ConnectionId>, Vec<Question>, Arc<Policy>)> {
        let mut all = Vec::new();
        while let Some(&(at, key)) = self.hurries.first()
            && at <= now
        {
            self.hurries.pop_first();
            let Some(lookup) = self.by_key.get_mut(&key) else { continue };
            lookup.hurry = None;
            let first = lookup.waiting.first().copied();
            let rest = std::mem::take(&mut lookup.rest);
            all.push((first, lookup.ask(key, rest, asking), Arc::clone(&lookup.policy)));
        }
        all
    }

    /// The list with this number (`Zone::id`) was looked at. Where it has a client, and may be muted now, more may
    /// have to be asked: who waits, the questions, and under which policy.
    pub fn look_again(
        &mut self,
        id: u64,
        asking: &mut Asking<'_>,
    ) -> Vec<(Vec<ConnectionId>, Vec<Question>, Arc<Policy>)> {
        let concerned =
            self.by_key.iter().filter(|(_, lookup)| !lookup.waiting.is_empty() && lookup.is_listed_by(id));
        let concerned: Vec<Key> = concerned.map(|(&key, _)| key).collect();
        let mut all = Vec::new();
        for key in concerned {
            let Some(lookup) = self.by_key.get_mut(&key) else { continue };
            let questions = lookup.ask_more(key, asking);
            all.push((lookup.waiting.iter().copied().collect(), questions, Arc::clone(&lookup.policy)));
            self.file(key, asking.watch);
        }
        all
    }

    /// Asks a list why it has a client, unless it was asked before; and whether the answer is to be waited for.
    pub fn ask_reason(
        &mut self,
        key: Key,
        list: usize,
        questions: &mut Questions,
    ) -> (Option<Question>, bool) {
        let Some(lookup) = self.by_key.get_mut(&key) else { return (None, false) };
        if let Some(reason) = lookup.reason.as_ref().filter(|reason| reason.list == list) {
            return (None, reason.said.is_none());
        }
        let zone = lookup.policy.zones().get(list);
        let question = zone.and_then(|zone| reason::question(zone, key.client));
        let question = question.map(|question| questions.ask(Purpose::Reason(key, list), question.encode()));
        lookup.reason = question.as_ref().map(|_| Reason { list, said: None });
        let is_asked = question.is_some();
        (question, is_asked)
    }

    /// Takes the reason that a list gives. The sessions that may wait for it.
    pub fn hear_reason(
        &mut self,
        key: Key,
        list: usize,
        answer: Result<&[u8], DnsFailure>,
    ) -> Vec<ConnectionId> {
        let Some(lookup) = self.by_key.get_mut(&key) else { return Vec::new() };
        let Some(zone) = lookup.policy.zones().get(list) else { return Vec::new() };
        lookup.reason = Some(Reason { list, said: Some(reason::read(zone, key.client, answer)) });
        lookup.waiting.iter().copied().collect()
    }

    /// Why a list has a client, as far as it said.
    pub fn reason(&self, key: Key, list: usize) -> Option<&str> {
        let reason = self.by_key.get(&key)?.reason.as_ref().filter(|reason| reason.list == list)?;
        reason.said.as_ref()?.as_deref()
    }

    /// When [`Lookups::hurry`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.hurries.first().map(|&(at, _)| at)
    }

    /// What the lists had to do with a client, for its record.
    pub(crate) fn facts(&self, key: Key, watch: &Watch) -> Vec<ListFacts> {
        self.by_key.get(&key).map(|lookup| lookup.facts(key.client, watch)).unwrap_or_default()
    }

    /// What the lists have said so far.
    pub fn score(&self, key: Key, policy: &Policy, watch: &Watch) -> Score {
        let counts = |list| watch.counts(policy, list, key.client);
        let none = || Tally::new(0).score(policy, counts);
        self.by_key.get(&key).map_or_else(none, |lookup| lookup.tally.score(policy, counts))
    }

    /// What lists on trial would have changed by what they have said so far, if anything.
    pub fn trial(&self, key: Key, watch: &Watch) -> Option<Trial> {
        let Lookup { policy, tally, .. } = self.by_key.get(&key)?;
        Trial::of(tally, policy, |list| watch.counts(policy, list, key.client))
    }

    /// Whether nothing more is waited for.
    pub fn is_decided(&self, key: Key, watch: &Watch) -> bool {
        self.by_key.get(&key).is_some_and(|lookup| lookup.is_decided(key.client, watch))
    }

    /// Whether a list that has the client is being looked at. The others are asked in good time then.
    pub fn is_in_doubt(&mut self, key: Key, watch: &Watch) -> bool {
        let is_in_doubt = self.by_key.get(&key).is_some_and(|lookup| lookup.is_in_doubt(watch));
        if is_in_doubt {
            self.file(key, watch);
        }
        is_in_doubt
    }

    /// Whether what lists have said, or may still say, is enough to block the client.
    pub fn can_block(&self, key: Key, watch: &Watch) -> bool {
        self.by_key.get(&key).is_some_and(|lookup| {
            let counts = |list| watch.counts(&lookup.policy, list, key.client);
            Rank::of(lookup.tally.highest(&lookup.policy, counts), &lookup.policy) == Rank::Blocked
        })
    }

    /// How many look-ups there are.
    pub fn count(&self) -> usize {
        self.by_key.len()
    }

    /// Forgets look-ups that nobody waits for and that are of no use any more, and those that are too many.
    fn forget_useless(&mut self, questions: &mut Questions, now: Instant) {
        while let Some(&(until, key)) = self.unwaited.first()
            && (until <= now || self.unwaited.len() > UNWAITED_MAX)
        {
            self.unwaited.pop_first();
            if let Some(lookup) = self.by_key.remove(&key) {
                for question in lookup.pending.into_iter().chain(lookup.trials) {
                    questions.take(question);
                }
            }
        }
    }

    /// Files a look-up that has changed where it belongs: under its hurry, or among those that nobody waits for.
    fn file(&mut self, key: Key, watch: &Watch) {
        let Some(lookup) = self.by_key.get_mut(&key) else { return };
        let is_waited_for = !lookup.waiting.is_empty();
        let is_certain = || lookup.is_settled(key.client, watch) && !lookup.is_in_doubt(watch);
        let hurries = is_waited_for && !lookup.rest.is_empty() && !is_certain();
        let part = lookup.policy.greet_wait.duration(false) / FRUGAL_PART;
        let hurry = hurries.then(|| lookup.asked_at.after(part));
        let unwaited = (!is_waited_for).then(|| lookup.useful_until(key.client, watch));
        for (files, before, after) in [
            (&mut self.hurries, &mut lookup.hurry, hurry),
            (&mut self.unwaited, &mut lookup.unwaited, unwaited),
        ] {
            if *before != after {
                before.map(|before| files.remove(&(before, key)));
                files.extend(after.map(|after| (after, key)));
                *before = after;
            }
        }
    }
}

/// What it takes to ask.
#[derive(Debug)]
pub struct Asking<'a> {
    /// All questions of the worker.
    pub questions: &'a mut Questions,
    /// How the lists are.
    pub watch: &'a Watch,
    /// When.
    pub now: Instant,
}

#[cfg(test)]
mod tests;
