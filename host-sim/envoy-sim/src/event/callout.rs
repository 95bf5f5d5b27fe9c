//! Call-outs (HTTP, gRPC and DNS), as they leave and enter the host.

use std::time::Duration;

use super::{Effect, Input, VmId};

/// One call-out: HTTP, gRPC or DNS. Tokens are counted per virtual machine, so both parts are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    /// The machine that asked.
    pub vm: VmId,
    /// The number that the module knows the call by, as in Envoy: 4, 8, 12, … for HTTP, 5, 9, 13, … and 6, 10, 14, …
    /// for gRPC calls and streams, and 2, 3, 4, … for DNS.
    pub token: u32,
}

/// A header map in order, names and values as the module wrote them.
pub type HeaderMap = Vec<(Vec<u8>, Vec<u8>)>;

/// The request of a call-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCall {
    /// Name it in [`Input::HttpResponse`] or [`Input::HttpFailure`].
    pub call: CallId,
    /// One of [`crate::Settings::http_clusters`].
    pub cluster: String,
    /// With the pseudo headers `:method`, `:path` and `:authority`.
    pub headers: HeaderMap,
    /// The request's body.
    pub body: Vec<u8>,
    /// `None`: the module wants to wait for ever.
    pub timeout: Option<Duration>,
}

/// How a call-out fails. What the module sees is what Envoy makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// No connection: Envoy makes a `503` with a body of its own.
    Unreachable,
    /// The server reset the call before it answered: another `503`.
    ResetEarly,
    /// The answer itself broke off: no headers, no body, and `proxy_get_status` says 11.
    Reset,
}

/// What is to be done for gRPC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum GrpcEffect {
    /// Start a call (it has a message, and is ended by it) or a stream (it has none yet).
    Start(GrpcRequest),
    /// Send one more message on a stream. `end`: it is the last.
    Send { call: CallId, message: Vec<u8>, end: bool },
    /// End a stream in this direction; the other goes on.
    End { call: CallId },
    /// Reset a call or stream: it was cancelled, or it has timed out. Nothing that comes for it is wanted.
    Cancel { call: CallId },
}

/// The start of a gRPC call or stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcRequest {
    /// Name it in [`crate::Input::Grpc`].
    pub call: CallId,
    /// One of [`crate::Settings::http_clusters`].
    pub cluster: String,
    /// The service, as `package.Service`.
    pub service: String,
    /// The method's name.
    pub method: String,
    /// What the module adds to the request's headers.
    pub metadata: HeaderMap,
    /// The message of a call, encoded but not framed; `None`: a stream.
    pub message: Option<Vec<u8>>,
    /// `None`: the module wants to wait for ever. The host keeps the limit itself.
    pub timeout: Option<Duration>,
}

/// What comes back. Of a call the module hears its message if the status is 0, and else the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrpcEvent {
    /// The response's headers.
    InitialMetadata(HeaderMap),
    /// One message, not framed.
    Message(Vec<u8>),
    /// The response's trailers.
    TrailingMetadata(HeaderMap),
    /// The end, always the last event: `grpc-status` and `grpc-message`.
    Closed {
        /// 0 is success, 14 unavailable.
        status: u32,
        /// In words, mostly empty.
        message: String,
    },
}

/// One address that a name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsAddress {
    /// Of an A or AAAA record.
    pub ip: std::net::IpAddr,
    /// How long the record may be kept.
    pub ttl_s: u32,
}

/// `grpc-status` of a server that cannot be reached.
const UNAVAILABLE: u32 = 14;

impl Effect {
    /// What a driver answers that speaks no gRPC and has no resolver: for the start of a call or stream that nobody is
    /// there, for a lookup that it failed. `None`: nothing is to be answered.
    pub fn declined(&self) -> Option<Input> {
        match self {
            Self::Grpc(GrpcEffect::Start(request)) => {
                let message = "upstream connect error or disconnect/reset before headers".into();
                let event = GrpcEvent::Closed { status: UNAVAILABLE, message };
                Some(Input::Grpc { call: request.call, event })
            }
            Self::ResolveDns { call, .. } => Some(Input::DnsAnswer { call: *call, answer: None }),
            _ => None,
        }
    }
}
