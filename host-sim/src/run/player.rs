//! One story in virtual time: whatever happens next happens now.

use std::num::NonZeroUsize;
use std::time::Duration;

use postscreen_scenario::{Action, Difference, Limits, Reconfigure, Scenario, Transcript, check};

use super::cast::{Cast, Member, Socket};
use super::end::{self, Register};
use super::mail_server::Sessions;
use super::program::Program;
use super::resolver::Answers;
use super::watching::Watching;
use crate::event::{ConnectionId, Effect, Input};
use crate::{Driven, Now};

/// 2026-01-01T00:00:00Z: every play begins at this time of the wall clock.
const WALL_START: Duration = Duration::from_hours(490_896);
/// What clients are granted. The tolerance covers the resolver's latency and one tick of the module.
const LIMITS: Limits = Limits {
    wait: Duration::from_mins(2),
    tolerance: Duration::from_millis(50),
    greets_early_talkers: false,
};
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
    /// What everybody saw.
    pub transcript: Transcript,
}

/// Plays one story from its begin to its end.
pub(super) fn play(
    program: &Program,
    scenario: &Scenario,
    workers: NonZeroUsize,
    watching: &Watching,
) -> Played {
    let now = Now { monotonic: Duration::ZERO, wall: WALL_START };
    match program.start(scenario, workers, now, watching) {
        Ok(host) => {
            let policy = serde_json::Value::Object(scenario.policy.clone()).to_string();
            let limits = Limits { greets_early_talkers: !program.teases(), ..LIMITS };
            let mut player = Player::new(scenario, limits, watching.wrap(host, policy), now, watching);
            player.transcript.has_voice = program.has_voice();
            player.play()
        }
        Err(reason) => {
            let transcript = Transcript { refused: Some(reason), ..Transcript::default() };
            let differences = check(scenario, &transcript, LOG_TOLERANCE);
            Played { differences, virtual_time: Duration::ZERO, transcript }
        }
    }
}

struct Player<'a> {
    scenario: &'a Scenario,
    host: Box<dyn Driven>,
    now: Now,
    cast: Cast<'a>,
    watching: &'a Watching,
    mail_server: Sessions,
    answers: Answers,
    register: Register,
    transcript: Transcript,
    /// Broken rules of the play.
    complaints: Vec<String>,
}

// === impl Player ===

impl<'a> Player<'a> {
    fn new(
        scenario: &'a Scenario,
        limits: Limits,
        host: Box<dyn Driven>,
        now: Now,
        watching: &'a Watching,
    ) -> Self {
        Self {
            scenario,
            host,
            now,
            cast: Cast::new(scenario, limits),
            watching,
            mail_server: Sessions::default(),
            answers: Answers::new(scenario),
            register: Register::default(),
            transcript: Transcript::default(),
            complaints: Vec::new(),
        }
    }

    fn play(mut self) -> Played {
        for _ in 0..MOMENTS_MAX {
            self.settle();
            let end = self.cast.ended().map(|ended| ended + SETTLE);
            let next = [
                self.host.next_deadline(),
                self.cast.next_wake(),
                self.answers.next(),
                self.mail_server.next(),
                self.next_change().map(|change| change.at),
                end,
            ];
            let Some(next) = next.into_iter().flatten().min() else { break };
            if end.is_some_and(|end| self.now.monotonic >= end) {
                return self.finish();
            }
            self.now = self.now.at(next);
            self.reconfigure();
            while let Some(answer) = self.answers.arrived(self.now.monotonic) {
                self.host.handle(answer, self.now);
            }
            self.host.handle(Input::TimePassed, self.now);
        }
        self.complaints.push(format!("the play did not end within {MOMENTS_MAX} moments"));
        self.finish()
    }

    fn finish(mut self) -> Played {
        self.transcript.metrics = self.host.metrics();
        self.transcript.passes = end::passes(self.scenario, &*self.host, self.now.wall.as_secs());
        self.register.tell(&mut self.transcript);
        self.transcript.teasers = self.cast.teasers();
        self.transcript.clients = self.cast.results();
        let mut differences = check(self.scenario, &self.transcript, LOG_TOLERANCE);
        if !self.complaints.is_empty() {
            differences.push(Difference::said("the play", self.complaints.join("\n")));
        }
        Played { differences, virtual_time: self.now.monotonic, transcript: self.transcript }
    }

    /// The new configuration that comes next.
    fn next_change(&self) -> Option<&'a Reconfigure> {
        self.scenario.reconfigure.get(self.transcript.reconfigured.len())
    }

    /// Changes the configuration, if it is time.
    fn reconfigure(&mut self) {
        while let Some(change) = self.next_change().filter(|change| change.at <= self.now.monotonic) {
            let policy = serde_json::Value::Object(change.policy.clone()).to_string();
            let refusal = self.host.reconfigure(policy, self.now).err();
            self.transcript.reconfigured.push(refusal.map(|refusal| refusal.text));
        }
    }

    /// Lets everybody act until nobody has anything left to do at this moment.
    fn settle(&mut self) {
        loop {
            let mut quiet = true;
            for (name, client, server) in self.cast.due(self.now.monotonic) {
                let worker = self.scenario.clients.get(name).and_then(|client| client.worker);
                let connection = self.host.accept(client, server, worker, self.now);
                self.cast.join(name, connection, self.now.monotonic);
                self.register.connected(name);
                self.watching.joined(connection, name);
                quiet = false;
            }
            let inputs = self.cast.playing().filter_map(|member| act(member, self.now.monotonic)).flatten();
            for input in inputs.collect::<Vec<_>>() {
                self.host.handle(input, self.now);
                quiet = false;
            }
            quiet &= !self.mail_server_acts();
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
            Effect::ToUpstream { connection, bytes } => {
                self.mail_server.receive(connection, &bytes, self.now.monotonic);
                self.mail_server_acts();
            }
            Effect::EndToUpstream { connection } => {
                self.mail_server.client_ended(connection, self.now.monotonic);
                self.mail_server_acts();
            }
            Effect::CloseUpstream { connection, .. } => self.mail_server.closed(connection),
            Effect::HttpCall(call) => self.answers.ask(&call, self.now.monotonic),
            Effect::CancelHttpCall { call } => self.answers.cancel(call),
            Effect::Log(line) if line.by_host => self.transcript.host_log.push(line.text),
            Effect::Log(line) => self.transcript.log.push(line.text),
            Effect::Ended(end) => {
                if let Some(name) = self.cast.name(end.connection) {
                    self.register.ended(name, &end);
                }
            }
            effect @ (Effect::Grpc(_) | Effect::ResolveDns { .. }) => {
                self.answers.decline(&effect, self.now.monotonic);
            }
            // A trap is in the log, and nothing fills up here.
            Effect::Trapped { .. } | Effect::ReadClient { .. } | Effect::ReadUpstream { .. } => {}
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
        let name = self.cast.name(connection);
        if let Some(name) = name {
            self.register.dialled(name, cluster);
        }
        let server = &self.scenario.mail_server;
        let (input, begins) = self.mail_server.dial(server, connection, self.now.monotonic);
        if begins {
            self.transcript.backend.extend(name.map(str::to_owned));
        }
        self.host.handle(input, self.now);
        self.mail_server_acts();
    }

    /// Lets the mail server say what it has to say by now; whether it said anything.
    fn mail_server_acts(&mut self) -> bool {
        let mut any = false;
        while let Some(input) = self.mail_server.said(self.now.monotonic) {
            self.host.handle(input, self.now);
            any = true;
        }
        any
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
