//! One play, moment by moment.

use std::time::Duration;

use envoy_sim::virtual_time::{Answers, Arrival, Order, VirtualTime};
use envoy_sim::{ConnectionId, Driven, Effect, Input, Now};
use postscreen_scenario::{Action, Difference, Limits, Reconfigure, Scenario, Transcript, check};

use super::{LOG_TOLERANCE, Played, Spectator};
use crate::cast::{Cast, Member};
use crate::end::{self, Register};
use crate::screener::{Screener, configuration};
use crate::servers::{Lists, Sessions, decline};

/// What clients are granted. The tolerance covers the resolver's latency and one tick of the module.
pub(super) const LIMITS: Limits = Limits {
    wait: Duration::from_mins(2),
    tolerance: Duration::from_millis(50),
    greets_early_talkers: false,
};
/// How long the host runs on after the last script has ended, so that its last words are heard.
pub(super) const SETTLE: Duration = Duration::from_secs(1);
/// The most moments of one play. A story of a hundred clients has some thousands.
const MOMENTS_MAX: usize = 1_000_000;
/// The cluster of the mail server.
const BACKEND: &str = "backend";

pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    time: VirtualTime<dyn Driven>,
    cast: Cast<'a>,
    spectator: &'a dyn Spectator,
    mail_server: Sessions,
    lists: Lists,
    register: Register,
    transcript: Transcript,
    /// Broken rules of the play.
    complaints: Vec<String>,
}

impl<'a> Play<'a> {
    pub(super) fn new(
        scenario: &'a Scenario,
        screener: &Screener,
        host: Box<dyn Driven>,
        now: Now,
        order: Order,
        spectator: &'a dyn Spectator,
    ) -> Self {
        let limits = Limits { greets_early_talkers: !screener.has_voice(), ..LIMITS };
        let mut time = VirtualTime::new(host, now);
        time.answers = Answers::in_order(order);
        Self {
            scenario,
            time,
            cast: Cast::new(scenario, limits),
            spectator,
            mail_server: Sessions::default(),
            lists: Lists::new(scenario),
            register: Register::default(),
            transcript: Transcript { has_voice: screener.has_voice(), ..Transcript::default() },
            complaints: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Played {
        for _ in 0..MOMENTS_MAX {
            self.settle();
            let end = self.cast.ended().map(|ended| ended + SETTLE);
            let next = [
                self.time.next(),
                self.cast.next_wake(),
                self.mail_server.next(),
                self.next_change().map(|change| change.at),
                end,
            ];
            let Some(next) = next.into_iter().flatten().min() else { break };
            if end.is_some_and(|end| self.time.elapsed() >= end) {
                return self.finish();
            }
            self.time.move_to(next);
            self.reconfigure();
            self.time.pass();
        }
        self.complaints.push(format!("the play did not end within {MOMENTS_MAX} moments"));
        self.finish()
    }

    fn finish(mut self) -> Played {
        let now = self.time.now();
        self.transcript.metrics = self.time.host.metrics();
        self.transcript.passes = end::passes(self.scenario, &*self.time.host, now.wall.as_secs());
        self.register.tell(&mut self.transcript);
        self.transcript.teasers = self.cast.teasers();
        let heard = self.cast.heard();
        self.transcript.clients = self.cast.results();
        let mut differences = check(self.scenario, &self.transcript, LOG_TOLERANCE);
        if !self.complaints.is_empty() {
            differences.push(Difference::said("the play", self.complaints.join("\n")));
        }
        Played { differences, virtual_time: now.monotonic, transcript: self.transcript, heard }
    }

    /// The new configuration that comes next.
    fn next_change(&self) -> Option<&'a Reconfigure> {
        self.scenario.reconfigure.get(self.transcript.reconfigured.len())
    }

    /// Changes the configuration, if it is time.
    fn reconfigure(&mut self) {
        let now = self.time.now();
        while let Some(change) = self.next_change().filter(|change| change.at <= now.monotonic) {
            let refusal = self.time.host.reconfigure(configuration(&change.policy), now).err();
            self.transcript.reconfigured.push(refusal.map(|refusal| refusal.text));
        }
    }

    /// Lets everybody act until nobody has anything left to do at this moment.
    fn settle(&mut self) {
        let now = self.time.now();
        loop {
            let mut quiet = true;
            for (name, client, server) in self.cast.due(now.monotonic) {
                let worker = self.scenario.clients.get(name).and_then(|client| client.worker);
                let connection = self.time.host.accept(client, server, worker, now);
                self.cast.join(name, connection, now.monotonic);
                self.register.connected(name);
                self.spectator.connected(connection, name);
                quiet = false;
            }
            let inputs = self.cast.playing().filter_map(|member| act(member, now.monotonic)).flatten();
            for input in inputs.collect::<Vec<_>>() {
                self.time.handle(input);
                quiet = false;
            }
            quiet &= !self.mail_server_acts();
            while let Some(effect) = self.time.poll_effect() {
                self.carry_out(effect);
                quiet = false;
            }
            if quiet {
                return;
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        let now = self.time.elapsed();
        match effect {
            Effect::ToClient { connection, bytes } => self.client_hears(connection, &bytes),
            Effect::EndToClient { connection } => {
                if let Some(member) = self.cast.of(connection) {
                    member.hears_end(now);
                }
            }
            Effect::CloseClient { connection, .. } => {
                if let Some(member) = self.cast.of(connection) {
                    member.hears_end(now);
                    member.socket.closed_by_host();
                }
            }
            Effect::Dial { connection, cluster } => self.dial(connection, &cluster),
            Effect::ToUpstream { connection, bytes } => {
                self.mail_server.receive(connection, &bytes, now);
                self.mail_server_acts();
            }
            Effect::EndToUpstream { connection } => {
                self.mail_server.client_ended(connection, now);
                self.mail_server_acts();
            }
            Effect::CloseUpstream { connection, .. } => self.mail_server.closed(connection),
            Effect::HttpCall(call) => self.lists.ask(&call, now, &mut self.time.answers),
            Effect::CancelHttpCall { call } => self.time.answers.cancel(call),
            Effect::Log(line) if line.by_host => self.transcript.host_log.push(line.text),
            Effect::Log(line) => self.transcript.log.push(line.text),
            Effect::Ended(end) => {
                if let Some(name) = self.cast.name(end.connection) {
                    self.register.ended(name, &end);
                }
            }
            effect @ (Effect::Grpc(_) | Effect::ResolveDns { .. }) => {
                decline(&effect, now, &mut self.time.answers);
            }
            // A trap is in the log, and nothing fills up here.
            Effect::Trapped { .. } | Effect::ReadClient { .. } | Effect::ReadUpstream { .. } => {}
        }
    }

    fn client_hears(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let now = self.time.elapsed();
        let Some(member) = self.cast.of(connection) else { return };
        match member.socket.arrives() {
            Arrival::Read => member.hears(bytes, now),
            Arrival::Refused(reset) => self.time.handle(reset),
            Arrival::Lost => {}
        }
    }

    fn dial(&mut self, connection: ConnectionId, cluster: &str) {
        if cluster != BACKEND {
            self.complaints.push(format!("{connection}: dialled the cluster {cluster}, which no story has"));
            self.time.handle(Input::UpstreamRefused { connection });
            return;
        }
        let name = self.cast.name(connection);
        if let Some(name) = name {
            self.register.dialled(name, cluster);
        }
        let server = &self.scenario.mail_server;
        let (input, begins) = self.mail_server.dial(server, connection, self.time.elapsed());
        if begins {
            self.transcript.backend.extend(name.map(str::to_owned));
        }
        self.time.handle(input);
        self.mail_server_acts();
    }

    /// Lets the mail server say what it has to say by now; whether it said anything.
    fn mail_server_acts(&mut self) -> bool {
        let mut any = false;
        while let Some(input) = self.mail_server.said(self.time.elapsed()) {
            self.time.handle(input);
            any = true;
        }
        any
    }
}

/// Lets one client act as far as it can; what the host is told of it.
fn act(member: &mut Member, now: Duration) -> Option<Vec<Input>> {
    let mut inputs = Vec::new();
    let end = loop {
        match member.actor.next(now) {
            Action::Wait(wake) => {
                member.wake = Some(wake);
                break None;
            }
            Action::Finished => break Some(Ok(())),
            Action::Failed(failure) => break Some(Err(failure)),
            Action::Send(bytes) => inputs.extend(member.socket.send(bytes)),
            Action::End => inputs.extend(member.socket.end()),
            Action::Close => inputs.extend(member.socket.close()),
            Action::Reset => inputs.extend(member.socket.reset()),
        }
    };
    if let Some(result) = end {
        inputs.extend(member.socket.close());
        member.end = Some((now, result));
    }
    Some(inputs).filter(|inputs| !inputs.is_empty())
}
