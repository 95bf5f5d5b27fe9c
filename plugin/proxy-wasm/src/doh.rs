//! DNS questions as HTTP call-outs (RFC 8484, POST).

use crate::host::{self, Buffer};
use postscreen_engine::DnsFailure;
use postscreen_engine::dnsbl::{MESSAGE_MAX, is_negative};
use postscreen_engine::policy;
use std::collections::BTreeMap;
use std::time::Duration;

const MEDIA_TYPE: &str = "application/dns-message";
const STATUS_OK: u16 = 200;
/// What Envoy makes of a resolver that does not answer in time.
const STATUS_GATEWAY_TIMEOUT: u16 = 504;

/// The resolver, and the questions that it has not answered.
pub struct DohResolver {
    cluster: String,
    /// The headers of every request, as the ABI wants them.
    headers: Vec<u8>,
    /// The question of each call-out under way. As many as Envoy lets be open; its circuit breakers are the limit.
    questions: BTreeMap<u32, u32>,
}

impl DohResolver {
    /// A resolver that has not been asked.
    pub fn new(resolver: &policy::ResolverSettings) -> Self {
        let headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", resolver.authority.as_str()),
            (":path", resolver.path.as_str()),
            ("content-type", MEDIA_TYPE),
            ("accept", MEDIA_TYPE),
        ];
        Self { cluster: resolver.cluster.clone(), headers: header_map(&headers), questions: BTreeMap::new() }
    }

    /// Sends a question. An error: it is known at once that there is no answer.
    pub fn ask(&mut self, question: u32, message: &[u8], timeout: Duration) -> Result<(), DnsFailure> {
        let token = host::http_call(&self.cluster, &self.headers, message, timeout);
        let token = token.map_err(|_| DnsFailure::Unreachable)?;
        self.questions.insert(token, question);
        Ok(())
    }

    /// The question that a call-out was about, once.
    pub fn take_question(&mut self, token: u32) -> Option<u32> {
        self.questions.remove(&token)
    }

    /// The body of the response that is being delivered.
    ///
    /// Envoy turns a connection failure into a 503 and a timeout into a 504; only a reset has no headers at all. The
    /// status is asked for only where it counts: most answers are that a client is not listed.
    pub fn response(headers: usize, body: usize) -> Result<Vec<u8>, DnsFailure> {
        if headers == 0 {
            return Err(DnsFailure::Unreachable);
        }
        // One byte more than the engine accepts, so that it sees what is too long.
        let message = host::buffer(Buffer::HttpCallResponseBody, 0, body.min(MESSAGE_MAX + 1));
        if is_negative(&message) {
            return Ok(message);
        }
        let status = host::http_response_header(":status").unwrap_or_default();
        match std::str::from_utf8(&status).ok().and_then(|status| status.parse().ok()).unwrap_or(0) {
            STATUS_OK => Ok(message),
            STATUS_GATEWAY_TIMEOUT => Err(DnsFailure::Timeout),
            status => Err(DnsFailure::HttpStatus(status)),
        }
    }
}

/// Headers as the ABI wants them: their number, the lengths of each name and value, then all of these, each with a NUL
/// behind it; numbers are little endian.
fn header_map(headers: &[(&str, &str)]) -> Vec<u8> {
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = number(headers.len()).to_vec();
    for (name, value) in headers {
        bytes.extend(number(name.len()));
        bytes.extend(number(value.len()));
    }
    for text in headers.iter().flat_map(|&(name, value)| [name, value]) {
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
    }
    bytes
}
