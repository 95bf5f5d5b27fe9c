//! One client's connection: its socket as Envoy sees it, its filter state, and what `tcp_proxy` keeps for it.
//! One of its upstreams is in here, too: the cluster that speaks, an internal listener with the echo filter.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use crate::event::{ConnectionId, UpstreamEnds};
use crate::settings::CONNECTION_BUFFER_BYTES_MAX;

/// A downstream connection with its filter chain.
#[derive(Debug)]
pub(crate) struct Connection {
    pub id: ConnectionId,
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub accepted: Duration,
    pub state: ConnectionState,

    /// The client's socket.
    pub socket: Socket,
    /// The root context that it belongs to until it ends: the newest one when it was accepted. 0 without a filter.
    pub root: u32,
    /// The module was told of this stream, so it is asked about it and told of its end. Otherwise the chain is one
    /// without the module.
    pub known_to_module: bool,
    /// `tcp_proxy` has been started: the module let the connection go on.
    pub proxy_started: bool,
    pub upstream: UpstreamHalf,
    pub filter_state: BTreeMap<String, Vec<u8>>,
    /// Keys of `filter_state` that cannot be set again.
    pub read_only: BTreeSet<String>,
    /// The buffer that its context has looked at last.
    pub looked_at: Option<u32>,
    /// Names that `declare_property` was given on this context, where it has no effect.
    pub declared: BTreeMap<Vec<u8>, Prototype>,
    pub received: u64,
    pub sent: u64,
    pub counted: Counted,
}

/// How a property was declared; without a declaration it is mutable bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prototype {
    /// It can be set once.
    pub read_only: bool,
}

/// Bytes as the properties `request.size` and `response.size` count them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    /// At every read, all that waits for the module: what it has paused counts again.
    pub received: u64,
    /// What the module has let pass to the client, as it left it.
    pub sent: u64,
}

/// `Network::Connection::State`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    Open,
    /// Closed by the host; the write buffer is still to be flushed.
    Closing,
    Closed,
}

/// The upstream half, `tcp_proxy`'s own.
#[derive(Debug, Default)]
pub(crate) struct UpstreamHalf {
    pub phase: UpstreamPhase,
    /// The cluster that was chosen.
    pub cluster: Option<String>,
    /// When it was asked for.
    pub dialled: Duration,
    /// How long it took to stand. There is a server from then on, also when it has gone.
    pub ready_after: Option<Duration>,
    pub ends: Option<UpstreamEnds>,
    /// The host's own echo, when the cluster is one.
    pub speaker: Option<Speaker>,
    /// Bytes that came before the upstream connection stood.
    pub early: Vec<u8>,
    pub early_end: bool,
    /// `early` has reached `max_early_data_bytes`, or there is no early data: reads are disabled until connected.
    pub early_full: bool,

    /// The server's socket, or the speaker's end of the internal connection.
    pub socket: Socket,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UpstreamPhase {
    /// Not asked for yet.
    #[default]
    Idle,
    Dialling,
    Connected,
    Closed,
}

impl Connection {
    /// A connection that was just accepted. Without early data, `tcp_proxy` disables reads before any filter is told.
    pub fn new(
        id: ConnectionId,
        client: SocketAddr,
        server: SocketAddr,
        accepted: Duration,
        early_data: bool,
    ) -> Self {
        Self {
            id,
            client,
            server,
            accepted,
            state: ConnectionState::Open,
            socket: Socket::default(),
            root: 0,
            known_to_module: false,
            proxy_started: false,
            upstream: UpstreamHalf { early_full: !early_data, ..UpstreamHalf::default() },
            filter_state: BTreeMap::new(),
            read_only: BTreeSet::new(),
            looked_at: None,
            declared: BTreeMap::new(),
            received: 0,
            sent: 0,
            counted: Counted::default(),
        }
    }

    /// The speaker, when that is where this connection goes.
    pub fn speaker(&mut self) -> Option<&mut Speaker> {
        self.upstream.speaker.as_mut()
    }

    pub fn is_open(&self) -> bool {
        self.state == ConnectionState::Open
    }

    /// Whether Envoy would read from the client now: `tcp_proxy` waits for its upstream, or a buffer is full.
    pub fn reads_enabled(&self) -> bool {
        self.is_open()
            && !self.upstream.early_full
            && self.socket.read_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
            && self.upstream.socket.write_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
    }

    /// Whether Envoy would read from upstream now.
    pub fn upstream_reads_enabled(&self) -> bool {
        self.is_open()
            && self.upstream.phase == UpstreamPhase::Connected
            && self.socket.write_buffer.len() < CONNECTION_BUFFER_BYTES_MAX
    }

    /// Whether another round of the event loop would change something.
    pub fn has_work(&self) -> bool {
        let upstream = &self.upstream;
        let connected = upstream.phase == UpstreamPhase::Connected;
        let speaker = upstream.speaker.as_ref().is_some_and(|speaker| {
            upstream.phase == UpstreamPhase::Dialling
                || (connected && (speaker.must_greet() || speaker.is_ready()))
        });
        match self.state {
            ConnectionState::Open => {
                self.socket.can_write() || (connected && upstream.socket.can_write()) || speaker
            }
            ConnectionState::Closing => !self.socket.congested,
            ConnectionState::Closed => false,
        }
    }
}

/// One side's socket with Envoy's buffers around it.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "two directions, and each ends, waits and is full by itself"
)]
pub struct Socket {
    /// What the kernel would hold: it arrives here, and is read when reads are enabled.
    pub inbox: Vec<u8>,
    /// The peer's FIN has arrived.
    pub inbox_end: bool,
    /// What was read and the module has not let pass yet. It stays while the module pauses.
    pub read_buffer: Vec<u8>,
    /// The peer's FIN has been read.
    pub read_end: bool,
    /// The module may touch `read_buffer`: during its data callback, and after it answered Pause.
    pub visible: bool,
    /// The driver was told to stop reading.
    pub reads_stopped: bool,

    /// What the peer is to be sent.
    pub write_buffer: Vec<u8>,
    /// FIN is to follow `write_buffer`.
    pub write_end: bool,
    /// FIN is sent.
    pub write_end_sent: bool,
    /// The driver's queue is full.
    pub congested: bool,
}

impl Socket {
    /// There is something to write and room for it.
    pub fn can_write(&self) -> bool {
        !self.congested && (!self.write_buffer.is_empty() || (self.write_end && !self.write_end_sent))
    }

    /// Takes the bytes to write, and whether FIN follows them.
    pub fn take_writes(&mut self) -> (Vec<u8>, bool) {
        let end = self.write_end && !self.write_end_sent;
        self.write_end_sent |= end;
        (std::mem::take(&mut self.write_buffer), end)
    }

    /// Takes what arrived into the read buffer; false when nothing did.
    pub fn read(&mut self) -> bool {
        let end = self.inbox_end && !self.read_end;
        let something = end || !self.inbox.is_empty();
        self.read_buffer.append(&mut self.inbox);
        self.read_end |= end;
        something
    }

    /// Both directions have ended and everything is sent.
    pub fn both_ended(&self) -> bool {
        self.read_end && self.write_end_sent && self.write_buffer.is_empty()
    }
}

/// Both ends of the internal connection, between two turns of the event loop.
#[derive(Debug, Default)]
pub(crate) struct Speaker {
    /// The header goes out with the first write, before its bytes.
    greeted: bool,
    inbox: Vec<u8>,
    end: bool,
}

impl Speaker {
    /// `tcp_proxy` writes.
    pub fn write(&mut self, client: SocketAddr, server: SocketAddr, bytes: &[u8], end: bool) {
        if !self.greeted {
            self.greeted = true;
            self.inbox.extend(proxy_header(client, server).into_bytes());
        }
        self.inbox.extend(bytes);
        self.end |= end;
    }

    /// The connection stands but nothing was written yet: the transport socket still has its header to send.
    pub fn must_greet(&self) -> bool {
        !self.greeted
    }

    /// The echo has something to do.
    pub fn is_ready(&self) -> bool {
        self.end || !self.inbox.is_empty()
    }

    /// The echo's turn: what comes back, and whether it closed; `None` when it has nothing to do.
    ///
    /// The echo filter does not enable half-close. So when the end arrives, Envoy closes its connection, and what came
    /// in the same read is lost before it was written back.
    pub fn turn(&mut self) -> Option<(Vec<u8>, bool)> {
        let bytes = std::mem::take(&mut self.inbox);
        if std::mem::take(&mut self.end) {
            return Some((Vec::new(), true));
        }
        (!bytes.is_empty()).then_some((bytes, false))
    }
}

/// PROXY protocol, version 1. Mixed families cannot happen: a socket has one.
fn proxy_header(client: SocketAddr, server: SocketAddr) -> String {
    let family = if client.is_ipv4() { "TCP4" } else { "TCP6" };
    format!("PROXY {family} {} {} {} {}\r\n", client.ip(), server.ip(), client.port(), server.port())
}

#[cfg(test)]
mod tests;
