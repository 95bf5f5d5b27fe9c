//! One client of a story before the engine.

use postscreen_engine::{ConnectionId, Endpoints, Output};
use postscreen_scenario::{Action, Actor, Client as Role, Failure, Limits, MailSession, Word};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The server's addresses, those that stories call it by (documentation networks, RFC 5737 and RFC 3849), and the port
/// of SMTP.
const SERVER_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25)), 25);
const SERVER_V6: SocketAddr =
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25)), 25);

/// A client that has connected.
pub(super) struct Client {
    pub actor: Actor,
    pub connection: ConnectionId,
    pub endpoints: Endpoints,
    /// What it sent before anybody was there to take it.
    pub held: Vec<u8>,
    pub socket: Socket,
    pub mail_session: Option<MailSession>,
    /// When its script wants to be asked again.
    pub wake: Duration,
    pub end: Option<(Duration, Result<(), Failure>)>,
    /// What it has heard while it was there, teaser included.
    pub heard: Vec<Heard>,
    connected: Duration,
    now: Duration,
}

/// Something that a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Counted from its connecting.
    pub(crate) at: Duration,
    pub(crate) sound: Sound,
}

/// What a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sound {
    Bytes(Vec<u8>),
    /// The server closes.
    Closed,
}

/// What the client's own end of the connection still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Socket {
    Open,
    /// FIN is sent, reading goes on.
    Ended,
    /// Closed by the client: what arrives now breaks the connection.
    Closed,
    /// Nothing is left of it.
    Gone,
}

/// What a client does that the server notices.
pub(super) enum Deed {
    Sends(Vec<u8>),
    Ends,
    Breaks,
}

/// Whether a client's connection is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Kept,
    Gone,
}

impl Client {
    pub(super) fn new(role: &Role, port: u16, now: Duration, limits: Limits) -> Self {
        let server = if role.from.is_ipv4() { SERVER_V4 } else { SERVER_V6 };
        let endpoints = Endpoints { client: SocketAddr::new(role.from, port), server };
        Self {
            actor: Actor::new(&role.script, now, limits),
            connection: ConnectionId(port.into()),
            endpoints,
            held: Vec::new(),
            socket: Socket::Open,
            mail_session: None,
            wake: now,
            end: None,
            heard: Vec::new(),
            connected: now,
            now,
        }
    }

    /// What it hears from now on it hears at this time.
    pub(super) fn is_at(&mut self, now: Duration) {
        self.now = now;
    }

    /// Lets the client act as far as it can.
    pub(super) fn act(&mut self, now: Duration) -> Vec<Deed> {
        let mut deeds = Vec::new();
        while self.end.is_none() {
            let action = self.actor.next(now);
            let gone = matches!(self.socket, Socket::Gone | Socket::Closed);
            match action {
                Action::Wait(wake) => {
                    self.wake = wake;
                    break;
                }
                Action::Finished => self.finish(now, Ok(()), &mut deeds),
                Action::Failed(failure) => self.finish(now, Err(failure), &mut deeds),
                // The kernel accepts bytes for a peer that has closed; they are lost.
                _ if gone => {}
                Action::Send(bytes) => deeds.push(Deed::Sends(bytes)),
                Action::End => deeds.extend(self.fin(Socket::Ended)),
                Action::Close => deeds.extend(self.fin(Socket::Closed)),
                Action::Reset => {
                    self.socket = Socket::Gone;
                    deeds.push(Deed::Breaks);
                }
            }
        }
        deeds
    }

    fn finish(&mut self, now: Duration, result: Result<(), Failure>, deeds: &mut Vec<Deed>) {
        deeds.extend(self.fin(Socket::Closed));
        self.end = Some((now, result));
    }

    /// Closes the sending half, once, and goes on as `then`.
    fn fin(&mut self, then: Socket) -> Option<Deed> {
        match std::mem::replace(&mut self.socket, then) {
            Socket::Open => Some(Deed::Ends),
            Socket::Ended => None,
            before @ (Socket::Closed | Socket::Gone) => {
                self.socket = before;
                None
            }
        }
    }

    /// What the engine wants done for it, apart from a dial.
    pub(super) fn obeys(&mut self, output: Output) -> Connection {
        match output {
            Output::Skip(len) => _ = self.held.drain(..len.min(self.held.len())),
            Output::Teaser(bytes) | Output::ToClient(bytes) if !self.hears(&bytes) => {
                return Connection::Gone;
            }
            Output::Close => self.is_closed(),
            _ => {}
        }
        Connection::Kept
    }

    /// Bytes from the server. False when they break the connection.
    pub(super) fn hears(&mut self, bytes: &[u8]) -> bool {
        match self.socket {
            Socket::Open | Socket::Ended => {
                self.heard.push(self.hearing(Sound::Bytes(bytes.to_vec())));
                self.actor.received(bytes);
            }
            Socket::Closed => {
                self.socket = Socket::Gone;
                return false;
            }
            Socket::Gone => {}
        }
        true
    }

    /// The server closes.
    pub(super) fn is_closed(&mut self) {
        if matches!(self.socket, Socket::Open | Socket::Ended) {
            self.heard.push(self.hearing(Sound::Closed));
        }
        self.actor.peer_closed();
        self.socket = Socket::Gone;
    }

    fn hearing(&self, sound: Sound) -> Heard {
        Heard { at: self.now.saturating_sub(self.connected), sound }
    }

    /// The mail server takes it over, with what it has sent so far.
    pub(super) fn is_served_by(&mut self, mut session: MailSession) {
        session.receive(&std::mem::take(&mut self.held), self.now);
        if self.socket != Socket::Open {
            session.client_ended(self.now);
        }
        self.mail_session = Some(session);
    }

    /// What the mail server does now, one thing after the other.
    pub(super) fn next_word(&mut self) -> Option<Word> {
        self.mail_session.as_mut()?.next(self.now)
    }

    /// Hears it. False when the connection is gone by that.
    pub(super) fn hears_word(&mut self, word: &Word) -> bool {
        let goes_on = match word {
            Word::Say(bytes) => self.hears(bytes),
            Word::Close | Word::Reset => false,
        };
        if !goes_on {
            self.mail_session = None;
            self.is_closed();
        }
        goes_on
    }
}
