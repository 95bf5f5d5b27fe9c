//! What a resolver's HTTP front answers (DNS over HTTPS, RFC 8484), out of a story's zones and without a socket.

use crate::{Reply, Zones};

/// What the resolver's HTTP front answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// With `:status`.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// A DNS message where the status is 200.
    pub body: Vec<u8>,
}

/// Answers one request; `None` when the zone never answers.
pub fn answer(zones: &Zones, headers: &[(Vec<u8>, Vec<u8>)], body: &[u8]) -> Option<HttpAnswer> {
    if let Some(refusal) = refusal(headers) {
        return Some(refusal);
    }
    match zones.reply(body) {
        Reply::Message(message) => Some(HttpAnswer::message(message)),
        Reply::NoQuestion => Some(HttpAnswer::error("400")),
        Reply::Status(status) => Some(HttpAnswer::error(&status.to_string())),
        // A broken connection brings no answer either.
        Reply::Silence | Reply::Reset | Reply::Down => None,
    }
}

/// What a resolver answers to a request that carries no question, whatever its body.
pub fn refusal(headers: &[(Vec<u8>, Vec<u8>)]) -> Option<HttpAnswer> {
    let header = |name: &[u8]| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice());
    if header(b":method") != Some(b"POST") {
        return Some(HttpAnswer::error("405"));
    }
    if header(b"content-type") != Some(b"application/dns-message") {
        return Some(HttpAnswer::error("415"));
    }
    None
}

// === impl HttpAnswer ===

impl HttpAnswer {
    /// The answer that carries this DNS message.
    pub fn message(body: Vec<u8>) -> Self {
        let content_type = (b"content-type".to_vec(), b"application/dns-message".to_vec());
        Self { headers: vec![(b":status".to_vec(), b"200".to_vec()), content_type], body }
    }

    /// A status other than 200, and no body.
    pub fn error(status: &str) -> Self {
        Self { headers: vec![(b":status".to_vec(), status.into())], body: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
