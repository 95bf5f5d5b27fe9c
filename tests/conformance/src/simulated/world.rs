//! Everybody around the simulated host: clients, the server, the HTTP server, the clock.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use host_sim::{
    CallId, ConnectionId, DnsAddress, Effect, Host, HttpCall, HttpFailure, Input, Now, Profile, UpstreamEnds,
};

use super::{grpc, logged, worker};
use crate::probe::Step;
use crate::seen::{End, Heard, Seen, masked};
use crate::upstream::{Answer, Deed, deed};

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

/// One end of a connection.
struct Party {
    connection: ConnectionId,
    heard: Heard,
    /// It broke the connection, and hears nothing of its end.
    gone: bool,
}

/// The host and its surroundings.
pub(super) struct World {
    host: Host,
    /// Which Envoy it is.
    profile: Profile,
    now: Now,
    backend: bool,
    clients: Vec<Party>,
    sessions: Vec<Party>,
    /// Answers under way, by arrival time and then in the order of the calls.
    answers: BTreeMap<(Duration, u64), Vec<Input>>,
    asked: u64,
    /// Addresses and ports with the words that stand for them.
    names: Vec<(String, &'static str)>,
    main: Vec<String>,
    workers: BTreeMap<usize, Vec<String>>,
}

// === impl World ===

impl World {
    pub(super) fn new(host: Host, profile: Profile, now: Now, backend: bool) -> Self {
        Self {
            host,
            profile,
            now,
            backend,
            clients: Vec::new(),
            sessions: Vec::new(),
            answers: BTreeMap::new(),
            asked: 0,
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
    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Reset(number) => leave(&mut self.clients, *number),
            Step::ServeReset(number) => leave(&mut self.sessions, *number),
            _ => {}
        }
        let client = |number: usize| self.clients.get(number).map(|party| party.connection);
        let session = |number: usize| self.sessions.get(number).map(|party| party.connection);
        let input = match step {
            Step::Connect => {
                let port = FIRST_CLIENT_PORT + u16::try_from(self.clients.len()).unwrap_or(u16::MAX / 2);
                let client = SocketAddr::new(CLIENT.into(), port);
                self.names
                    .extend([(client.to_string(), "CLIENT"), (client.port().to_string(), "CLIENT_PORT")]);
                let connection = self.host.accept(client, SERVER, None, self.now);
                self.clients.push(Party::new(connection));
                return;
            }
            Step::Send(number, bytes) => client(*number).map(|connection| Input::ClientBytes {
                connection,
                bytes: bytes.clone(),
                end: false,
            }),
            Step::End(number) => client(*number).map(|connection| Input::ClientBytes {
                connection,
                bytes: Vec::new(),
                end: true,
            }),
            Step::Reset(number) => client(*number).map(|connection| Input::ClientReset { connection }),
            Step::Serve(number, bytes) => session(*number).map(|connection| Input::UpstreamBytes {
                connection,
                bytes: bytes.clone(),
                end: false,
            }),
            Step::ServeLast(number, bytes) => session(*number).map(|connection| Input::UpstreamBytes {
                connection,
                bytes: bytes.clone(),
                end: true,
            }),
            Step::ServeReset(number) => {
                session(*number).map(|connection| Input::UpstreamReset { connection })
            }
            Step::Wait(_) => None,
        };
        if let Some(input) = input {
            self.host.handle(input, self.now);
        }
    }

    /// Lets time pass until nothing has happened for `quiet`.
    pub(super) fn rest(&mut self, quiet: Duration, moments_max: usize) -> Result<()> {
        let mut until = self.now.monotonic + quiet;
        for _ in 0..moments_max {
            if self.carry_out() {
                until = self.now.monotonic + quiet;
            }
            let Some(next) = self.next().filter(|next| *next <= until) else {
                self.now = self.now.at(until);
                return Ok(());
            };
            self.advance(next);
        }
        bail!("host-sim did not come to rest within {moments_max} moments")
    }

    /// Lets so much time pass, whatever happens.
    pub(super) fn pass(&mut self, time: Duration, moments_max: usize) -> Result<()> {
        let until = self.now.monotonic + time;
        for _ in 0..moments_max {
            self.carry_out();
            let Some(next) = self.next().filter(|next| *next <= until) else {
                self.now = self.now.at(until);
                return Ok(());
            };
            self.advance(next);
        }
        bail!("more than {moments_max} things happened in host-sim within {time:?}")
    }

    fn next(&self) -> Option<Duration> {
        let answer = self.answers.first_key_value().map(|((arrival, _), _)| *arrival);
        self.host.next_deadline().into_iter().chain(answer).min()
    }

    fn advance(&mut self, to: Duration) {
        self.now = self.now.at(to);
        while let Some(entry) = self.answers.first_entry().filter(|entry| entry.key().0 <= to) {
            for input in entry.remove() {
                self.host.handle(input, self.now);
            }
        }
        self.host.handle(Input::TimePassed, self.now);
    }

    /// Whether there was anything to carry out.
    fn carry_out(&mut self) -> bool {
        let mut something = false;
        while let Some(effect) = self.host.poll_effect() {
            something = true;
            self.carry_out_one(effect);
        }
        something
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => hear(&mut self.clients, connection, &bytes),
            Effect::EndToClient { connection } => end(&mut self.clients, connection, End::Fin),
            Effect::CloseClient { connection, reset } => {
                end(&mut self.clients, connection, if reset { End::Reset } else { End::Fin });
            }
            Effect::Dial { connection, .. } if self.backend => {
                self.sessions.push(Party::new(connection));
                self.host.handle(Input::UpstreamConnected { connection, ends: Some(UPSTREAM) }, self.now);
            }
            Effect::Dial { connection, .. } => {
                self.host.handle(Input::UpstreamRefused { connection }, self.now);
            }
            Effect::ToUpstream { connection, bytes } => hear(&mut self.sessions, connection, &bytes),
            Effect::EndToUpstream { connection } => end(&mut self.sessions, connection, End::Fin),
            Effect::CloseUpstream { connection, reset } => {
                end(&mut self.sessions, connection, if reset { End::Reset } else { End::Fin });
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
                let events = grpc::events(&effect, self.profile);
                self.asked += 1;
                for input in events {
                    self.answers.entry((self.now.monotonic, self.asked)).or_default().push(input);
                }
            }
            Effect::ResolveDns { call, name } => {
                let address = name.parse().ok().map(|address| DnsAddress { ip: address, ttl_s: 0 });
                let answer = address.map(|address| vec![address]);
                self.asked += 1;
                self.answers
                    .insert((self.now.monotonic, self.asked), vec![Input::DnsAnswer { call, answer }]);
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
                Deed::Answer(answer) => {
                    let after = answer.after;
                    (response(call, answer), after)
                }
                Deed::BreakOff(_) => {
                    (Input::HttpFailure { call, failure: HttpFailure::Reset }, Duration::ZERO)
                }
                Deed::Reset => {
                    (Input::HttpFailure { call, failure: HttpFailure::ResetEarly }, Duration::ZERO)
                }
                Deed::Silence => return,
            }
        };
        self.asked += 1;
        self.answers.insert((self.now.monotonic + after, self.asked), vec![input]);
    }

    /// What was seen in the end.
    pub(super) fn finish(mut self, workers: usize) -> Seen {
        Seen {
            refused: false,
            main: std::mem::take(&mut self.main),
            workers: (0..workers).map(|worker| self.workers.remove(&worker).unwrap_or_default()).collect(),
            clients: self.clients.into_iter().map(|party| party.heard).collect(),
            sessions: self.sessions.into_iter().map(|party| party.heard).collect(),
            metrics: self.host.metrics(),
        }
    }
}

fn response(call: CallId, answer: Answer) -> Input {
    let pair = |(name, value): &(&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut headers = vec![(b":status".to_vec(), answer.status.to_string().into_bytes())];
    headers.extend(answer.headers.iter().map(pair));
    if answer.trailers.is_empty() && answer.status != 204 {
        headers.push((b"content-length".to_vec(), answer.body.len().to_string().into_bytes()));
    }
    let trailers = answer.trailers.iter().map(pair).collect();
    Input::HttpResponse { call, headers, body: answer.body, trailers }
}

// === impl Party ===

impl Party {
    fn new(connection: ConnectionId) -> Self {
        Self { connection, heard: Heard::default(), gone: false }
    }
}

fn leave(all: &mut [Party], number: usize) {
    all.get_mut(number).into_iter().for_each(|party| party.gone = true);
}

fn listening(all: &mut [Party], connection: ConnectionId) -> Option<&mut Heard> {
    let party = all.iter_mut().find(|party| party.connection == connection)?;
    (!party.gone).then_some(&mut party.heard)
}

fn hear(all: &mut [Party], connection: ConnectionId, bytes: &[u8]) {
    if let Some(heard) = listening(all, connection) {
        heard.bytes.extend(bytes);
    }
}

fn end(all: &mut [Party], connection: ConnectionId, how: End) {
    if let Some(heard) = listening(all, connection) {
        heard.end.get_or_insert(how);
    }
}
