//! What surrounds a client that is played from its record: as it was, as far as the record says.

use super::answers::{answer, not_listed};
use crate::client_record::{ClientRecord, KnownFrom, ListFacts, ListRecord, Reference};
use crate::dnsbl::{Rank, Score, Trial, Zone, reversed};
use crate::io::{ConnectionId, Destination, DnsFailure, Output};
use crate::line::{Line, printable};
use crate::lookups::{Asking, Key, LookupAnswer, Lookups};
use crate::metric::Counter;
use crate::policy::Policy;
use crate::questions::{Purpose, Question, Questions};
use crate::record::{Record, Test, TestSet};
use crate::registry::{Known, Remembered, Settled, Settlement};
use crate::senders::Voucher;
use crate::session::{Registration, Surroundings};
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::watch::Watch;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The only connection that there is.
const CLIENT: ConnectionId = ConnectionId(1);

/// The world, and what became of the client in it.
pub(super) struct Around<'a> {
    policy: Arc<Policy>,
    record: &'a ClientRecord,
    key: Key,
    pub now: Now,
    lookups: Lookups,
    questions: Questions,
    watch: Watch,
    /// Answers that are under way, by their time and the number of their question.
    answers: BTreeMap<(Instant, u32), Result<Vec<u8>, DnsFailure>>,
    /// The lists of which is taken that they do not have the client.
    pub guessed: BTreeSet<usize>,
    /// When the reason for a refusal is there.
    pub reason_at: Option<Instant>,
    pub asked_senders: bool,
    pub score: Option<Score>,
    pub dialled: Option<Destination>,
    pub verdict: Option<(Verdict, Instant)>,
    pub reply: Option<String>,
}

impl<'a> Around<'a> {
    pub fn new(policy: &Arc<Policy>, record: &'a ClientRecord, client: IpAddr) -> Self {
        Self {
            policy: Arc::clone(policy),
            record,
            key: Key { policy: 0, client },
            now: Now { instant: Instant::default(), unix: record.time },
            lookups: Lookups::default(),
            questions: Questions::default(),
            watch: Watch::default(),
            answers: BTreeMap::new(),
            guessed: BTreeSet::new(),
            reason_at: None,
            asked_senders: false,
            score: None,
            dialled: None,
            verdict: None,
            reply: None,
        }
    }

    pub fn set_time(&mut self, instant: Instant) {
        let instant = self.now.instant.max(instant);
        self.now = Now { instant, unix: self.record.time.saturating_add(instant.as_millis() / 1_000) };
    }

    /// When the next answer comes.
    pub fn next_answer(&self) -> Option<Instant> {
        self.answers.first_key_value().map(|(&(at, _), _)| at)
    }

    /// When lists that are left are to be asked (`dnsbl_frugal_enable`).
    pub fn hurry_at(&self) -> Option<Instant> {
        self.lookups.deadline()
    }

    pub fn hurry(&mut self) {
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: self.now.instant };
        let more = self.lookups.hurry(&mut asking, self.now.instant);
        for (_, questions, _) in more {
            self.ask(questions);
        }
    }

    /// Hears the next answer. Whether the lists have decided now.
    pub fn hear(&mut self) -> bool {
        let Some(((_, question), answer)) = self.answers.pop_first() else { return false };
        let Some(Purpose::Listing(key, list)) = self.questions.take(question) else { return false };
        let answer = answer.as_deref().map_err(|&failure| failure);
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: self.now.instant };
        let heard = self.lookups.hear(key, list, question, answer, &mut asking);
        let Some(LookupAnswer { decides, questions, .. }) = heard else { return false };
        self.ask(questions);
        !decides.is_empty()
    }

    /// Whether a list could still change what comes of the score, if it had the client.
    pub fn matters(&self, lists: &BTreeSet<usize>) -> bool {
        let Some(score) = self.score else { return false };
        let zone = |&list: &usize| self.policy.zones().get(list).filter(|zone| !zone.on_trial);
        let zones = || lists.iter().filter_map(zone);
        let lowest = zones().map(Zone::lowest).fold(score.total, i32::saturating_add);
        let highest = zones().map(Zone::highest).fold(score.total, i32::saturating_add);
        let rank = |total| Rank::of(total, &self.policy);
        rank(lowest) != rank(highest)
    }

    /// What the record says of a list, which may have had another name for clients then.
    pub fn list(&self, zone: &Zone) -> Option<&'a ListRecord> {
        let is_it =
            |list: &&ListRecord| list.list == zone.public_name.as_str() || list.list == zone.domain.as_str();
        self.record.lists.iter().find(is_it)
    }

    fn ask(&mut self, questions: Vec<Question>) {
        let client = reversed(self.key.client);
        let policy = Arc::clone(&self.policy);
        for Question { number, .. } in questions {
            let Some(&Purpose::Listing(_, index)) = self.questions.purpose(number) else { continue };
            let Some(zone) = policy.zones().get(index) else { continue };
            let (after, answer) = if let Some(list) = self.list(zone) {
                let took = list.answered_at.map(|at| at.saturating_sub(list.asked_at));
                let took = took.or_else(|| list.muted.then_some(0));
                let answer = answer(list, zone, &client).unwrap_or(Err(DnsFailure::Timeout));
                (took.map_or(policy.dnsbl_timeout.duration(), Duration::from_millis), answer)
            } else {
                self.guessed.insert(index);
                (Duration::ZERO, not_listed(zone, &client))
            };
            self.answers.insert((self.now.instant.after(after), number), answer);
        }
    }
}

impl Surroundings for Around<'_> {
    fn now(&self) -> Now {
        self.now
    }

    fn teases(&self) -> bool {
        false
    }

    fn emit(&mut self, output: Output) {
        match output {
            Output::Verdict(verdict) => self.verdict = Some((verdict, self.now.instant)),
            Output::Dial(destination) => self.dialled = Some(destination),
            Output::ToClient(bytes) if bytes.starts_with(b"4") || bytes.starts_with(b"5") => {
                self.reply = Some(printable(bytes.trim_ascii_end(), usize::MAX));
            }
            _ => {}
        }
    }

    fn meets(&mut self, _: IpAddr) {}

    fn miss_header(&mut self, _: Line) {}

    fn count(&mut self, _: Counter) {}

    fn register(&mut self, _: IpAddr) -> Registration {
        let (known, sessions) = (&self.record.known, &self.record.sessions);
        Registration {
            of_client: sessions.of_client,
            known: match known.from {
                KnownFrom::Nothing => Known::Nothing,
                KnownFrom::EarlierVisits => {
                    Known::from_visits(known.record(), &self.policy, self.record.time)
                }
                KnownFrom::OpenSessions => Known::from_sessions(known.record(), &self.policy),
            },
            sessions: sessions.all,
            in_transit: sessions.in_transit,
            stressed: self.record.stressed,
        }
    }

    fn share(&mut self, _: Record, _: TestSet) {}

    fn settle(&mut self, _: Settlement) -> Settled {
        // Another session of the client may have been the first that passed.
        let first = self.record.verdict != Verdict::PassOld.label();
        Settled { remembered: Some(Remembered::Added), first }
    }

    fn ask_lists(&mut self, _: IpAddr) -> bool {
        let policy = Arc::clone(&self.policy);
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: self.now.instant };
        let joined = self.lookups.join(self.key, &policy, CLIENT, &mut asking, self.now.instant);
        self.ask(joined.questions);
        joined.decided
    }

    fn score(&mut self, _: IpAddr) -> Score {
        let score = self.lookups.score(self.key, &self.policy, &self.watch);
        self.score = Some(score);
        score
    }

    fn trial(&mut self) -> Option<Trial> {
        None
    }

    fn count_trial(&mut self, _: Test) {}

    fn ask_senders(&mut self, _: IpAddr) -> Option<Voucher> {
        self.asked_senders = true;
        None
    }

    fn lists_can_block(&self, _: IpAddr) -> bool {
        self.lookups.can_block(self.key, &self.watch)
    }

    fn ask_reason(&mut self, _: IpAddr, _: usize) -> bool {
        let Some(reason) = &self.record.reason else { return false };
        let took = reason.answered_at.map(|at| Duration::from_millis(at.saturating_sub(reason.asked_at)));
        self.reason_at = took.map(|took| self.now.instant.after(took));
        true
    }

    fn reason(&self, _: IpAddr, _: usize) -> Option<String> {
        self.record.reason.as_ref()?.text.clone()
    }

    fn lists_are_in_doubt(&mut self, _: IpAddr) -> bool {
        false
    }

    fn lists_decide(&self, _: IpAddr) -> bool {
        self.lookups.is_decided(self.key, &self.watch)
    }

    fn list_facts(&self, _: IpAddr) -> Vec<ListFacts> {
        Vec::new()
    }

    fn reference(&self, _: SocketAddr) -> Reference {
        Reference::of(0)
    }
}
