//! What goes into the host and what comes out of it.

mod callout;

pub use callout::{CallId, DnsAddress, GrpcEffect, GrpcEvent, GrpcRequest, HeaderMap, HttpCall, HttpFailure};

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// One client connection, from accept to close. Never used twice by one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.0)
    }
}

/// One of the virtual machines that Envoy makes of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VmId {
    /// The throw-away machine that tries a configuration before any worker sees it. Gone once the host is up.
    Canary,
    /// The main thread's machine: configured, ticking, but it never sees a stream.
    Main,
    /// The machine of one worker, counted from 0.
    Worker(usize),
}

impl VmId {
    /// A number of its own, by which each machine draws other random bytes.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Canary => 0,
            Self::Main => 1,
            Self::Worker(worker) => 2 + worker as u64,
        }
    }
}

impl fmt::Display for VmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canary => f.write_str("canary"),
            Self::Main => f.write_str("main thread"),
            Self::Worker(worker) => write!(f, "worker {worker}"),
        }
    }
}

/// The severity of a log line, in the numbering of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Trace = 0,
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
    Critical = 5,
}

impl LogLevel {
    /// The level with this number.
    pub(crate) fn from_abi(level: u32) -> Option<Self> {
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Critical]
            .into_iter()
            .find(|known| *known as u32 == level)
    }
}

/// One line that the module, or the host on behalf of Envoy, wrote to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The machine that wrote it.
    pub vm: VmId,
    /// The connection that it is about: that of the effective context or, when the host wrote it, of the callback that
    /// was running. `None`: a root context's, or no context's.
    pub connection: Option<ConnectionId>,
    /// Its severity.
    pub level: LogLevel,
    /// Its text, without a line end.
    pub text: String,
    /// Written by the host (a trap, a configuration refused), not by the module.
    pub by_host: bool,
}

/// The two ends of an upstream connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpstreamEnds {
    /// The host's own end, property `upstream.local_address`.
    pub local: SocketAddr,
    /// The server, properties `upstream.address` and `upstream.port`.
    pub server: SocketAddr,
}

/// What happens to the host. Inputs for a connection or a call that is already gone are ignored.
///
/// Bytes may be handed in at any time: what Envoy would leave in the socket, because its reads are disabled, the host
/// keeps until they are enabled. A driver with real sockets obeys [`Effect::ReadClient`] and
/// [`Effect::ReadUpstream`], so that this queue stays short.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Input {
    /// One read from the client's socket. `end`: the read also found the client's FIN. Empty without `end`: nothing.
    ClientBytes { connection: ConnectionId, bytes: Vec<u8>, end: bool },
    /// The client reset the connection, or it broke.
    ClientReset { connection: ConnectionId },
    /// The driver's queue towards the client is full (`true`) or has room again (`false`, the state at the start).
    /// While it is full the host keeps what it has to send, and stops reading from upstream above its buffer limit.
    ClientCongested { connection: ConnectionId, congested: bool },
    /// The connection asked for by [`Effect::Dial`] stands. `ends`: where it begins and ends, for a driver that has
    /// addresses; without them the module finds no property of theirs.
    UpstreamConnected { connection: ConnectionId, ends: Option<UpstreamEnds> },
    /// The connection asked for by [`Effect::Dial`] could not be made.
    UpstreamRefused { connection: ConnectionId },
    /// One read from the upstream socket. `end`: the read also found its FIN.
    UpstreamBytes { connection: ConnectionId, bytes: Vec<u8>, end: bool },
    /// The upstream server reset the connection, or it broke.
    UpstreamReset { connection: ConnectionId },
    /// As [`Input::ClientCongested`], for the queue towards the upstream server.
    UpstreamCongested { connection: ConnectionId, congested: bool },
    /// The answer to [`Effect::HttpCall`]. `headers` include `:status`.
    HttpResponse { call: CallId, headers: HeaderMap, body: Vec<u8>, trailers: HeaderMap },
    /// No answer to [`Effect::HttpCall`].
    HttpFailure { call: CallId, failure: HttpFailure },
    /// Something came for a gRPC call or stream that [`Effect::Grpc`] started.
    Grpc { call: CallId, event: GrpcEvent },
    /// The answer to [`Effect::ResolveDns`]; empty: the name has no addresses. `None`: no resolver could say.
    DnsAnswer { call: CallId, answer: Option<Vec<DnsAddress>> },
    /// Time has passed: every timer that is due at the given [`crate::Now`] fires. Other inputs fire no timer.
    TimePassed,
}

/// What the host wants done. Effects come out in the order in which they must be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Effect {
    /// Send these bytes to the client.
    ToClient { connection: ConnectionId, bytes: Vec<u8> },
    /// Send FIN to the client after what was sent; the connection goes on in the other direction.
    EndToClient { connection: ConnectionId },
    /// Close the client's connection, after what was sent unless `reset`. The last effect on this client's socket.
    CloseClient { connection: ConnectionId, reset: bool },
    /// Reading from the client is wanted (`true`, the state at the start) or would fill a buffer (`false`).
    ReadClient { connection: ConnectionId, wanted: bool },
    /// Connect to a server of this cluster. Only clusters with [`crate::Cluster::Remote`] are dialled this way.
    Dial { connection: ConnectionId, cluster: String },
    /// Send these bytes upstream.
    ToUpstream { connection: ConnectionId, bytes: Vec<u8> },
    /// Send FIN upstream after what was sent.
    EndToUpstream { connection: ConnectionId },
    /// Close the upstream connection, or give up dialling. After what was sent unless `reset`.
    CloseUpstream { connection: ConnectionId, reset: bool },
    /// As [`Effect::ReadClient`], for the upstream socket.
    ReadUpstream { connection: ConnectionId, wanted: bool },
    /// Make this HTTP call. The host keeps its timeout itself.
    HttpCall(HttpCall),
    /// The call has timed out; its answer is no longer wanted.
    CancelHttpCall { call: CallId },
    /// gRPC: a call or stream starts, goes on or ends.
    Grpc(GrpcEffect),
    /// Look up the addresses of this name, version 4 and 6. Its token is DNS's own.
    ResolveDns { call: CallId, name: String },
    /// A machine has trapped, and is of no use from now on. The log lines that follow say more, where the log level
    /// lets them through.
    Trapped { vm: VmId, headline: String },
    /// A log line.
    Log(LogLine),
    /// A connection has ended: everything that an access log can say about it.
    Ended(ConnectionEnd),
}

/// The access-log record of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEnd {
    /// The connection; this is its last effect.
    pub connection: ConnectionId,
    /// The client's address.
    pub client: SocketAddr,
    /// The address that the client connected to.
    pub server: SocketAddr,
    /// The worker that had it.
    pub worker: usize,
    /// The cluster that `tcp_proxy` chose, `None` when it never got to choose.
    pub upstream: Option<String>,
    /// Bytes from the client.
    pub received: u64,
    /// Bytes to the client.
    pub sent: u64,
    /// From accept to close.
    pub duration: Duration,
    /// The filter state at the end. What a module stores with `proxy_set_property(NAME)` stands under `wasm.NAME`.
    pub filter_state: BTreeMap<String, Vec<u8>>,
}

impl ConnectionEnd {
    /// What Envoy's access log prints for `%FILTER_STATE(key:PLAIN)%`: the bytes as text, `None` for its `-`.
    pub fn filter_state_text(&self, key: &str) -> Option<String> {
        self.filter_state.get(key).map(|value| String::from_utf8_lossy(value).into_owned())
    }
}
