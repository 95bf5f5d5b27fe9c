//! DNS questions as HTTP call-outs (RFC 8484, POST).

use crate::host::{self, Buffer};
use postscreen_engine::DnsFailure;
use postscreen_engine::dnsbl::MESSAGE_MAX;
use postscreen_engine::policy::Resolver;
use proxy_wasm::hostcalls::dispatch_http_call;
use std::time::Duration;

const MEDIA_TYPE: &str = "application/dns-message";
const STATUS_OK: u16 = 200;
/// What Envoy makes of a resolver that does not answer in time.
const STATUS_GATEWAY_TIMEOUT: u16 = 504;

/// Sends a question; the token of its answer. Must be called while the client's own context is the active one: that is
/// where the SDK delivers the answer.
pub fn ask(resolver: &Resolver, message: &[u8], timeout: Duration) -> Result<u32, DnsFailure> {
    let headers = vec![
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", resolver.authority.as_str()),
        (":path", resolver.path.as_str()),
        ("content-type", MEDIA_TYPE),
        ("accept", MEDIA_TYPE),
    ];
    dispatch_http_call(&resolver.cluster, headers, Some(message), Vec::new(), timeout)
        .map_err(|_| DnsFailure::Unreachable)
}

/// The body of the response that is being delivered.
///
/// Envoy turns a connection failure into a 503 and a timeout into a 504; only a reset has no headers at all.
pub fn response(header_count: usize, body_len: usize) -> Result<Vec<u8>, DnsFailure> {
    if header_count == 0 {
        return Err(DnsFailure::Unreachable);
    }
    let status = host::http_response_header(":status").unwrap_or_default();
    let status = std::str::from_utf8(&status).ok().and_then(|status| status.parse().ok()).unwrap_or(0);
    match status {
        // One byte more than the engine accepts, so that it sees what is too long.
        STATUS_OK => Ok(host::buffer(Buffer::HttpCallResponseBody, 0, body_len.min(MESSAGE_MAX + 1))),
        STATUS_GATEWAY_TIMEOUT => Err(DnsFailure::Timeout),
        _ => Err(DnsFailure::HttpStatus(status)),
    }
}
