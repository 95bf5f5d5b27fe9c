//! The driver behind the handles: carries out what the host wants, with both ends of everything in memory.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::virtual_time::{Arrival, PeerSocket, VirtualTime};
use envoy_sim::{
    CallId, ConnectionEnd, ConnectionId, Driven, Effect, Host, HttpCall, Input, LogLine, Module, Now,
    Settings, StartError, VmId,
};

use super::answer::Answer;
use super::backend::{Backend, Dial, Reply, Then};
use super::probe::TestObserver;
use super::show;

/// The port of the first client; each further one has the next.
const FIRST_PORT: u16 = 40_000;
/// The most effects of one moment. A module and a server that answer each other for ever end here.
pub(super) const EFFECTS_MAX: usize = 100_000;

/// What answers the call-outs to one cluster.
pub(super) type Responder = Box<dyn FnMut(&HttpCall) -> Answer>;

pub(super) struct Testbed {
    pub time: VirtualTime<Host>,
    pub log: Vec<LogLine>,
    pub clusters: BTreeSet<String>,
    pub call_clusters: BTreeSet<String>,
    pub backends: BTreeMap<String, Backend>,
    pub responders: BTreeMap<String, Responder>,
    /// Call-outs for the test to answer, in the order of the questions.
    pub pending: Vec<HttpCall>,
    /// Effects that the test carries out itself; `None`: they are declined.
    pub kept: Option<Vec<Effect>>,
    pub probe: Rc<RefCell<TestObserver>>,
    server: SocketAddr,
    clients: BTreeMap<ConnectionId, ClientSide>,
    upstreams: BTreeMap<ConnectionId, UpstreamSide>,
    ports: u16,
}

/// What a client has seen.
pub(super) struct ClientSide {
    pub address: SocketAddr,
    pub socket: PeerSocket,
    pub received: Received,
    pub end: PeerEnd,
    pub record: Option<ConnectionEnd>,
}

/// What a server has seen of one connection.
pub(super) struct UpstreamSide {
    pub cluster: String,
    pub connected: bool,
    pub received: Received,
    pub end: PeerEnd,
}

/// Bytes in order of arrival, and how many of them the test has taken.
#[derive(Default)]
pub(super) struct Received {
    pub all: Vec<u8>,
    taken: usize,
}

/// What the host has done with a connection, as its peer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeerEnd {
    Open,
    HalfClosed,
    Closed,
    Reset,
}

/// How the host closed a client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// In good order (FIN), after everything that was sent. Where the server has ended its half and the client has
    /// not, the connection still takes what the client sends.
    Ended,
    /// Broken (RST).
    Reset,
}

// === impl Testbed ===

impl Testbed {
    pub fn start(
        module: &Module,
        settings: Settings,
        server: SocketAddr,
        probe: Rc<RefCell<TestObserver>>,
    ) -> Result<Self, StartError> {
        let now = Now::start(Duration::ZERO);
        let clusters = settings.clusters.keys().cloned().collect();
        let call_clusters = settings.http_clusters.keys().cloned().collect();
        let observer: Rc<RefCell<TestObserver>> = Rc::clone(&probe);
        let host = Host::start_observed(module, settings, now, observer)?;
        let mut testbed = Self {
            time: VirtualTime::new(Box::new(host), now),
            log: Vec::new(),
            clusters,
            call_clusters,
            backends: BTreeMap::new(),
            responders: BTreeMap::new(),
            pending: Vec::new(),
            kept: None,
            probe,
            server,
            clients: BTreeMap::new(),
            upstreams: BTreeMap::new(),
            ports: FIRST_PORT,
        };
        testbed.settle();
        Ok(testbed)
    }

    /// The testbed, for as long as one method needs it.
    #[track_caller]
    pub fn borrow(testbed: &Rc<RefCell<Self>>) -> RefMut<'_, Self> {
        testbed.try_borrow_mut().unwrap_or_else(|_| {
            panic!("the sim is at work: a backend or an answer to call-outs must not use it")
        })
    }

    pub fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    pub fn next_port(&mut self) -> u16 {
        let port = self.ports;
        self.ports = self.ports.checked_add(1).unwrap_or(FIRST_PORT);
        port
    }

    pub fn connect(&mut self, address: SocketAddr, worker: Option<usize>) -> ConnectionId {
        let id = self.time.host.accept(address, self.server, worker, self.time.now());
        let side = ClientSide {
            address,
            socket: PeerSocket::new(id),
            received: Received::default(),
            end: PeerEnd::Open,
            record: None,
        };
        self.clients.insert(id, side);
        self.settle();
        id
    }

    pub fn handle(&mut self, input: Input) {
        self.time.handle(input);
        self.settle();
    }

    pub fn reconfigure(&mut self, configuration: Vec<u8>) -> Result<(), StartError> {
        let changed = self.time.host.reconfigure(configuration, self.time.now());
        self.settle();
        changed
    }

    pub fn stop(&mut self) {
        self.time.host.stop(self.time.now());
        self.settle();
    }

    /// Goes to the next moment at which something is due, `until` at the latest. False: it is `until` now.
    pub fn step(&mut self, until: Duration) -> bool {
        let next = self.time.next().filter(|next| *next <= until);
        self.time.move_to(next.unwrap_or(until));
        if next.is_some() {
            self.settle();
            self.handle(Input::TimePassed);
        }
        next.is_some()
    }

    pub fn answer(&mut self, call: CallId, answer: Answer) {
        self.pending.retain(|pending| pending.call != call);
        self.schedule(call, answer);
        self.settle();
    }

    fn schedule(&mut self, call: CallId, answer: Answer) {
        let arrival = self.elapsed() + answer.after;
        if let Some(input) = answer.input(call) {
            self.time.answers.send(call, input, arrival);
        }
    }

    pub fn accept_upstream(&mut self, id: ConnectionId) {
        let Some(side) = self.upstreams.get_mut(&id) else { return };
        side.connected = true;
        let greeting = self.backends.get(&side.cluster).map(|backend| backend.greeting.clone());
        self.time.handle(Input::UpstreamConnected { connection: id, ends: None });
        self.say(id, &Reply::bytes(greeting.unwrap_or_default()));
    }

    /// The client with this number; there is one for every handle.
    pub fn client(&mut self, id: ConnectionId) -> &mut ClientSide {
        self.clients.get_mut(&id).expect("a handle is only made for a client that has connected")
    }

    pub fn upstream(&mut self, id: ConnectionId) -> Option<&mut UpstreamSide> {
        self.upstreams.get_mut(&id)
    }

    pub fn filter_state(&mut self, id: ConnectionId, key: &str) -> Option<Vec<u8>> {
        let ended = self.client(id).record.as_ref().map(|record| record.filter_state.get(key).cloned());
        ended.unwrap_or_else(|| self.time.host.filter_state(id)?.get(key).cloned())
    }

    pub fn worker_log(&self) -> Vec<String> {
        let own = |line: &&LogLine| !line.by_host && matches!(line.vm, VmId::Worker(_));
        self.log.iter().filter(own).map(|line| line.text.clone()).collect()
    }

    /// Where a connection stands, for a message.
    pub fn situation(&mut self, id: ConnectionId) -> String {
        let end = match self.client(id).end {
            PeerEnd::Open => "open",
            PeerEnd::HalfClosed => "half closed by the server",
            PeerEnd::Closed => "closed by the host",
            PeerEnd::Reset => "reset by the host",
        };
        let upstream = match self.upstreams.get(&id) {
            None => "not sent to any server".to_owned(),
            Some(side) if side.connected => format!("connected to {}", side.cluster),
            Some(side) => format!("sent to {}, not connected", side.cluster),
        };
        let at = self.elapsed().as_secs_f64();
        format!("\n  at {at:.3} s the connection is {end}, {upstream}{}", show::log(&self.log))
    }

    /// Carries out what the host wants and delivers what has arrived, until nothing is left to do at this moment.
    pub fn settle(&mut self) {
        for _ in 0..EFFECTS_MAX {
            if let Some(effect) = self.time.poll_effect() {
                self.carry_out(effect);
            } else if !self.time.deliver() {
                return;
            }
        }
        panic!("the module and the servers do not come to rest: {EFFECTS_MAX} effects at one moment");
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => {
                let client = self.client(connection);
                match client.socket.arrives() {
                    Arrival::Read => client.received.all.extend(bytes),
                    Arrival::Refused(reset) => self.time.handle(reset),
                    Arrival::Lost => {}
                }
            }
            Effect::EndToClient { connection } => self.client(connection).end = PeerEnd::HalfClosed,
            Effect::CloseClient { connection, reset } => {
                self.client(connection).socket.closed_by_host();
                self.client(connection).end = if reset { PeerEnd::Reset } else { PeerEnd::Closed };
            }
            Effect::Dial { connection, cluster } => self.dial(connection, cluster),
            Effect::ToUpstream { connection, bytes } => self.server_reads(connection, &bytes),
            Effect::EndToUpstream { connection } => {
                self.upstream_ends(connection, PeerEnd::HalfClosed);
                self.server_reads(connection, &[]);
            }
            Effect::CloseUpstream { connection, reset } => {
                self.upstream_ends(connection, if reset { PeerEnd::Reset } else { PeerEnd::Closed });
            }
            Effect::HttpCall(call) => match self.responders.get_mut(&call.cluster) {
                Some(responder) => {
                    let answer = responder(&call);
                    self.schedule(call.call, answer);
                }
                None => self.pending.push(call),
            },
            Effect::CancelHttpCall { call } => {
                self.pending.retain(|pending| pending.call != call);
                self.time.answers.cancel(call);
            }
            Effect::Log(line) => self.log.push(line),
            Effect::Ended(record) => {
                let id = record.connection;
                self.client(id).record = Some(record);
            }
            effect @ (Effect::Grpc(_) | Effect::ResolveDns { .. }) => match &mut self.kept {
                Some(kept) => kept.push(effect),
                // There is no gRPC server and no resolver.
                None => {
                    if let Some(answer) = effect.declined() {
                        self.time.handle(answer);
                    }
                }
            },
            // A trap is in the log, and nothing fills up here.
            Effect::Trapped { .. } | Effect::ReadClient { .. } | Effect::ReadUpstream { .. } => {}
        }
    }

    fn dial(&mut self, id: ConnectionId, cluster: String) {
        let dial = self.backends.get(&cluster).map_or(Dial::Accepted, |backend| backend.dial);
        let side =
            UpstreamSide { cluster, connected: false, received: Received::default(), end: PeerEnd::Open };
        self.upstreams.insert(id, side);
        match dial {
            Dial::Accepted => self.accept_upstream(id),
            Dial::Refused => self.time.handle(Input::UpstreamRefused { connection: id }),
            Dial::Unanswered => {}
        }
    }

    fn server_reads(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Some(side) = self.upstreams.get_mut(&id) else { return };
        side.received.all.extend(bytes);
        let replies = self.backends.get_mut(&side.cluster).and_then(|backend| backend.replies.as_mut());
        let Some(replies) = replies else { return };
        // A server that talks by itself closes when its client has ended.
        let reply = if side.end == PeerEnd::Open { replies(bytes) } else { Reply::none().and_close() };
        self.say(id, &reply);
    }

    fn say(&mut self, id: ConnectionId, reply: &Reply) {
        let Some(side) = self.upstreams.get(&id) else { return };
        let fragment = self.backends.get(&side.cluster).map_or(usize::MAX, |backend| backend.fragment_bytes);
        for bytes in reply.bytes.chunks(fragment) {
            let input = Input::UpstreamBytes { connection: id, bytes: bytes.to_vec(), end: false };
            self.time.handle(input);
        }
        let last = match reply.then {
            Then::ReadOn => return,
            Then::Close => Input::UpstreamBytes { connection: id, bytes: Vec::new(), end: true },
            Then::Reset => Input::UpstreamReset { connection: id },
        };
        self.time.handle(last);
    }

    fn upstream_ends(&mut self, id: ConnectionId, end: PeerEnd) {
        if let Some(side) = self.upstreams.get_mut(&id) {
            side.end = end;
        }
    }
}

// === impl PeerEnd ===

impl PeerEnd {
    /// For a client's handle.
    pub fn closing(self) -> Option<Closing> {
        match self {
            Self::Open => None,
            Self::HalfClosed | Self::Closed => Some(Closing::Ended),
            Self::Reset => Some(Closing::Reset),
        }
    }
}

// === impl Received ===

impl Received {
    /// What has not been taken yet.
    pub fn take(&mut self) -> Vec<u8> {
        let new = self.all[self.taken..].to_vec();
        self.taken = self.all.len();
        new
    }
}
