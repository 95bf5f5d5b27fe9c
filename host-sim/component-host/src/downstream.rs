//! One client's connection, as its host keeps it.

use std::net::SocketAddr;
use std::time::Duration;

use envoy_sim::{CONNECTION_BUFFER_BYTES_MAX, Socket};
use postscreen_engine::Verdict;

/// A connection with what its screen has wanted so far.
#[derive(Debug)]
pub(super) struct Downstream {
    pub peer: SocketAddr,
    pub server: SocketAddr,
    pub accepted: Duration,
    pub stage: DownstreamState,

    /// The client's end. While it is held, its `read_buffer` is what the mail server will be sent.
    pub socket: Socket,
    /// The mail server's end.
    pub upstream: Socket,
    /// The mail server was dialled, whatever came of it.
    pub dialled: bool,
    /// The mail server has said something.
    pub answered: bool,

    pub verdict: Option<Verdict>,
    pub record: Option<String>,
    pub received: u64,
    pub sent: u64,
}

/// What becomes of the client's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DownstreamState {
    /// The screen sees them, and they are kept.
    Held,
    /// The screen sees them, and nobody else ever will.
    Spoken,
    /// They are kept for a mail server that is being dialled.
    Dialling,
    /// They go to the mail server.
    Joined,
    /// Nothing; the last bytes to the client are still to be sent.
    Closing,
    Closed,
}

impl Downstream {
    /// A client that has just connected.
    pub(super) fn new(peer: SocketAddr, server: SocketAddr, accepted: Duration) -> Self {
        Self {
            peer,
            server,
            accepted,
            stage: DownstreamState::Held,
            socket: Socket::default(),
            upstream: Socket::default(),
            dialled: false,
            answered: false,
            verdict: None,
            record: None,
            received: 0,
            sent: 0,
        }
    }

    /// Both sides can still be heard.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.stage, DownstreamState::Closing | DownstreamState::Closed)
    }

    /// It is not decided yet, or the screen talks to it.
    pub(super) fn is_screened(&self) -> bool {
        matches!(self.stage, DownstreamState::Held | DownstreamState::Spoken)
    }

    /// Whether there is room for what the client sends.
    pub(super) fn reads_enabled(&self) -> bool {
        self.is_open()
            && self.socket.read_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
            && self.upstream.write_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
    }

    /// Whether there is room for what the mail server sends.
    pub(super) fn upstream_reads_enabled(&self) -> bool {
        self.stage == DownstreamState::Joined && self.socket.write_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
    }

    /// Whether another round would change something.
    pub(super) fn has_work(&self) -> bool {
        match self.stage {
            DownstreamState::Closed => false,
            DownstreamState::Closing => !self.socket.congested,
            DownstreamState::Joined => self.socket.can_write() || self.upstream.can_write(),
            DownstreamState::Held | DownstreamState::Spoken | DownstreamState::Dialling => {
                self.socket.can_write()
            }
        }
    }
}
