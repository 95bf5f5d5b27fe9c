//! A driver in virtual time: no socket, no thread, and a clock that moves when it is told to.
//!
//! What every such driver has is here: [`VirtualTime`], a host with its clock and the [`Answers`] that are on their way
//! to it, and [`PeerSocket`], a client's own end of a connection. What clients do, and who answers, is up to its user:
//! a test by hand, or the script of a story.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{CallId, ConnectionId, Driven, Effect, Input, Now};

/// 2026-01-01T00:00:00Z, where the wall clock stands at first.
pub const WALL_START: Duration = Duration::from_hours(490_896);

/// A host, its clock, and what is on its way to it.
pub struct VirtualTime<H: ?Sized> {
    /// The host.
    pub host: Box<H>,
    /// Answers to its call-outs.
    pub answers: Answers,
    now: Now,
}

impl<H: Driven + ?Sized> VirtualTime<H> {
    /// A host that was started at `now`.
    pub fn new(host: Box<H>, now: Now) -> Self {
        Self { host, answers: Answers::default(), now }
    }

    /// What both clocks show.
    pub fn now(&self) -> Now {
        self.now
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.now.monotonic
    }

    /// Something happens to the host, now.
    pub fn handle(&mut self, input: Input) {
        self.host.handle(input, self.now);
    }

    /// The next thing that the host wants done.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.host.poll_effect()
    }

    /// When a timer of the host is due, or an answer arrives.
    pub fn next(&self) -> Option<Duration> {
        [self.host.next_deadline(), self.answers.next()].into_iter().flatten().min()
    }

    /// Moves the clock to `time`, unless it is past it, and does nothing else.
    pub fn move_to(&mut self, time: Duration) {
        self.now = self.now.at(time);
    }

    /// Hands the host the first answer that has arrived. False: none has.
    pub fn deliver(&mut self) -> bool {
        let Some(answer) = self.answers.arrived(self.now.monotonic) else { return false };
        self.handle(answer);
        true
    }

    /// Hands the host all answers that have arrived, and tells it of the time.
    pub fn pass(&mut self) {
        while self.deliver() {}
        self.handle(Input::TimePassed);
    }
}

/// Answers on their way to a host, by arrival, and those of one moment in their [`Order`].
#[derive(Debug, Default)]
pub struct Answers {
    under_way: BTreeMap<(Duration, i64), (CallId, Input)>,
    order: Order,
    sent: i64,
}

/// In which order answers come that arrive at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    #[default]
    FirstFirst,
    /// The other way round.
    LastFirst,
}

impl Answers {
    /// None yet.
    pub fn in_order(order: Order) -> Self {
        Self { order, ..Self::default() }
    }

    /// The answer to `call` sets out, and arrives at `arrival`.
    pub fn send(&mut self, call: CallId, answer: Input, arrival: Duration) {
        self.sent += 1;
        let turn = if self.order == Order::FirstFirst { self.sent } else { -self.sent };
        self.under_way.insert((arrival, turn), (call, answer));
    }

    /// Nobody wants the answer any more.
    pub fn cancel(&mut self, call: CallId) {
        self.under_way.retain(|_, (asked, _)| *asked != call);
    }

    /// When the next one arrives.
    pub fn next(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    /// Takes the first that has arrived by `now`.
    pub fn arrived(&mut self, now: Duration) -> Option<Input> {
        let entry = self.under_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove().1)
    }
}

impl Now {
    /// Both clocks at the start: the monotonic one at 0, the wall clock so far behind [`WALL_START`].
    pub fn start(behind: Duration) -> Self {
        Self { monotonic: Duration::ZERO, wall: WALL_START + behind }
    }
}

/// What a client still does, and what becomes of bytes that arrive. What it does is an [`Input`] for the host.
#[derive(Debug)]
pub struct PeerSocket {
    connection: ConnectionId,
    state: State,
}

/// What becomes of bytes that arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The client reads them.
    Read,
    /// The client has closed, and its kernel answers with RST.
    Refused(Input),
    /// Nothing is left of the connection.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// FIN is sent, reading goes on.
    HalfClosed,
    /// Closed by the client.
    Closed,
    Gone,
}

impl PeerSocket {
    /// The end of a connection that was just accepted.
    pub fn new(connection: ConnectionId) -> Self {
        Self { connection, state: State::Open }
    }

    /// The connection, as the host calls it.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Whether the client can still be heard, or hear.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open | State::HalfClosed)
    }

    /// Sends bytes. `None`: the kernel takes them for a peer that has closed, and they are lost.
    pub fn send(&self, bytes: Vec<u8>) -> Option<Input> {
        let connection = self.connection;
        self.is_open().then_some(Input::ClientBytes { connection, bytes, end: false })
    }

    /// Ends the sending half, and reads on (`shutdown`). `None`: that is done already.
    pub fn end(&mut self) -> Option<Input> {
        self.fin(State::HalfClosed)
    }

    /// Closes: what arrives from now on is answered with RST. `None`: the host has heard of the end already.
    pub fn close(&mut self) -> Option<Input> {
        self.fin(State::Closed)
    }

    /// Breaks the connection (RST). `None`: it is closed already.
    pub fn reset(&mut self) -> Option<Input> {
        let open = self.is_open();
        if open {
            self.state = State::Gone;
        }
        open.then_some(Input::ClientReset { connection: self.connection })
    }

    /// The host has closed.
    pub fn closed_by_host(&mut self) {
        self.state = State::Gone;
    }

    /// Bytes arrive.
    pub fn arrives(&mut self) -> Arrival {
        match self.state {
            State::Open | State::HalfClosed => Arrival::Read,
            State::Closed => {
                self.state = State::Gone;
                Arrival::Refused(Input::ClientReset { connection: self.connection })
            }
            State::Gone => Arrival::Lost,
        }
    }

    /// Sends FIN, once, and goes on as `then`.
    fn fin(&mut self, then: State) -> Option<Input> {
        let before = self.state;
        if self.is_open() {
            self.state = then;
        }
        let connection = self.connection;
        (before == State::Open).then_some(Input::ClientBytes { connection, bytes: Vec::new(), end: true })
    }
}

#[cfg(test)]
mod tests;
