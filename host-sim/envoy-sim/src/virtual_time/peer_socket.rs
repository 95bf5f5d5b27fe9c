//! A client's own end of a connection, as its kernel has it.

use crate::{ConnectionId, Input};

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
