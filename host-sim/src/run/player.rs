//! One story in virtual time: whatever happens next happens now.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use postscreen_scenario::{Action, Difference, Limits, MailServer, Scenario, Sink, Stay, Transcript, check};

use super::cast::{Cast, Member, Socket};
use crate::event::{CallId, ConnectionId, Effect, HttpCall, Input};
use crate::{Driven, Host, Module, Now, Settings, StartError, dns};

/// 2026-01-01T00:00:00Z: every play begins at this time of the wall clock.
const WALL_START: Duration = Duration::from_hours(490_896);
/// How long the resolver takes. Far below one `greet_wait`, so that a story need not think of it.
const DNS_LATENCY: Duration = Duration::from_millis(5);
/// What clients are granted. The tolerance covers the resolver's latency and one tick of the module.
const LIMITS: Limits = Limits { wait: Duration::from_mins(2), tolerance: Duration::from_millis(50) };
/// Times in log lines are exact.
const LOG_TOLERANCE: Duration = Duration::ZERO;
/// How long the host runs on after the last script has ended, so that its last words are heard.
const SETTLE: Duration = Duration::from_secs(1);
/// The most moments of one play. A story of a hundred clients has some thousands.
const MOMENTS_MAX: usize = 1_000_000;
/// The cluster of the mail server.
const BACKEND: &str = "backend";

/// How a play went.
pub(super) struct Played {
    /// Empty: the story came true.
    pub differences: Vec<Difference>,
    /// How long the play took on its own clock.
    pub virtual_time: Duration,
}

/// Plays one story from its begin to its end.
pub(super) fn play(module: &Module, scenario: &Scenario, workers: NonZeroUsize) -> Played {
    let now = Now { monotonic: Duration::ZERO, wall: WALL_START };
    let policy = serde_json::Value::Object(scenario.policy.clone()).to_string();
    let settings = Settings { workers, ..Settings::postscreen(policy) };
    match Host::start(module, settings, now) {
        Ok(host) => Player::new(scenario, Box::new(host), now).play(),
        Err(error) => {
            let transcript = Transcript { refused: Some(reason(&error)), ..Transcript::default() };
            let differences = check(scenario, &transcript, LOG_TOLERANCE);
            Played { differences, virtual_time: Duration::ZERO }
        }
    }
}

/// Why the module does not start, with all that it said.
fn reason(error: &StartError) -> String {
    let said = error.log().iter().map(|line| line.text.clone());
    std::iter::once(error.to_string()).chain(said).collect::<Vec<_>>().join("\n")
}

struct Player<'a> {
    scenario: &'a Scenario,
    host: Box<dyn Driven>,
    now: Now,
    cast: Cast<'a>,
    backends: BTreeMap<ConnectionId, Sink>,
    /// DNS answers under way, by arrival time and then in the order of the questions.
    answers: BTreeMap<(Duration, u64), (CallId, Input)>,
    asked: u64,
    transcript: Transcript,
    /// What the host had to say itself: traps and broken rules.
    complaints: Vec<String>,
}

// === impl Player ===

impl<'a> Player<'a> {
    fn new(scenario: &'a Scenario, host: Box<dyn Driven>, now: Now) -> Self {
        Self {
            scenario,
            host,
            now,
            cast: Cast::new(scenario, LIMITS),
            backends: BTreeMap::new(),
            answers: BTreeMap::new(),
            asked: 0,
            transcript: Transcript::default(),
            complaints: Vec::new(),
        }
    }

    fn play(mut self) -> Played {
        for _ in 0..MOMENTS_MAX {
            self.settle();
            let end = self.cast.ended().map(|ended| ended + SETTLE);
            let next = [self.host.next_deadline(), self.cast.next_wake(), self.next_answer(), end];
            let Some(next) = next.into_iter().flatten().min() else { break };
            if end.is_some_and(|end| self.now.monotonic >= end) {
                return self.finish();
            }
            self.now = self.now.at(next);
            self.deliver_answers();
            self.host.handle(Input::TimePassed, self.now);
        }
        self.complaints.push(format!("the play did not end within {MOMENTS_MAX} moments"));
        self.finish()
    }

    fn finish(mut self) -> Played {
        self.transcript.metrics = self.host.metrics();
        self.transcript.clients = self.cast.results();
        let mut differences = check(self.scenario, &self.transcript, LOG_TOLERANCE);
        if !self.complaints.is_empty() {
            differences.push(Difference { what: "the host".to_owned(), how: self.complaints.join("\n") });
        }
        Played { differences, virtual_time: self.now.monotonic }
    }

    /// Lets everybody act until nobody has anything left to do at this moment.
    fn settle(&mut self) {
        loop {
            let mut quiet = true;
            for (name, client, server) in self.cast.due(self.now.monotonic) {
                let connection = self.host.accept(client, server, None, self.now);
                self.cast.join(name, connection, self.now.monotonic);
                quiet = false;
            }
            let inputs = self.cast.playing().filter_map(|member| act(member, self.now.monotonic)).flatten();
            for input in inputs.collect::<Vec<_>>() {
                self.host.handle(input, self.now);
                quiet = false;
            }
            while let Some(effect) = self.host.poll_effect() {
                self.carry_out(effect);
                quiet = false;
            }
            if quiet {
                return;
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => self.client_hears(connection, &bytes),
            Effect::EndToClient { connection } => {
                if let Some(member) = self.cast.of(connection) {
                    member.actor.peer_closed();
                }
            }
            Effect::CloseClient { connection, .. } => {
                if let Some(member) = self.cast.of(connection) {
                    member.actor.peer_closed();
                    member.socket = Socket::Gone;
                }
            }
            Effect::Dial { connection, cluster } => self.dial(connection, &cluster),
            Effect::ToUpstream { connection, bytes } => self.backend_hears(connection, &bytes),
            // As a mail server does: no more commands, no more session.
            Effect::EndToUpstream { connection } => {
                if self.backends.remove(&connection).is_some() {
                    self.backend_says(connection, Vec::new(), true);
                }
            }
            Effect::CloseUpstream { connection, .. } => {
                self.backends.remove(&connection);
            }
            Effect::HttpCall(call) => self.resolve(&call),
            Effect::CancelHttpCall { call } => self.answers.retain(|_, (asked, _)| *asked != call),
            Effect::Log(line) if line.by_host => self.complaints.push(line.text),
            Effect::Log(line) => self.transcript.log.push(line.text),
            // Nothing fills up here, and the story has no word for access logs.
            Effect::ReadClient { .. } | Effect::ReadUpstream { .. } | Effect::Ended(_) => {}
        }
    }

    fn client_hears(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let Some(member) = self.cast.of(connection) else { return };
        match member.socket {
            Socket::Open | Socket::Ended => member.actor.received(bytes),
            Socket::Closed => {
                member.socket = Socket::Gone;
                self.host.handle(Input::ClientReset { connection }, self.now);
            }
            Socket::Gone => {}
        }
    }

    fn dial(&mut self, connection: ConnectionId, cluster: &str) {
        if cluster != BACKEND {
            self.complaints.push(format!("{connection}: dialled the cluster {cluster}, which no story has"));
            self.host.handle(Input::UpstreamRefused { connection }, self.now);
            return;
        }
        match self.scenario.mail_server {
            MailServer::Friendly => {}
            // The kernel takes the connection, and nobody ever says a word.
            MailServer::Busy => return self.host.handle(Input::UpstreamConnected { connection }, self.now),
            MailServer::Refuses => return self.host.handle(Input::UpstreamRefused { connection }, self.now),
        }
        self.transcript.backend.extend(self.cast.name(connection).map(str::to_owned));
        let sink = Sink::default();
        let greeting = sink.greeting().to_vec();
        self.backends.insert(connection, sink);
        self.host.handle(Input::UpstreamConnected { connection }, self.now);
        self.backend_says(connection, greeting, false);
    }

    fn backend_hears(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let Some(sink) = self.backends.get_mut(&connection) else { return };
        let mut replies = Vec::new();
        let end = sink.receive(bytes, &mut replies) == Stay::Close;
        if end {
            self.backends.remove(&connection);
        }
        if end || !replies.is_empty() {
            self.backend_says(connection, replies, end);
        }
    }

    fn backend_says(&mut self, connection: ConnectionId, bytes: Vec<u8>, end: bool) {
        self.host.handle(Input::UpstreamBytes { connection, bytes, end }, self.now);
    }

    fn resolve(&mut self, call: &HttpCall) {
        let Some(answer) = dns::answer(&self.scenario.dns, &call.headers, &call.body) else { return };
        let input = Input::HttpResponse {
            call: call.call,
            headers: answer.headers,
            body: answer.body,
            trailers: Vec::new(),
        };
        self.asked += 1;
        self.answers.insert((self.now.monotonic + DNS_LATENCY, self.asked), (call.call, input));
    }

    fn next_answer(&self) -> Option<Duration> {
        self.answers.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    fn deliver_answers(&mut self) {
        while let Some(entry) = self.answers.first_entry() {
            if entry.key().0 > self.now.monotonic {
                break;
            }
            let (_, input) = entry.remove();
            self.host.handle(input, self.now);
        }
    }
}

/// Lets one client act as far as it can; what the host is told of it.
fn act(member: &mut Member, now: Duration) -> Option<Vec<Input>> {
    let connection = member.connection;
    let mut inputs = Vec::new();
    let end = loop {
        let action = member.actor.next(now);
        let gone = member.socket == Socket::Gone || member.socket == Socket::Closed;
        match action {
            Action::Wait(wake) => {
                member.wake = Some(wake);
                break None;
            }
            Action::Finished => break Some(Ok(())),
            Action::Failed(failure) => break Some(Err(failure)),
            // The kernel accepts bytes for a peer that has closed; they are lost.
            _ if gone => {}
            Action::Send(bytes) => inputs.push(Input::ClientBytes { connection, bytes, end: false }),
            Action::End => inputs.extend(fin(member, Socket::Ended)),
            Action::Close => inputs.extend(fin(member, Socket::Closed)),
            Action::Reset => {
                member.socket = Socket::Gone;
                inputs.push(Input::ClientReset { connection });
            }
        }
    };
    if let Some(result) = end {
        inputs.extend(fin(member, Socket::Closed));
        member.end = Some((now, result));
    }
    Some(inputs).filter(|inputs| !inputs.is_empty())
}

/// Closes the sending half, once, and goes on as `then`.
fn fin(member: &mut Member, then: Socket) -> Option<Input> {
    let connection = member.connection;
    match std::mem::replace(&mut member.socket, then) {
        Socket::Open => Some(Input::ClientBytes { connection, bytes: Vec::new(), end: true }),
        Socket::Ended => None,
        before @ (Socket::Closed | Socket::Gone) => {
            member.socket = before;
            None
        }
    }
}

#[cfg(test)]
mod tests;
