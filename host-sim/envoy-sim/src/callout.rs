//! Call-outs between the module's question and its callback: HTTP and DNS here, gRPC below.

mod grpc;

pub(crate) use grpc::{GrpcCalls, GrpcKind, GrpcReceived};

use std::collections::BTreeMap;

use crate::event::{DnsAddress, HeaderMap, HttpFailure};
use crate::profile::Profile;

/// Call-outs of all kinds that one machine may have waiting. One more fails inline, as with a circuit breaker that is
/// open: `InternalFailure`.
pub(crate) const CALLOUTS_PENDING_MAX: usize = 256 * 1024;

/// Bytes that one call of the module may send to others: bodies, messages, headers and names. Envoy has no limit; here
/// more is `InternalFailure`.
pub(crate) const CALLOUT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why there is no connection, as Envoy told until 1.37. Here it is always a refusal.
const REFUSED_WITH_ERROR: &str =
    "remote connection failure, transport failure reason: delayed connect error: Connection refused";

/// What `proxy_get_status` gives after a call-out was reset: `BrokenConnection`.
const BROKEN_CONNECTION: u32 = 11;

/// The call-outs of one machine.
#[derive(Debug, Default)]
pub(crate) struct Callouts {
    /// Token and root context of the HTTP calls that wait.
    pending: BTreeMap<u32, u32>,
    count: u32,
    /// The HTTP answer whose callback is running: only then can it be read.
    pub current: Option<Response>,
    pub grpc: GrpcCalls,
    pub dns: DnsCalls,
    status_code: u32,
    status_text: String,
    /// In the present call of the module.
    sent_bytes: usize,
}

/// What a call-out was that is no longer waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    Http,
    Grpc,
}

/// An answer as the module reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
    /// The call was reset: there is neither map nor body, and the status is 11.
    pub reset: bool,
}

impl Callouts {
    /// 4, 8, 12, …: Envoy keeps the low bits for the kind of call.
    pub fn next_token(&mut self) -> u32 {
        self.count = self.count.wrapping_add(1);
        self.count.wrapping_mul(4)
    }

    /// Calls belong to a root context, whichever context asked.
    pub fn start(&mut self, token: u32, root: u32) {
        self.pending.insert(token, root);
    }

    /// Takes the answer to a call that was still waiting; gives its root context.
    pub fn answer(&mut self, token: u32, response: Response) -> Option<u32> {
        let root = self.pending.remove(&token)?;
        if response.reset {
            self.set_status(BROKEN_CONNECTION, "reset");
        } else {
            self.current = Some(response);
        }
        Some(root)
    }

    /// Forgets what one root context, or all of them, waits for. Gives the calls that must be cancelled; a lookup
    /// cannot be.
    pub fn take_pending(&mut self, root: Option<u32>) -> Vec<(u32, Cancelled)> {
        let of_root = |owner: &u32| root.is_none_or(|root| root == *owner);
        let http = self.pending.extract_if(.., |_, owner| of_root(owner));
        let mut taken: Vec<_> = http.map(|(token, _)| (token, Cancelled::Http)).collect();
        let grpc = self.grpc.take(of_root).into_iter().map(|token| (token, Cancelled::Grpc));
        taken.extend(grpc);
        self.dns.forget(of_root);
        taken
    }

    /// Whether one more call-out, of so many bytes, can be made.
    pub fn take_room(&mut self, bytes: usize) -> bool {
        let waiting = self.pending.len() + self.grpc.len() + self.dns.len();
        waiting < CALLOUTS_PENDING_MAX && self.take_bytes(bytes)
    }

    /// Whether so many bytes more can be sent.
    pub fn take_bytes(&mut self, bytes: usize) -> bool {
        let fit = bytes <= CALLOUT_BYTES_MAX - self.sent_bytes;
        if fit {
            self.sent_bytes += bytes;
        }
        fit
    }

    /// A new call of the module begins.
    pub fn begin_call(&mut self) {
        self.sent_bytes = 0;
    }

    /// For `proxy_get_status`. Envoy forgets the text after the callback, but never the number.
    pub fn status(&self) -> (u32, &str) {
        (self.status_code, &self.status_text)
    }

    pub fn set_status(&mut self, code: u32, text: &str) {
        (self.status_code, self.status_text) = (code, text.into());
    }

    /// The callback has returned: what it could read is gone, before anything that it deferred is done.
    pub fn callback_is_over(&mut self) {
        self.current = None;
        self.grpc.current = None;
        self.status_text.clear();
    }
}

impl Response {
    /// What Envoy makes of a failure.
    pub fn from_failure(failure: HttpFailure, profile: Profile) -> Self {
        let reason = match failure {
            HttpFailure::Unreachable if profile < Profile::Envoy1_38 => REFUSED_WITH_ERROR,
            HttpFailure::Unreachable => "remote connection failure",
            HttpFailure::ResetEarly => "remote reset",
            HttpFailure::Reset => return Self { reset: true, ..Self::default() },
        };
        let before = "upstream connect error or disconnect/reset before headers. reset reason: ";
        Self::local("503", &format!("{before}{reason}"))
    }

    /// What Envoy makes of a timeout.
    pub fn timeout() -> Self {
        Self::local("504", "upstream request timeout")
    }

    /// A reply that Envoy's router writes itself.
    fn local(status: &str, body: &str) -> Self {
        let header = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        let headers = vec![
            header(":status", status),
            header("content-length", &body.len().to_string()),
            header("content-type", "text/plain"),
        ];
        Self { headers, body: body.into(), ..Self::default() }
    }
}

/// The lookups of one machine, by `envoy_resolve_dns`.
#[derive(Debug, Default)]
pub(crate) struct DnsCalls {
    /// Token and root context of those that wait.
    pending: BTreeMap<u32, u32>,
    count: u32,
    /// The last answer, buffer 8 of the root context.
    pub call_data: Vec<u8>,
}

impl DnsCalls {
    /// 2, 3, 4, …; never 0.
    pub fn next_token(&mut self) -> u32 {
        loop {
            self.count = self.count.wrapping_add(1);
            let token = self.count.wrapping_add(1);
            if token != 0 {
                return token;
            }
        }
    }

    pub fn start(&mut self, token: u32, root: u32) {
        self.pending.insert(token, root);
    }

    /// Takes the answer to a lookup that was still waiting; gives its root context.
    pub fn answer(&mut self, token: u32, answer: Option<&[DnsAddress]>) -> Option<u32> {
        let root = self.pending.remove(&token)?;
        self.call_data = answer.map(encode).unwrap_or_default();
        Some(root)
    }

    /// Forgets the lookups of these root contexts.
    pub fn forget(&mut self, of_root: impl Fn(&u32) -> bool) {
        self.pending.retain(|_, root| !of_root(root));
    }

    /// How many are waiting.
    pub fn len(&self) -> usize {
        self.pending.len()
    }
}

/// A count, the TTLs in seconds, then the addresses with port 0 and a NUL after each. No addresses are still a count.
fn encode(addresses: &[DnsAddress]) -> Vec<u8> {
    let mut data = u32::try_from(addresses.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    for address in addresses {
        data.extend(address.ttl_s.to_le_bytes());
    }
    for address in addresses {
        data.extend(std::net::SocketAddr::new(address.ip, 0).to_string().into_bytes());
        data.push(0);
    }
    data
}

#[cfg(test)]
mod tests;
