//! One look-up: what was asked about a client, and how far that has come.

use super::reason::Reason;
use super::{Asking, KEEP_MAX, Key, batch};
use crate::client_record::{Asked, ListFacts, Outcome};
use crate::dnsbl::{Heard, ParsedAnswer, ReversedName, Score, Tally, Zone};
use crate::io::ConnectionId;
use crate::policy::Policy;
use crate::questions::{Purpose, Question};
use crate::time::Instant;
use crate::watch::Watch;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What a worker knows of a client by its lists.
#[derive(Debug)]
pub(super) struct Lookup {
    pub policy: Arc<Policy>,
    /// The client in questions to the lists.
    pub name: ReversedName,
    pub asked_at: Instant,
    pub tally: Tally,
    /// Lists that have not been asked yet, the heaviest first.
    pub rest: Vec<usize>,
    /// Questions without an answer so far, but for those to lists on trial.
    pub pending: BTreeSet<u32>,
    /// All questions, for records.
    pub asked: Vec<Asked>,
    /// Those to lists on trial. Nothing waits for them, and they make a look-up neither older nor younger.
    pub trials: BTreeSet<u32>,
    /// The one question whose answer is timed, of each list in turn: a histogram costs a host call for each sample.
    pub timed: Option<u32>,
    pub waiting: BTreeSet<ConnectionId>,
    /// Why the list that blocks the client has it, if that was asked.
    pub reason: Option<Reason>,
    /// Its entry in `hurries`.
    pub hurry: Option<Instant>,
    /// Its entry in `unwaited`.
    pub unwaited: Option<Instant>,
}

impl Lookup {
    /// The next questions, once those that were sent are answered, if any are needed.
    pub fn ask_more(&mut self, key: Key, asking: &mut Asking<'_>) -> Vec<Question> {
        if !self.policy.dnsbl_frugal_enable {
            let rest = std::mem::take(&mut self.rest);
            return self.ask(key, rest, asking);
        }
        if !self.pending.is_empty() || self.rest.is_empty() || self.is_settled(key.client, asking.watch) {
            return Vec::new();
        }
        let score = self.score(key.client, asking.watch);
        let next = batch::take(&mut self.rest, &self.policy, score.total);
        self.ask(key, next, asking)
    }

    pub fn ask(&mut self, key: Key, lists: Vec<usize>, asking: &mut Asking<'_>) -> Vec<Question> {
        let questions = self.questions(key, lists, asking);
        self.pending.extend(questions.iter().map(|question| question.number));
        questions
    }

    /// Asks all lists on trial, once, also where the others are asked frugally: what they say is to be compared over
    /// all clients.
    pub fn ask_trials(&mut self, key: Key, asking: &mut Asking<'_>) -> Vec<Question> {
        let lists =
            batch::trial_lists(&self.policy, |list| asking.watch.counts(&self.policy, list, key.client));
        let questions = self.questions(key, lists, asking);
        self.trials.extend(questions.iter().map(|question| question.number));
        questions
    }

    fn questions(&mut self, key: Key, lists: Vec<usize>, asking: &mut Asking<'_>) -> Vec<Question> {
        let policy = Arc::clone(&self.policy);
        if policy.record_enable {
            self.asked.extend(lists.iter().map(|&list| Asked::of(list, asking.now, false)));
        }
        let zones = lists.into_iter().filter_map(|list| Some((list, policy.zones().get(list)?)));
        let ask = |(list, zone): (usize, &Zone)| {
            let message = zone.question(&self.name)?;
            Some(asking.questions.ask(Purpose::Listing(key, list), message))
        };
        zones.filter_map(ask).collect()
    }

    /// Notes how a question ended, for records.
    pub fn note(&mut self, list: usize, heard: &Heard, now: Instant) {
        let outcome = match heard {
            Heard::Listed(_) | Heard::Unlisted(_) => Outcome::Answered,
            Heard::TimedOut => Outcome::TimedOut,
            Heard::Trouble(trouble) => Outcome::Trouble(*trouble),
            Heard::Ignored => return,
        };
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.list == list) {
            asked.outcome = Some((now, outcome));
        }
    }

    /// What the lists had to do with the client, for its record.
    pub fn facts(&self, client: IpAddr, watch: &Watch) -> Vec<ListFacts> {
        let facts = |asked: &Asked| ListFacts {
            asked: asked.clone(),
            answer: self.tally.answer(asked.list).cloned(),
            muted: !watch.counts(&self.policy, asked.list, client),
        };
        let mut facts: Vec<_> = self.asked.iter().map(facts).collect();
        facts.sort_by_key(|facts| facts.asked.list);
        facts
    }

    pub fn score(&self, client: IpAddr, watch: &Watch) -> Score {
        self.tally.score(&self.policy, |list| watch.counts(&self.policy, list, client))
    }

    /// Whether nobody has to wait for the lists: all have answered, or need not. With `dnsbl_early_verdict_enable` also
    /// as soon as those that are missing cannot change the verdict.
    pub fn is_decided(&self, client: IpAddr, watch: &Watch) -> bool {
        let is_left = |list| self.rest.contains(&list);
        let all_answered = || {
            self.tally
                .is_complete(&self.policy, |list| watch.counts(&self.policy, list, client) && !is_left(list))
        };
        let certain = || self.is_settled(client, watch);
        if self.policy.dnsbl_early_verdict_enable {
            return certain();
        }
        all_answered() && (self.rest.is_empty() || certain())
    }

    /// Whether no list that may still answer can change the verdict.
    pub fn is_settled(&self, client: IpAddr, watch: &Watch) -> bool {
        let counts = |list| watch.counts(&self.policy, list, client);
        self.tally.certain_rank(&self.policy, counts).is_some()
    }

    /// Whether a list that has the client is being looked at, and may be worth nothing in a moment.
    pub fn is_in_doubt(&self, watch: &Watch) -> bool {
        self.decisive_listings().any(|(list, _, _)| watch.doubts(&self.policy, list))
    }

    /// Whether the list with this number ([`Zone::id`]), which is not on trial, has the client.
    pub fn is_listed_by(&self, id: u64) -> bool {
        self.decisive_listings().any(|(_, zone, _)| zone.id() == id)
    }

    /// Where the client is listed, but for lists on trial.
    fn decisive_listings(&self) -> impl Iterator<Item = (usize, &Zone, &ParsedAnswer)> {
        let zones = self.policy.zones();
        let listings =
            self.tally.listings().filter_map(|(list, answer)| Some((list, zones.get(list)?, answer)));
        listings.filter(|(_, zone, _)| !zone.on_trial)
    }

    /// Lists whose listing added to the score, where no other one did; likewise for those that took from it.
    pub fn unique_hits(&self) -> Vec<usize> {
        let counts = |sign: i32| {
            let counts = move |(_, zone, answer): &(usize, &Zone, &ParsedAnswer)| {
                zone.matching_weights(&answer.addresses).any(|weight| weight.signum() == sign)
            };
            let mut hits = self.decisive_listings().filter(counts).map(|(list, _, _)| list);
            hits.next().filter(|_| hits.next().is_none())
        };
        [1, -1].into_iter().filter_map(counts).collect()
    }

    /// Until when a session that comes later can use it: as long as answers may still come, and then as long as they
    /// hold.
    pub fn useful_until(&self, client: IpAddr, watch: &Watch) -> Instant {
        let wait =
            if self.pending.is_empty() { Duration::ZERO } else { self.policy.dnsbl_timeout.duration() };
        let holds = KEEP_MAX.min(Duration::from_secs(self.tally.cache_ttl(&self.policy).into()));
        let answers = if self.is_decided(client, watch) { holds } else { Duration::ZERO };
        self.asked_at.after(wait.max(answers))
    }
}
