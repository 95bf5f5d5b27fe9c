//! One story: the clients, the lists, the mail server, and the loop around one worker.

use super::client::{Client, Connection, Deed, Socket};
use super::{Order, Report};
use postscreen_engine::shared::Memory;
use postscreen_engine::{
    ConnectionId, Counter, DnsFailure, Gauge, Host, Input, Instant, Now, Output, Policy, Task, Test,
    Upstream, Worker, registry,
};
use postscreen_scenario::{
    Answered, Limits, MailServer, MailSession, Reply, Resolver, Scenario, Start, Transcript, Word,
};
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// 2026-01-01T00:00:00Z: every play begins at this time of the wall clock.
const WALL_START: Duration = Duration::from_hours(490_896);
/// How long the resolver takes.
const DNS_LATENCY: Duration = Duration::from_millis(5);
/// The first client's port; each further client has the next one.
pub(crate) const FIRST_PORT: u16 = 40_000;
/// What clients are granted. The tolerance covers the resolver's latency.
const LIMITS: Limits = Limits {
    wait: Duration::from_mins(2),
    tolerance: Duration::from_millis(50),
    greets_early_talkers: false,
};
/// How long the play goes on after the last script has ended, so that last words are heard.
const SETTLE: Duration = Duration::from_secs(1);
/// The cluster of the mail server, as a proxy would call it.
const BACKEND: &str = "backend";
/// The host that plays. Nobody is to be kept from knowing the key here, and every play must go the same way.
const HOST: Host = Host { teases: true, hash_key: *b"postscreen story" };
/// The most moments of one play.
const MOMENTS_MAX: usize = 1_000_000;

/// A story that is being played.
pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    /// How far the wall clock is into a second when the story begins.
    begin: Duration,
    now: Duration,
    worker: Worker<Memory>,
    buckets: NonZeroU32,
    clients: BTreeMap<&'a str, Client>,
    resolver: Resolver,
    /// DNS answers under way, by arrival time and then in `order`.
    answers: BTreeMap<(Duration, i64), (u32, Reply)>,
    order: Order,
    asked: i64,
    transcript: Transcript,
}

impl<'a> Play<'a> {
    pub(super) fn new(scenario: &'a Scenario, policy: Arc<Policy>, begin: Duration, order: Order) -> Self {
        let names = Counter::ALL
            .iter()
            .map(|counter| counter.name())
            .chain(Gauge::ALL.iter().map(|gauge| gauge.name()));
        let metrics = names.map(|name| (name.to_owned(), 0)).collect();
        Self {
            scenario,
            buckets: policy.cache.buckets,
            worker: Worker::new(Memory::default(), policy, HOST),
            begin,
            now: Duration::ZERO,
            clients: BTreeMap::new(),
            resolver: Resolver::new(scenario),
            answers: BTreeMap::new(),
            order,
            asked: 0,
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
                let client = Client::new(role, port, self.now, LIMITS);
                let endpoints = client.endpoints;
                self.clients.insert(name, client);
                self.give(name, Input::ClientOpened(Some(endpoints)));
                quiet = false;
            }
            for name in self.scenario.clients.keys() {
                let Some(client) = self.clients.get_mut(name.as_str()) else { continue };
                for deed in client.act(self.now) {
                    self.happens(name, deed);
                    quiet = false;
                }
            }
            if self.worker.deadline().is_some_and(|time| time <= self.moment().instant) {
                self.give_worker(ConnectionId::default(), Input::DeadlineReached);
                quiet = false;
            }
            for name in self.scenario.clients.keys() {
                quiet &= !self.mail_server_acts(name);
            }
            while let Some(entry) = self.answers.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let (question, reply) = entry.remove();
                let answer = match &reply {
                    Reply::Message(message) => Ok(message.as_slice()),
                    Reply::Silence | Reply::Status(504) => Err(DnsFailure::Timeout),
                    Reply::NoQuestion => Err(DnsFailure::HttpStatus(400)),
                    Reply::Status(status) => Err(DnsFailure::HttpStatus(*status)),
                    Reply::Reset | Reply::Down => Err(DnsFailure::Unreachable),
                };
                self.give_worker(ConnectionId::default(), Input::DnsAnswer { question, answer });
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

    /// Tells the engine what has happened to a client.
    fn give(&mut self, name: &'a str, input: Input<'_>) {
        if let Some(client) = self.clients.get(name) {
            self.give_worker(client.connection, input);
        }
    }

    /// Gives the engine an input and carries out what it wants, until it wants nothing more.
    fn give_worker(&mut self, connection: ConnectionId, input: Input<'_>) {
        let now = self.moment();
        let mut tasks = VecDeque::from(self.worker.handle(connection, input, now));
        while let Some(Task { connection, output }) = tasks.pop_front() {
            let name = connection.and_then(|connection| self.name(connection));
            if self.carry_out(name, output) == Connection::Gone {
                let gone = self.worker.handle(connection.unwrap_or_default(), Input::ClientClosed, now);
                tasks.extend(gone);
            }
        }
    }

    fn name(&self, connection: ConnectionId) -> Option<&'a str> {
        self.clients.iter().find(|(_, client)| client.connection == connection).map(|(name, _)| *name)
    }

    /// Does what the engine wants.
    fn carry_out(&mut self, name: Option<&'a str>, output: Output) -> Connection {
        match (output, name) {
            (Output::AskDns { question, message, timeout }, _) => self.ask(question, &message, timeout),
            (Output::Log(line), _) => self.transcript.log.push(line.text),
            (Output::Count(counter, by), _) => *self.metric(counter.name()) += i64::from(by),
            (Output::Gauge(gauge, value), _) => *self.metric(gauge.name()) = value.into(),
            (Output::Verdict(verdict), Some(name)) => {
                let verdicts = self.transcript.verdicts.get_or_insert_default();
                verdicts.insert(name.to_owned(), verdict.to_string());
            }
            (Output::Dial(Upstream::Backend), Some(name)) => return self.dial(name),
            (output, Some(name)) => {
                return self.clients.get_mut(name).map_or(Connection::Kept, |c| c.obeys(output));
            }
            (_, None) => {}
        }
        Connection::Kept
    }

    fn dial(&mut self, name: &'a str) -> Connection {
        self.note_dial(name, BACKEND);
        let Some(client) = self.clients.get_mut(name) else { return Connection::Kept };
        match &self.scenario.mail_server {
            MailServer::Serves(manners) => {
                self.transcript.backend.push(name.to_owned());
                client.is_served_by(MailSession::new(manners, self.now));
                Connection::Kept
            }
            MailServer::Busy => Connection::Kept,
            MailServer::Refuses => {
                client.is_closed();
                Connection::Gone
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
            let record =
                registry::recall(self.worker.shared(), client.from, self.buckets).unwrap_or_default();
            let valid = Test::ALL.into_iter().filter(|test| u64::from(record.expiry(*test)) >= unix);
            (client.from, valid.map(|test| test.as_str().to_owned()).collect())
        });
        self.transcript.passes = Some(passes.collect());
    }

    fn ask(&mut self, question: u32, message: &[u8], timeout: Duration) {
        let missing = self.scenario.resolver.as_ref().is_some_and(|outage| outage.missing);
        let Answered { latency, reply } = self.resolver.ask(message, self.now);
        let (latency, reply) = match latency.unwrap_or(DNS_LATENCY) {
            _ if missing => (Duration::ZERO, Reply::Down),
            _ if reply == Reply::Silence => (timeout, reply),
            late if late >= timeout => (timeout, Reply::Silence),
            latency => (latency, reply),
        };
        self.asked += 1;
        let turn = if self.order == Order::AsAsked { self.asked } else { -self.asked };
        self.answers.insert((self.now + latency, turn), (question, reply));
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
        let deadline = self.worker.deadline()?;
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
