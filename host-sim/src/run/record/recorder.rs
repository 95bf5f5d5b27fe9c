//! The recorder between player and host.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::attribute::lane_of;
use super::{Bytes, Finish, Lane, Peer, Record, What, describe};
use crate::event::{CallId, ConnectionEnd, ConnectionId, Effect, GrpcEffect, GrpcEvent, Input};
use crate::{Driven, Now};

/// The filter state in which the module leaves what it found.
const VERDICT: &str = "wasm.postscreen.verdict";

/// A host that is written down.
pub(crate) struct Recorder {
    host: Box<dyn Driven>,
    record: Rc<RefCell<Record>>,
    now: Duration,
    /// Questions that were not answered to their end, with the lanes that they are about.
    asked: BTreeMap<(Protocol, CallId), (Option<usize>, String)>,
}

/// What a call-out speaks; each counts its tokens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Protocol {
    Dns,
    Grpc,
    Http,
}

// === impl Recorder ===

impl Recorder {
    pub fn new(host: Box<dyn Driven>, record: Rc<RefCell<Record>>) -> Self {
        Self { host, record, now: Duration::ZERO, asked: BTreeMap::new() }
    }

    fn push(&mut self, connection: ConnectionId, what: What) {
        let mut record = self.record.borrow_mut();
        let lane = record.lanes.iter().position(|lane| lane.connection == connection);
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
            Effect::Grpc(GrpcEffect::Start(request)) => {
                let question = format!("gRPC {}/{}", request.service, request.method);
                self.asked((Protocol::Grpc, request.call), question, None);
            }
            Effect::CancelHttpCall { call } => self.gave_up((Protocol::Http, *call)),
            Effect::Grpc(GrpcEffect::Cancel { call }) => self.gave_up((Protocol::Grpc, *call)),
            Effect::Log(said) => {
                let lane = lane_of(&said.text, &self.record.borrow().lanes);
                self.record.borrow_mut().push(self.now, lane, What::Logged(said.clone()));
            }
            Effect::Ended(end) => self.ended(end),
            _ => {}
        }
    }

    /// A peer gets bytes: those that the other one has just said, or others.
    fn given(&mut self, connection: ConnectionId, to: Peer, bytes: &[u8]) {
        let kept = Bytes::new(bytes);
        let mut record = self.record.borrow_mut();
        let lane = record.lanes.iter().position(|lane| lane.connection == connection);
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
        let mut record = self.record.borrow_mut();
        let lane = name.and_then(|name| record.asking(name));
        self.asked.insert(call, (lane, question.clone()));
        record.push(self.now, lane, What::Asked { question });
    }

    /// Something came for a question; `over`: it was the last.
    fn answered(&mut self, call: (Protocol, CallId), answer: String, over: bool) {
        let Some((lane, _)) = self.asked.get(&call) else { return };
        self.record.borrow_mut().push(self.now, *lane, What::Answered { answer });
        if over {
            self.asked.remove(&call);
        }
    }

    fn gave_up(&mut self, call: (Protocol, CallId)) {
        if let Some((lane, question)) = self.asked.remove(&call) {
            self.record.borrow_mut().push(self.now, lane, What::GaveUp { question });
        }
    }

    fn ended(&mut self, end: &ConnectionEnd) {
        let mut record = self.record.borrow_mut();
        let Some(index) = record.lanes.iter().position(|lane| lane.connection == end.connection) else {
            return;
        };
        let verdict = end.filter_state_text(VERDICT);
        let lane = &mut record.lanes[index];
        lane.ended = Some(self.now);
        lane.verdict.clone_from(&verdict);
        if let Some(verdict) = verdict {
            record.push(self.now, Some(index), What::Verdict(verdict));
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
        record.lanes.push(Lane { connection, name, client, began, ended: None, verdict: None });
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

    fn failed_workers(&self) -> Vec<usize> {
        self.host.failed_workers()
    }

    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), String> {
        self.now = now.monotonic;
        self.host.reconfigure(configuration, now)
    }

    fn shared_data(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        self.host.shared_data(key)
    }
}

impl Record {
    /// The story's name for a client that has connected.
    pub fn call(&mut self, connection: ConnectionId, name: &str) {
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.connection == connection) {
            name.clone_into(&mut lane.name);
        }
    }
}
