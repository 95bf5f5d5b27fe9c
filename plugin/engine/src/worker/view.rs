//! What a session holds in its worker (its lease, its look-up), and what it can do there.

use super::log::{listing_lines, sender_lines};
use super::meter::Meter;
use super::proxies::Proxies;
use super::throttle::{HOUR_S, MINUTE_S, admit};
use crate::client_record::{ListFacts, Reference};
use crate::dnsbl::{Score, Trial};
use crate::io::{ConnectionId, Destination, Output, Task};
use crate::line::Line;
use crate::lookups::{Asking, Key, Lookups};
use crate::metric::{Counter, Gauge, Measure};
use crate::policy::Policy;
use crate::questions::{Question, Questions};
use crate::record::{Record, Test, TestSet};
use crate::registry::{
    Found, Known, Lease, Occupancy, QueueLimits, RENEW_EVERY_S, Registry, Remembered, Settled, Settlement,
};
use crate::senders::{Search, Senders, Voucher};
use crate::session::{REASON_WAIT, Registration, Surroundings};
use crate::shared::SharedData;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::watch::{CANARY_TIMEOUT, READ_TO_JUDGE_S, Watch};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What stands for a list's name in the rate limits of lines about proxies. No list has it.
const MAYBE_A_PROXY: &str = "(a proxy?)";
const NO_HEADER: &str = "(no PROXY header)";

/// What a worker keeps for a session: the sessions are registered and leased, and look-ups are shared.
#[derive(Debug)]
pub(super) struct Holdings {
    /// The number of the session's policy.
    policy: u32,
    /// What it is counted by among the sessions of all workers, once it is registered.
    lease: Option<Lease>,
    /// When the lease is to be renewed.
    pub renew_at: Option<Instant>,
    /// Sent to the mail server, and not heard from it.
    in_transit: bool,
    /// The look-up that it waits for.
    lookup: Option<Key>,
    opened_at: Instant,
    /// It was not decided about at once.
    pub waits: bool,
    /// It may be a probe: what is to be said of it should it do more than leave.
    unsaid: Option<Vec<Unsaid>>,
    /// It is leaving.
    pub leaves: bool,
}

/// What is not said of a probe.
#[derive(Debug)]
enum Unsaid {
    Line(Line),
    Record(String),
    Count(Measure, u32),
}

impl Holdings {
    pub fn new(policy: u32, opened_at: Instant) -> Self {
        Self {
            policy,
            lease: None,
            renew_at: None,
            in_transit: false,
            lookup: None,
            opened_at,
            waits: false,
            unsaid: None,
            leaves: false,
        }
    }
}

/// A session's view of its worker, for one input.
pub(super) struct WorkerView<'a, S> {
    pub connection: ConnectionId,
    pub now: Now,
    pub teases: bool,
    pub policy: Arc<Policy>,
    pub holdings: &'a mut Holdings,
    pub registry: &'a Registry<S>,
    pub occupancy: &'a mut Occupancy,
    pub lookups: &'a mut Lookups,
    pub senders: &'a mut Senders,
    pub questions: &'a mut Questions,
    pub watch: &'a mut Watch,
    pub meter: &'a mut Meter,
    pub proxies: &'a mut Proxies,
    pub tasks: &'a mut Vec<Task>,
}

impl<S: SharedData> WorkerView<'_, S> {
    /// The session no longer counts.
    pub fn leave(&mut self) {
        if let Some(lease) = self.holdings.lease.take() {
            self.registry.leave(lease);
            self.occupancy.ended(self.holdings.in_transit);
        }
    }

    /// The session does not wait for the lists any more, if it did.
    pub fn leave_lists(&mut self) {
        self.senders.leave(self.connection);
        if let Some(key) = self.holdings.lookup.take() {
            let mut asking = Asking { questions: self.questions, watch: self.watch, now: self.now.instant };
            self.lookups.leave(key, self.connection, &mut asking, self.now.instant);
        }
    }

    /// The session is still open: its count must not be taken for that of a crashed worker.
    pub fn renew(&mut self) {
        if self.holdings.renew_at.is_some_and(|at| at <= self.now.instant) {
            if let Some(lease) = &mut self.holdings.lease {
                self.registry.renew(lease, self.now.unix);
            }
            // At the end of time there is no later.
            self.holdings.renew_at = Some(self.next_renewal()).filter(|&next| next > self.now.instant);
        }
    }

    fn next_renewal(&self) -> Instant {
        self.now.instant.after(Duration::from_secs(RENEW_EVERY_S))
    }

    fn key(&self, client: IpAddr) -> Key {
        Key { policy: self.holdings.policy, client }
    }

    /// The client is no probe: what was not said of it is said.
    pub fn speak_out(&mut self) {
        for unsaid in self.holdings.unsaid.take().unwrap_or_default() {
            match unsaid {
                Unsaid::Line(line) => self.emit(Output::Log(line)),
                Unsaid::Record(record) => self.emit(Output::Record(record)),
                Unsaid::Count(measure, by) => self.measure(measure, by),
            }
        }
    }

    /// Counts what the client is or does.
    fn measure(&mut self, measure: Measure, by: u32) {
        if let Some(unsaid) = &mut self.holdings.unsaid {
            return unsaid.push(Unsaid::Count(measure, by));
        }
        self.measure_work(measure, by);
    }

    /// Counts what was done for it, which is work whoever it was.
    fn measure_work(&mut self, measure: Measure, by: u32) {
        self.meter.count(self.policy.catalogue(), measure, by, self.now.instant);
    }

    fn set(&mut self, gauge: Gauge, value: u32) {
        if let Some(series) = self.policy.catalogue().name(Measure::Gauge(gauge)) {
            self.tasks.push(Task { connection: None, output: Output::Gauge(series.clone(), value) });
        }
    }

    /// Every session has one verdict.
    fn verdict_fell(&mut self, verdict: Verdict) {
        self.measure(Measure::Verdict(verdict), 1);
        if !self.holdings.waits || self.holdings.unsaid.is_some() {
            return;
        }
        let waited = whole_millis(self.now.instant.since(self.holdings.opened_at));
        if let Some(series) = self.policy.catalogue().name(Measure::VerdictTime) {
            self.tasks.push(Task { connection: None, output: Output::Sample(series.clone(), waited) });
        }
    }
}

/// For a histogram.
pub(super) fn whole_millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// The test of which this counts the failures.
fn failed_test(counter: Counter) -> Option<Test> {
    match counter {
        Counter::Pregreet => Some(Test::Pregreet),
        Counter::DnsblBlocked => Some(Test::Dnsbl),
        Counter::Pipelining => Some(Test::Pipelining),
        Counter::NonSmtpCommand => Some(Test::NonSmtpCommand),
        Counter::BareNewline => Some(Test::BareNewline),
        _ => None,
    }
}

impl<S: SharedData> Surroundings for WorkerView<'_, S> {
    fn now(&self) -> Now {
        self.now
    }

    fn teases(&self) -> bool {
        self.teases
    }

    fn emit(&mut self, output: Output) {
        if output == Output::Dial(Destination::Backend) && self.holdings.lease.is_some() {
            self.holdings.in_transit = true;
            self.occupancy.dialled();
        }
        match &output {
            Output::Verdict(verdict) => self.verdict_fell(*verdict),
            Output::Dial(Destination::Nobody) | Output::Close if !self.holdings.leaves => self.speak_out(),
            _ => {}
        }
        let output = match (output, &mut self.holdings.unsaid) {
            (Output::Log(line), Some(unsaid)) => return unsaid.push(Unsaid::Line(line)),
            (Output::Record(record), Some(unsaid)) => return unsaid.push(Unsaid::Record(record)),
            (output, _) => output,
        };
        self.tasks.push(Task { connection: Some(self.connection), output });
    }

    fn meets(&mut self, client: IpAddr) {
        if self.policy.probes.contain(client) {
            self.holdings.unsaid = Some(Vec::new());
            return;
        }
        let line = self.proxies.count(client, self.policy.mynetworks.contain(client));
        if let Some(line) =
            line.filter(|_| admit(self.registry.shared(), MAYBE_A_PROXY, HOUR_S, self.now.unix))
        {
            self.emit(Output::Log(Line::warning(line)));
        }
    }

    fn miss_header(&mut self, line: Line) {
        if admit(self.registry.shared(), NO_HEADER, MINUTE_S, self.now.unix) {
            self.emit(Output::Log(line));
        }
    }

    fn count(&mut self, counter: Counter) {
        self.measure(Measure::Counter(counter), 1);
        if let Some(test) = failed_test(counter) {
            self.measure(Measure::FailedTest(test), 1);
        }
    }

    fn register(&mut self, client: IpAddr) -> Registration {
        let (lease, Found { sessions, known }) = self.registry.open(client, &self.policy, self.now.unix);
        self.holdings.lease = Some(lease);
        self.holdings.renew_at = Some(self.next_renewal());
        let limits = QueueLimits::of(&self.policy);
        match known {
            Known::Nothing => self.count(Counter::CacheMiss),
            Known::Passed(_) => self.count(Counter::CacheHit),
            // Another session of the client is still deciding that.
            Known::Overlapping(_) => {}
        }
        if let Some(held) = self.occupancy.opened(self.registry.shared(), limits, self.now) {
            self.set(Gauge::Held, held);
        }
        if let Some(line) = self.occupancy.conclude(self.registry.shared(), limits, self.now) {
            self.emit(Output::Log(Line::info(line)));
        }
        let totals = self.occupancy.totals();
        Registration {
            of_client: sessions,
            known,
            sessions: totals.sessions,
            in_transit: totals.in_transit,
            stressed: self.occupancy.is_stressed(),
        }
    }

    fn share(&mut self, record: Record, tests: TestSet) {
        if let Some(lease) = &self.holdings.lease {
            self.registry.share(lease, record, tests);
        }
    }

    fn settle(&mut self, settlement: Settlement) -> Settled {
        let enabled = self.policy.enabled_tests();
        let lease = self.holdings.lease.as_ref();
        let settled =
            lease.map_or(Settled::NOWHERE, |lease| self.registry.settle(lease, settlement, enabled));
        match settled.remembered {
            Some(Remembered::Added) => self.measure_work(Measure::Gauge(Gauge::CacheClients), 1),
            Some(Remembered::InPlaceOfAnother { until }) if u64::from(until) > self.now.unix => {
                self.measure_work(Measure::Counter(Counter::CacheEviction), 1);
            }
            Some(Remembered::Renewed | Remembered::InPlaceOfAnother { .. }) | None => {}
        }
        settled
    }

    fn ask_lists(&mut self, client: IpAddr) -> bool {
        let key = self.key(client);
        self.holdings.lookup = Some(key);
        let canaries = self.watch.check(self.registry.shared(), &self.policy, None, self.questions, self.now);
        for Question { number, message } in canaries {
            let ask = Output::AskDns { question: number, message, timeout: CANARY_TIMEOUT };
            self.tasks.push(Task { connection: None, output: ask });
        }
        let mut asking = Asking { questions: self.questions, watch: self.watch, now: self.now.instant };
        let joined = self.lookups.join(key, &self.policy, self.connection, &mut asking, self.now.instant);
        let asked = u32::try_from(joined.questions.len()).unwrap_or(u32::MAX);
        if asked > 0 {
            self.measure_work(Measure::Counter(Counter::DnsQuestion), asked);
        }
        let timeout = self.policy.dnsbl_timeout.duration();
        for Question { number, message } in joined.questions {
            self.emit(Output::AskDns { question: number, message, timeout });
        }
        for (list, answer) in joined.listings {
            let policy = Arc::clone(&self.policy);
            let Some(zone) = policy.zones().get(list) else { continue };
            listing_lines(client, zone, &answer).for_each(|line| self.emit(Output::Log(line)));
        }
        joined.decided
    }

    fn score(&mut self, client: IpAddr) -> Score {
        let key = self.key(client);
        let score = self.lookups.score(key, &self.policy, self.watch);
        if score.heaviest_zone.is_none() || !self.policy.dnsbl_watch_enable {
            return score;
        }
        self.watch.read(self.registry.shared(), READ_TO_JUDGE_S, self.now.unix);
        self.lookups.score(key, &self.policy, self.watch)
    }

    fn trial(&mut self) -> Option<Trial> {
        let key = self.holdings.lookup?;
        self.lookups.trial(key, self.watch)?;
        // Another worker may have found out that it lists everybody.
        self.watch.read(self.registry.shared(), READ_TO_JUDGE_S, self.now.unix);
        self.lookups.trial(key, self.watch)
    }

    fn count_trial(&mut self, test: Test) {
        self.measure(Measure::TrialFailedTest(test), 1);
    }

    fn ask_senders(&mut self, client: IpAddr) -> Option<Voucher> {
        if self.policy.allow_spf.is_empty() {
            return None;
        }
        let search =
            self.senders.join(self.connection, &self.policy, client, self.questions, self.now.instant);
        let Search { voucher, troubles, questions } = search;
        let timeout = self.policy.dnsbl_timeout.duration();
        for Question { number, message } in questions {
            self.emit(Output::AskDns { question: number, message, timeout });
        }
        sender_lines(self.registry.shared(), &troubles, self.now)
            .for_each(|line| self.emit(Output::Log(line)));
        voucher
    }

    fn lists_can_block(&self, client: IpAddr) -> bool {
        self.lookups.can_block(self.key(client), self.watch)
    }

    fn ask_reason(&mut self, client: IpAddr, list: usize) -> bool {
        let (question, is_asked) = self.lookups.ask_reason(self.key(client), list, self.questions);
        if let Some(Question { number, message }) = question {
            self.emit(Output::AskDns { question: number, message, timeout: REASON_WAIT });
        }
        is_asked
    }

    fn reason(&self, client: IpAddr, list: usize) -> Option<String> {
        self.lookups.reason(self.key(client), list).map(str::to_owned)
    }

    fn lists_are_in_doubt(&mut self, client: IpAddr) -> bool {
        self.lookups.is_in_doubt(self.key(client), self.watch)
    }

    fn lists_decide(&self, client: IpAddr) -> bool {
        self.lookups.is_decided(self.key(client), self.watch)
    }

    fn list_facts(&self, client: IpAddr) -> Vec<ListFacts> {
        self.lookups.facts(self.key(client), self.watch)
    }

    fn reference(&self, client: SocketAddr) -> Reference {
        self.registry.reference(client, self.connection, self.now)
    }
}
