//! The recorder between player and host.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{
    CallId, ConnectionEnd, ConnectionId, Driven, Effect, GrpcEffect, GrpcEvent, Input, LogLine, Now, Refusal,
    Unseen,
};

use super::describe::{Calls, PlacedEvent, Protocol, changes};
use super::{Bytes, Finish, Lane, Peer, PlayRecord, What, describe};

/// The filter state in which the module leaves what it found.
const VERDICT: &str = "wasm.postscreen.verdict";

/// A host that is written down.
pub(crate) struct Recorder {
    host: Box<dyn Driven>,
    record: Rc<RefCell<PlayRecord>>,
    now: Duration,
    calls: Calls,
    /// The module's present one.
    configuration: String,
}

// === impl Recorder ===

impl Recorder {
    /// A host that was started with `configuration`.
    pub fn new(host: Box<dyn Driven>, record: Rc<RefCell<PlayRecord>>, configuration: String) -> Self {
        Self { host, record, now: Duration::ZERO, calls: Calls::default(), configuration }
    }

    fn push(&mut self, connection: ConnectionId, what: What) {
        let mut record = self.record.borrow_mut();
        let lane = record.lane_of(connection);
        record.push(self.now, lane, what);
    }

    fn input(&mut self, input: &Input) {
        match input {
            Input::ClientBytes { connection, bytes, end } => {
                self.said(*connection, Peer::Client, bytes, *end);
            }
            Input::UpstreamBytes { connection, bytes, end } => {
                self.said(*connection, Peer::Server, bytes, *end);
            }
            Input::ClientReset { connection } => self.push(*connection, What::Broke { by: Peer::Client }),
            Input::UpstreamReset { connection } => self.push(*connection, What::Broke { by: Peer::Server }),
            Input::UpstreamConnected { connection, .. } => {
                self.push(*connection, What::Connection { stands: true });
            }
            Input::UpstreamRefused { connection } => {
                self.push(*connection, What::Connection { stands: false });
            }
            Input::HttpResponse { call, headers, body, .. } => {
                self.answered((Protocol::Http, *call), describe::response(headers, body), true);
            }
            Input::HttpFailure { call, failure } => {
                self.answered((Protocol::Http, *call), describe::failure(*failure), true);
            }
            Input::Grpc { call, event } => {
                let over = matches!(event, GrpcEvent::Closed { .. });
                self.answered((Protocol::Grpc, *call), describe::grpc_event(event), over);
            }
            Input::DnsAnswer { call, answer } => {
                self.answered((Protocol::Dns, *call), describe::addresses(answer.as_deref()), true);
            }
            _ => {}
        }
    }

    fn said(&mut self, connection: ConnectionId, by: Peer, bytes: &[u8], end: bool) {
        if !bytes.is_empty() {
            self.push(connection, What::Said { by, bytes: Bytes::new(bytes), passed: false });
        }
        if end {
            self.push(connection, What::Ended { by });
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => self.given(*connection, Peer::Client, bytes),
            Effect::ToUpstream { connection, bytes } => self.given(*connection, Peer::Server, bytes),
            Effect::EndToClient { connection } => self.finished(*connection, Peer::Client, Finish::Half),
            Effect::EndToUpstream { connection } => self.finished(*connection, Peer::Server, Finish::Half),
            Effect::CloseClient { connection, reset } => {
                self.finished(*connection, Peer::Client, if *reset { Finish::Reset } else { Finish::Close });
            }
            Effect::CloseUpstream { connection, reset } => {
                self.finished(*connection, Peer::Server, if *reset { Finish::Reset } else { Finish::Close });
            }
            Effect::Dial { connection, cluster } => {
                self.push(*connection, What::Dialled { cluster: cluster.clone() });
            }
            Effect::HttpCall(call) => {
                let (question, name) = describe::request(call);
                self.asked((Protocol::Http, call.call), question, name.as_deref());
            }
            Effect::ResolveDns { call, name } => {
                self.asked((Protocol::Dns, *call), format!("addresses of {name}"), Some(name));
            }
            Effect::Grpc(effect) => self.grpc(effect),
            Effect::CancelHttpCall { call } => {
                let gave_up = self.calls.gave_up((Protocol::Http, *call));
                self.push_placed(gave_up);
            }
            Effect::Trapped { vm, headline } => {
                let what = What::Trapped { vm: *vm, headline: headline.clone() };
                self.push_placed(Some((None, what)));
            }
            Effect::Log(line) => self.logged(line),
            Effect::Ended(end) => self.ended(end),
            _ => {}
        }
    }

    fn grpc(&mut self, effect: &GrpcEffect) {
        let placed = match effect {
            GrpcEffect::Start(request) => {
                let question = describe::grpc_request(request);
                Some(self.calls.asked((Protocol::Grpc, request.call), None, question))
            }
            GrpcEffect::Send { call, message, end } => self.calls.sent(*call, message, *end),
            GrpcEffect::End { call } => self.calls.said_all(*call),
            GrpcEffect::Cancel { call } => self.calls.gave_up((Protocol::Grpc, *call)),
        };
        self.push_placed(placed);
    }

    /// The headline of a trap is an event already.
    fn logged(&mut self, said: &LogLine) {
        let mut record = self.record.borrow_mut();
        let told = record.events.last().is_some_and(|event| match &event.what {
            What::Trapped { vm, headline } => (*vm, headline) == (said.vm, &said.text),
            _ => false,
        });
        if !told {
            let lane = said.connection.and_then(|connection| record.lane_of(connection));
            record.push(self.now, lane, What::Logged(said.clone()));
        }
    }

    /// A peer gets bytes: those that the other one has just said, or others.
    fn given(&mut self, connection: ConnectionId, to: Peer, bytes: &[u8]) {
        let kept = Bytes::new(bytes);
        let mut record = self.record.borrow_mut();
        let lane = record.lane_of(connection);
        let now = self.now;
        let just = record.events.iter_mut().rev().take_while(|event| event.at == now);
        for event in just.filter(|event| event.lane == lane) {
            match &mut event.what {
                What::Said { by, bytes, passed } if *by != to && *bytes == kept && !*passed => {
                    *passed = true;
                    return;
                }
                _ => {}
            }
        }
        record.push(now, lane, What::Given { to, bytes: kept });
    }

    fn finished(&mut self, connection: ConnectionId, to: Peer, how: Finish) {
        self.push(connection, What::Finished { to, how });
    }

    fn asked(&mut self, call: (Protocol, CallId), question: String, name: Option<&str>) {
        let lane = name.and_then(|name| self.record.borrow().asking(name));
        let asked = self.calls.asked(call, lane, question);
        self.push_placed(Some(asked));
    }

    /// Something came for a question; `over`: it was the last.
    fn answered(&mut self, call: (Protocol, CallId), answer: String, over: bool) {
        let answered = self.calls.answered(call, answer, over);
        self.push_placed(answered);
    }

    fn push_placed(&mut self, placed: Option<PlacedEvent>) {
        if let Some((lane, what)) = placed {
            self.record.borrow_mut().push(self.now, lane, what);
        }
    }

    fn ended(&mut self, end: &ConnectionEnd) {
        let mut record = self.record.borrow_mut();
        let Some(index) = record.lane_of(end.connection) else { return };
        let verdict = end.filter_state_text(VERDICT);
        let lane = &mut record.lanes[index];
        lane.ended = Some(self.now);
        lane.worker = Some(end.worker);
        lane.verdict.clone_from(&verdict);
        if let Some(verdict) = verdict {
            record.push(self.now, Some(index), What::Verdict(verdict));
        }
    }
}

// === impl PlayRecord ===

impl PlayRecord {
    /// The story's name for a client that has connected.
    pub fn call(&mut self, connection: ConnectionId, name: &str) {
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.connection == connection) {
            name.clone_into(&mut lane.name);
        }
    }
}

impl Driven for Recorder {
    fn accept(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        worker: Option<usize>,
        now: Now,
    ) -> ConnectionId {
        self.now = now.monotonic;
        let connection = self.host.accept(client, server, worker, now);
        let mut record = self.record.borrow_mut();
        let (name, began) = (client.to_string(), self.now);
        let worker = self.host.worker_of(connection);
        record.lanes.push(Lane { connection, name, client, worker, began, ended: None, verdict: None });
        let lane = record.lanes.len() - 1;
        record.push(self.now, Some(lane), What::Connected { from: client });
        connection
    }

    fn handle(&mut self, input: Input, now: Now) {
        self.now = now.monotonic;
        self.input(&input);
        self.host.handle(input, now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.host.poll_effect()?;
        self.effect(&effect);
        Some(effect)
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.host.next_deadline()
    }

    fn metrics(&self) -> BTreeMap<String, i64> {
        self.host.metrics()
    }

    fn open_connections(&self) -> usize {
        self.host.open_connections()
    }

    fn worker_of(&self, connection: ConnectionId) -> Option<usize> {
        self.host.worker_of(connection)
    }

    fn failed_workers(&self) -> Vec<usize> {
        self.host.failed_workers()
    }

    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), Refusal> {
        self.now = now.monotonic;
        let changes = changes(&self.configuration, &configuration);
        let done = self.host.reconfigure(configuration.clone(), now);
        let refused = done.as_ref().err().map(|refusal| refusal.headline.clone());
        if refused.is_none() {
            self.configuration = configuration;
        }
        self.push_placed(Some((None, What::Reconfigured { changes, refused })));
        done
    }

    fn shared_data(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unseen> {
        self.host.shared_data(key)
    }
}

#[cfg(test)]
mod tests;
