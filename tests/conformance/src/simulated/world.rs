//! Everybody around the simulated host: clients, the server, the HTTP server, the clock.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use envoy_sim::virtual_time::{PeerSocket, VirtualTime};
use envoy_sim::{
    CallId, ConnectionId, DnsAddress, Driven, Effect, Host, HttpCall, HttpFailure, Input, Now, Profile,
    UpstreamEnds,
};

use super::{grpc, logged, worker};
use crate::probe::ProbeStep;
use crate::shown::{HeardByPeer, HeardEnd, Shown, masked};
use crate::upstream::{ServerAnswer, ServerDeed, deed};

/// Where the clients come from; the real ones do, too.
pub(crate) const CLIENT: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Ports are masked in both hosts; these only have to differ.
const FIRST_CLIENT_PORT: u16 = 40_001;
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 64, 0, 1)), 2525);
/// The server behind the TCP proxy.
const UPSTREAM: UpstreamEnds = UpstreamEnds {
    local: SocketAddr::new(IpAddr::V4(CLIENT), 49_152),
    server: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 64, 0, 2)), 2526),
};
/// The cluster where nobody listens.
pub(super) const REFUSED: &str = "refused";

/// A client's end of a connection.
struct Downstream {
    socket: PeerSocket,
    heard: HeardByPeer,
}

/// The server's end of a connection.
struct UpstreamSession {
    connection: ConnectionId,
    heard: HeardByPeer,
    /// It broke the connection, and hears nothing of its end.
    gone: bool,
}

/// The host and its surroundings.
pub(super) struct SimulatedWorld {
    time: VirtualTime<Host>,
    /// Which Envoy it is.
    profile: Profile,
    backend: bool,
    clients: Vec<Downstream>,
    sessions: Vec<UpstreamSession>,
    /// Addresses and ports with the words that stand for them.
    names: Vec<(String, &'static str)>,
    main: Vec<String>,
    workers: BTreeMap<usize, Vec<String>>,
}

// === impl SimulatedWorld ===

impl SimulatedWorld {
    pub(super) fn new(host: Host, profile: Profile, now: Now, backend: bool) -> Self {
        Self {
            time: VirtualTime::new(Box::new(host), now),
            profile,
            backend,
            clients: Vec::new(),
            sessions: Vec::new(),
            names: vec![
                (SERVER.to_string(), "SERVER"),
                (UPSTREAM.server.to_string(), "BACKEND"),
                (SERVER.port().to_string(), "SERVER_PORT"),
                (UPSTREAM.server.port().to_string(), "BACKEND_PORT"),
            ],
            main: Vec::new(),
            workers: BTreeMap::new(),
        }
    }

    /// Does what a step says. A client or a session that is not there cannot do anything.
    pub(super) fn step(&mut self, step: &ProbeStep) {
        let input = match step {
            ProbeStep::Connect => return self.connect(),
            ProbeStep::Send(number, bytes) => {
                self.clients.get(*number).and_then(|client| client.socket.send(bytes.clone()))
            }
            ProbeStep::End(number) => self.clients.get_mut(*number).and_then(|client| client.socket.end()),
            ProbeStep::Reset(number) => {
                self.clients.get_mut(*number).and_then(|client| client.socket.reset())
            }
            ProbeStep::Serve(number, bytes) => self.serve(*number, bytes, false),
            ProbeStep::ServeLast(number, bytes) => self.serve(*number, bytes, true),
            ProbeStep::ServeReset(number) => self.sessions.get_mut(*number).map(|session| {
                session.gone = true;
                Input::UpstreamReset { connection: session.connection }
            }),
            ProbeStep::Wait(_) => None,
        };
        if let Some(input) = input {
            self.time.handle(input);
        }
    }

    fn connect(&mut self) {
        let port = FIRST_CLIENT_PORT + u16::try_from(self.clients.len()).unwrap_or(u16::MAX / 2);
        let client = SocketAddr::new(CLIENT.into(), port);
        self.names.extend([(client.to_string(), "CLIENT"), (client.port().to_string(), "CLIENT_PORT")]);
        let connection = self.time.host.accept(client, SERVER, None, self.time.now());
        self.clients.push(Downstream { socket: PeerSocket::new(connection), heard: HeardByPeer::default() });
    }

    fn serve(&self, number: usize, bytes: &[u8], end: bool) -> Option<Input> {
        let connection = self.sessions.get(number)?.connection;
        Some(Input::UpstreamBytes { connection, bytes: bytes.to_vec(), end })
    }

    /// Lets time pass until nothing has happened for `quiet`.
    pub(super) fn rest(&mut self, quiet: Duration, moments_max: usize) -> Result<()> {
        let mut until = self.time.elapsed() + quiet;
        for _ in 0..moments_max {
            if self.carry_out() {
                until = self.time.elapsed() + quiet;
            }
            if !self.advance(until) {
                return Ok(());
            }
        }
        bail!("host-sim did not come to rest within {moments_max} moments")
    }

    /// Lets so much time pass, whatever happens.
    pub(super) fn pass(&mut self, time: Duration, moments_max: usize) -> Result<()> {
        let until = self.time.elapsed() + time;
        for _ in 0..moments_max {
            self.carry_out();
            if !self.advance(until) {
                return Ok(());
            }
        }
        bail!("more than {moments_max} things happened in host-sim within {time:?}")
    }

    /// Goes to the next moment at which something is due. False: there is none before `until`, which it is now.
    fn advance(&mut self, until: Duration) -> bool {
        let next = self.time.next().filter(|next| *next <= until);
        self.time.move_to(next.unwrap_or(until));
        next.inspect(|_| self.time.pass()).is_some()
    }

    /// Whether there was anything to carry out.
    fn carry_out(&mut self) -> bool {
        let mut something = false;
        while let Some(effect) = self.time.poll_effect() {
            something = true;
            self.carry_out_one(effect);
        }
        something
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => hear(self.client(connection), &bytes),
            Effect::EndToClient { connection } => end(self.client(connection), HeardEnd::Fin),
            Effect::CloseClient { connection, reset } => {
                end(self.client(connection), if reset { HeardEnd::Reset } else { HeardEnd::Fin });
            }
            Effect::Dial { connection, .. } if self.backend => {
                self.sessions.push(UpstreamSession {
                    connection,
                    heard: HeardByPeer::default(),
                    gone: false,
                });
                self.time.handle(Input::UpstreamConnected { connection, ends: Some(UPSTREAM) });
            }
            Effect::Dial { connection, .. } => self.time.handle(Input::UpstreamRefused { connection }),
            Effect::ToUpstream { connection, bytes } => hear(self.session(connection), &bytes),
            Effect::EndToUpstream { connection } => end(self.session(connection), HeardEnd::Fin),
            Effect::CloseUpstream { connection, reset } => {
                end(self.session(connection), if reset { HeardEnd::Reset } else { HeardEnd::Fin });
            }
            Effect::HttpCall(call) => self.answer(&call),
            Effect::Log(line) => {
                let lines = match worker(line.vm) {
                    Some(worker) => self.workers.entry(worker).or_default(),
                    None => &mut self.main,
                };
                lines.extend(logged(&line).map(|line| masked(line, &self.names)));
            }
            Effect::Grpc(effect) => {
                for (call, event) in grpc::events(&effect, self.profile) {
                    self.time.answers.send(call, Input::Grpc { call, event }, self.time.elapsed());
                }
            }
            Effect::ResolveDns { call, name } => {
                let address = name.parse().ok().map(|address| DnsAddress { ip: address, ttl_s: 0 });
                let answer = Input::DnsAnswer { call, answer: address.map(|address| vec![address]) };
                self.time.answers.send(call, answer, self.time.elapsed());
            }
            // The host takes no answer that it does not wait for any more, and a trap is in the log.
            Effect::CancelHttpCall { .. }
            | Effect::Trapped { .. }
            | Effect::ReadClient { .. }
            | Effect::ReadUpstream { .. }
            | Effect::Ended(_) => {}
        }
    }

    fn answer(&mut self, http_call: &HttpCall) {
        let call = http_call.call;
        let path = http_call.headers.iter().find(|(name, _)| name == b":path");
        let path = path.map(|(_, path)| String::from_utf8_lossy(path).into_owned()).unwrap_or_default();
        let (input, after) = if http_call.cluster == REFUSED {
            (Input::HttpFailure { call, failure: HttpFailure::Unreachable }, Duration::ZERO)
        } else {
            match deed(&path, &http_call.body) {
                ServerDeed::Answer(answer) => {
                    let after = answer.after;
                    (response(call, answer), after)
                }
                ServerDeed::BreakOff(_) => {
                    (Input::HttpFailure { call, failure: HttpFailure::Reset }, Duration::ZERO)
                }
                ServerDeed::Reset => {
                    (Input::HttpFailure { call, failure: HttpFailure::ResetEarly }, Duration::ZERO)
                }
                ServerDeed::Silence => return,
            }
        };
        self.time.answers.send(call, input, self.time.elapsed() + after);
    }

    /// A client that can still hear.
    fn client(&mut self, connection: ConnectionId) -> Option<&mut HeardByPeer> {
        let client = self.clients.iter_mut().find(|client| client.socket.connection() == connection)?;
        client.socket.is_open().then_some(&mut client.heard)
    }

    /// A session whose server can still hear.
    fn session(&mut self, connection: ConnectionId) -> Option<&mut HeardByPeer> {
        let session = self.sessions.iter_mut().find(|session| session.connection == connection)?;
        (!session.gone).then_some(&mut session.heard)
    }

    /// What was seen in the end.
    pub(super) fn finish(mut self, workers: usize) -> Shown {
        Shown {
            refused: false,
            main: std::mem::take(&mut self.main),
            workers: (0..workers).map(|worker| self.workers.remove(&worker).unwrap_or_default()).collect(),
            clients: self.clients.into_iter().map(|client| client.heard).collect(),
            sessions: self.sessions.into_iter().map(|session| session.heard).collect(),
            metrics: self.time.host.metrics(),
        }
    }
}

fn response(call: CallId, answer: ServerAnswer) -> Input {
    let pair = |(name, value): &(&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut headers = vec![(b":status".to_vec(), answer.status.to_string().into_bytes())];
    headers.extend(answer.headers.iter().map(pair));
    if answer.trailers.is_empty() && answer.status != 204 {
        headers.push((b"content-length".to_vec(), answer.body.len().to_string().into_bytes()));
    }
    let trailers = answer.trailers.iter().map(pair).collect();
    Input::HttpResponse { call, headers, body: answer.body, trailers }
}

fn hear(heard: Option<&mut HeardByPeer>, bytes: &[u8]) {
    if let Some(heard) = heard {
        heard.bytes.extend(bytes);
    }
}

fn end(heard: Option<&mut HeardByPeer>, how: HeardEnd) {
    if let Some(heard) = heard {
        heard.end.get_or_insert(how);
    }
}
