//! A screen's question as a request of DNS over HTTPS (RFC 8484, POST), and the response as its answer.

use std::time::Duration;

use envoy_sim::{CallId, HeaderMap, HttpCall, HttpFailure};
use postscreen_engine::DnsFailure;
use postscreen_engine::dnsbl::MESSAGE_MAX;

/// The cluster of the resolver, as in [`envoy_sim::Settings::postscreen`].
const CLUSTER: &str = "resolver";
const MEDIA_TYPE: &str = "application/dns-message";

/// The request.
pub(super) fn request(call: CallId, message: Vec<u8>, timeout: Duration) -> HttpCall {
    let headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", CLUSTER),
        (":path", "/dns-query"),
        ("content-type", MEDIA_TYPE),
        ("accept", MEDIA_TYPE),
    ];
    let headers = headers.map(|(name, value)| (name.into(), value.into())).to_vec();
    HttpCall { call, cluster: CLUSTER.into(), headers, body: message, timeout: Some(timeout) }
}

/// The message of a response.
pub(super) fn response(headers: &HeaderMap, mut body: Vec<u8>) -> Result<Vec<u8>, DnsFailure> {
    let status = headers.iter().find(|(name, _)| name == b":status").map(|(_, value)| value.as_slice());
    let status = status.and_then(|status| std::str::from_utf8(status).ok()?.parse().ok()).unwrap_or(0);
    if status != 200 {
        return Err(match status {
            // What Envoy makes of a resolver that does not answer in time.
            504 => DnsFailure::Timeout,
            status => DnsFailure::HttpStatus(status),
        });
    }
    // One byte more than the engine accepts, so that it sees what is too long.
    body.truncate(MESSAGE_MAX + 1);
    Ok(body)
}

/// No response.
pub(super) fn failure(failure: HttpFailure) -> DnsFailure {
    match failure {
        HttpFailure::Unreachable | HttpFailure::ResetEarly | HttpFailure::Reset => DnsFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests;
