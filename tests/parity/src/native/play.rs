//! One story: the clients, the lists, the mail server, and the loop around their sessions.

use super::Report;
use super::client::{Client, Deed, Socket};
use postscreen_engine::shared::Memory;
use postscreen_engine::throttle::is_due;
use postscreen_engine::{
    Counter, Crowd, DnsFailure, Gauge, Input, Instant, Line, Now, Output, Policy, Repeat, Test, Upstream,
};
use postscreen_scenario::{
    Answered, Limits, MailServer, MailSession, Reply, Resolver, Scenario, Start, Transcript, Word,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// 2026-01-01T00:00:00Z: every play begins at this time of the wall clock.
const WALL_START: Duration = Duration::from_hours(490_896);
/// How long the resolver takes.
const DNS_LATENCY: Duration = Duration::from_millis(5);
/// The first client's port; each further client has the next one.
pub(crate) const FIRST_PORT: u16 = 40_000;
/// What clients are granted. The tolerance covers the resolver's latency.
const LIMITS: Limits = Limits { wait: Duration::from_mins(2), tolerance: Duration::from_millis(50) };
/// How long the play goes on after the last script has ended, so that last words are heard.
const SETTLE: Duration = Duration::from_secs(1);
/// The cluster of the mail server, as a proxy would call it.
const BACKEND: &str = "backend";
/// The most moments of one play.
const MOMENTS_MAX: usize = 1_000_000;

/// A story that is being played.
pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    policy: Arc<Policy>,
    /// How far the wall clock is into a second when the story begins.
    begin: Duration,
    now: Duration,
    crowd: Crowd<Memory>,
    clients: BTreeMap<&'a str, Client>,
    resolver: Resolver,
    /// DNS answers under way, by arrival time and then in the order of the questions.
    answers: BTreeMap<(Duration, u64), (&'a str, u16, Reply)>,
    asked: u64,
    /// When a line that must not be repeated too often was last written.
    written: BTreeMap<u16, u64>,
    transcript: Transcript,
}

impl<'a> Play<'a> {
    pub(super) fn new(scenario: &'a Scenario, policy: Arc<Policy>, begin: Duration) -> Self {
        let names = Counter::ALL
            .iter()
            .map(|counter| counter.name())
            .chain(Gauge::ALL.iter().map(|gauge| gauge.name()));
        let metrics = names.map(|name| (name.to_owned(), 0)).collect();
        Self {
            scenario,
            crowd: Crowd::new(Memory::default(), policy.clone()),
            policy,
            begin,
            now: Duration::ZERO,
            clients: BTreeMap::new(),
            resolver: Resolver::new(scenario),
            answers: BTreeMap::new(),
            asked: 0,
            written: BTreeMap::new(),
            transcript: Transcript {
                metrics,
                dials: Some(BTreeMap::new()),
                has_voice: true,
                verdicts: Some(BTreeMap::new()),
                ..Transcript::default()
            },
        }
    }

    pub(super) fn run(mut self) -> Report {
        for _ in 0..MOMENTS_MAX {
            self.settle();
            let end = self.ended().map(|ended| ended + SETTLE);
            let next = [
                self.next_start(),
                self.next_wake(),
                self.next_deadline(),
                self.next_answer(),
                self.next_word(),
                end,
            ];
            let Some(next) = next.into_iter().flatten().min() else { break };
            if end.is_some_and(|end| self.now >= end) {
                break;
            }
            self.now = self.now.max(next);
        }
        self.note_end();
        let mut heard = BTreeMap::new();
        for (name, client) in self.clients {
            heard.insert(name.to_owned(), client.heard);
            if let Some(teaser) = client.actor.teaser() {
                self.transcript.teasers.insert(name.to_owned(), String::from_utf8_lossy(teaser).into_owned());
            }
            if let Some((_, result)) = client.end {
                self.transcript.clients.insert(name.to_owned(), result);
            }
        }
        Report { transcript: self.transcript, heard }
    }

    /// Lets everybody act until nobody has anything left to do at this moment.
    fn settle(&mut self) {
        self.clients.values_mut().for_each(|client| client.is_at(self.now));
        loop {
            let mut quiet = true;
            for (name, port) in self.due() {
                let role = &self.scenario.clients[name];
                let client = Client::new(role, port, self.policy.clone(), self.now, LIMITS);
                self.clients.insert(name, client);
                self.give(name, Input::ClientOpened);
                quiet = false;
            }
            for name in self.scenario.clients.keys() {
                let Some(client) = self.clients.get_mut(name.as_str()) else { continue };
                for deed in client.act(self.now) {
                    self.happens(name, deed);
                    quiet = false;
                }
                let due = |client: &Client| {
                    client.session.deadline().is_some_and(|time| time <= self.moment().instant)
                };
                if self.clients.get(name.as_str()).is_some_and(due) {
                    self.give(name, Input::DeadlineReached);
                    quiet = false;
                }
            }
            for name in self.scenario.clients.keys() {
                quiet &= !self.mail_server_acts(name);
            }
            while let Some(entry) = self.answers.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let (name, question, reply) = entry.remove();
                let answer = match &reply {
                    Reply::Message(message) => Ok(message.as_slice()),
                    Reply::Silence => Err(DnsFailure::Timeout),
                    Reply::NoQuestion => Err(DnsFailure::HttpStatus(400)),
                    Reply::Status(504) => Err(DnsFailure::Timeout),
                    Reply::Status(status) => Err(DnsFailure::HttpStatus(*status)),
                    Reply::Reset | Reply::Down => Err(DnsFailure::Unreachable),
                };
                self.give(name, Input::DnsAnswer { question, answer });
                quiet = false;
            }
            if quiet {
                return;
            }
        }
    }

    fn happens(&mut self, name: &'a str, deed: Deed) {
        let Some(client) = self.clients.get_mut(name) else { return };
        let served = client.mail_session.as_mut();
        match deed {
            Deed::Sends(bytes) => {
                if let Some(session) = served {
                    session.receive(&bytes, self.now);
                } else {
                    client.held.extend_from_slice(&bytes);
                    self.give(name, Input::ClientBytes(&bytes));
                }
            }
            Deed::Ends => match served {
                Some(session) => session.client_ended(self.now),
                None => self.give(name, Input::ClientEnd),
            },
            Deed::Breaks => {
                client.mail_session = None;
                self.give(name, Input::ClientClosed);
            }
        }
    }

    /// Gives a session an input and carries out what it wants, until it wants nothing more.
    fn give(&mut self, name: &'a str, input: Input<'_>) {
        let now = self.moment();
        let Some(client) = self.clients.get_mut(name) else { return };
        let mut outputs = VecDeque::from(client.session.handle(input, now));
        while let Some(output) = outputs.pop_front() {
            if let Some(answer) = self.carry_out(name, output, now)
                && let Some(client) = self.clients.get_mut(name)
            {
                outputs.extend(client.session.handle(answer, now));
            }
        }
    }

    /// Does what the session wants; the answer, where one is at hand.
    fn carry_out(&mut self, name: &'a str, output: Output, now: Now) -> Option<Input<'static>> {
        let client = self.clients.get_mut(name)?;
        match output {
            Output::Join(address) => {
                let (seat, standing, line) = self.crowd.join(address, now.unix);
                client.seat = Some(seat);
                self.log(line, now);
                return Some(Input::Joined(standing));
            }
            Output::ClaimPassNew(_) => {
                let first = client.seat.as_ref().is_none_or(|seat| self.crowd.claim_pass_new(seat));
                return Some(Input::PassNewClaimed(first));
            }
            Output::Recall(address) => return Some(Input::Remembered(self.crowd.recall(address))),
            Output::Remember(address, record) => {
                self.crowd.remember(client.seat.as_ref(), address, record);
            }
            Output::Renew(_) => {
                let line = client.seat.as_mut().and_then(|seat| self.crowd.renew(seat, now.unix));
                self.log(line, now);
            }
            Output::Share(_, record, tests) => {
                if let Some(seat) = &client.seat {
                    self.crowd.share(seat, record, tests);
                }
            }
            Output::Leave(_) => {
                let line = client.seat.take().and_then(|seat| self.crowd.leave(seat, now.unix));
                self.log(line, now);
            }
            Output::AskDns { question, message, timeout } => self.ask(name, question, &message, timeout),
            Output::Skip(len) => _ = client.held.drain(..len.min(client.held.len())),
            Output::Teaser(bytes) | Output::ToClient(bytes) => {
                if !client.hears(&bytes) {
                    return Some(Input::ClientClosed);
                }
            }
            Output::Dial(Upstream::Backend) => return self.dial(name, now),
            Output::Close => client.is_closed(),
            Output::Log(line) => self.log(Some(line), now),
            Output::Count(counter) => *self.metric(counter.name()) += 1,
            Output::Adjust(gauge, by) => *self.metric(gauge.name()) += i64::from(by),
            Output::Dial(Upstream::Nobody) => {}
            Output::Verdict(verdict) => {
                let verdicts = self.transcript.verdicts.get_or_insert_default();
                verdicts.insert(name.to_owned(), verdict.to_string());
            }
        }
        None
    }

    fn dial(&mut self, name: &'a str, now: Now) -> Option<Input<'static>> {
        let client = self.clients.get_mut(name)?;
        let line = client.seat.as_mut().and_then(|seat| self.crowd.dialled(seat, now.unix));
        self.log(line, now);
        self.note_dial(name, BACKEND);
        let client = self.clients.get_mut(name)?;
        match &self.scenario.mail_server {
            MailServer::Serves(manners) => {
                self.transcript.backend.push(name.to_owned());
                client.is_served_by(MailSession::new(manners, self.now));
                None
            }
            MailServer::Busy => None,
            MailServer::Refuses => {
                client.is_closed();
                Some(Input::ClientClosed)
            }
        }
    }

    /// Lets the mail server of a client act; whether it did anything.
    fn mail_server_acts(&mut self, name: &'a str) -> bool {
        let mut any = false;
        while let Some(word) = self.clients.get_mut(name).and_then(Client::next_word) {
            any = true;
            if matches!(word, Word::Say(_)) {
                self.give(name, Input::BackendAnswered);
            }
            let goes_on = self.clients.get_mut(name).is_some_and(|client| client.hears_word(&word));
            if !goes_on {
                self.give(name, Input::ClientClosed);
            }
        }
        any
    }

    fn note_dial(&mut self, name: &str, cluster: &str) {
        let dials = self.transcript.dials.get_or_insert_default();
        dials.entry(name.to_owned()).or_default().push(cluster.to_owned());
    }

    /// What is left at the end.
    fn note_end(&mut self) {
        let open = |client: &Client| matches!(client.socket, Socket::Open | Socket::Ended);
        let open = self.clients.iter().filter(|(_, client)| open(client));
        self.transcript.open = Some(open.map(|(name, _)| (*name).to_owned()).collect());
        let unix = self.moment().unix;
        let passes = self.scenario.clients.values().map(|client| {
            let record = self.crowd.recall(client.from).unwrap_or_default();
            let valid = Test::ALL.into_iter().filter(|test| u64::from(record.expiry(*test)) >= unix);
            (client.from, valid.map(|test| test.as_str().to_owned()).collect())
        });
        self.transcript.passes = Some(passes.collect());
    }

    fn ask(&mut self, name: &'a str, question: u16, message: &[u8], timeout: Duration) {
        let missing = self.scenario.resolver.as_ref().is_some_and(|outage| outage.missing);
        let Answered { latency, reply } = self.resolver.ask(message, self.now);
        let (latency, reply) = match latency.unwrap_or(DNS_LATENCY) {
            _ if missing => (Duration::ZERO, Reply::Down),
            _ if reply == Reply::Silence => (timeout, reply),
            late if late >= timeout => (timeout, Reply::Silence),
            latency => (latency, reply),
        };
        self.asked += 1;
        self.answers.insert((self.now + latency, self.asked), (name, question, reply));
    }

    fn log(&mut self, line: Option<Line>, now: Now) {
        let Some(line) = line else { return };
        if let Repeat::OncePerMinute(number) = line.repeat {
            if !is_due(self.written.get(&number).copied(), now.unix) {
                return;
            }
            self.written.insert(number, now.unix);
        }
        self.transcript.log.push(line.text);
    }

    fn metric(&mut self, name: &str) -> &mut i64 {
        self.transcript.metrics.entry(name.to_owned()).or_default()
    }

    fn moment(&self) -> Now {
        let millis = u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX);
        Now { instant: Instant::from_millis(millis), unix: (WALL_START + self.begin + self.now).as_secs() }
    }

    /// The clients that have not connected yet although their time has come.
    fn due(&self) -> Vec<(&'a str, u16)> {
        let all = (FIRST_PORT..).zip(self.scenario.clients.keys());
        let due = |name: &str| {
            !self.clients.contains_key(name) && self.start(name).is_some_and(|start| start <= self.now)
        };
        all.filter(|(_, name)| due(name)).map(|(port, name)| (name.as_str(), port)).collect()
    }

    fn start(&self, name: &str) -> Option<Duration> {
        match &self.scenario.clients.get(name)?.start {
            Start::At(time) => Some(*time),
            Start::After { client, wait } => {
                let (end, _) = self.clients.get(client.as_str())?.end.as_ref()?;
                Some(*end + *wait)
            }
        }
    }

    fn next_start(&self) -> Option<Duration> {
        let absent = self.scenario.clients.keys().filter(|name| !self.clients.contains_key(name.as_str()));
        absent.filter_map(|name| self.start(name)).min()
    }

    fn next_wake(&self) -> Option<Duration> {
        self.clients.values().filter(|client| client.end.is_none()).map(|client| client.wake).min()
    }

    fn next_deadline(&self) -> Option<Duration> {
        let alive = self.clients.values().filter(|client| client.socket != Socket::Gone);
        let deadline = alive.filter_map(|client| client.session.deadline()).min()?;
        Some(Duration::from_millis(deadline.as_millis()))
    }

    fn next_answer(&self) -> Option<Duration> {
        self.answers.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    fn next_word(&self) -> Option<Duration> {
        self.clients.values().filter_map(|client| client.mail_session.as_ref()?.deadline()).min()
    }

    /// When the last script ended, once all have.
    fn ended(&self) -> Option<Duration> {
        if self.clients.len() < self.scenario.clients.len() {
            return None;
        }
        let ends: Option<Vec<_>> = self.clients.values().map(|client| Some(client.end.as_ref()?.0)).collect();
        ends?.into_iter().max()
    }
}
