//! HTTP call-outs between the module's question and its callback.

use std::collections::BTreeSet;

use crate::event::{HeaderMap, HttpFailure};

/// The call-outs of one machine.
#[derive(Debug, Default)]
pub(crate) struct Callouts {
    pending: BTreeSet<u32>,
    count: u32,
    /// The answer whose callback is running: only then can it be read.
    pub current: Option<Response>,
}

/// An answer as the module reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
    /// The call was reset: there are no maps, and the status is 11.
    pub reset: bool,
}

impl Callouts {
    /// 4, 8, 12, …: Envoy keeps the low bits for the kind of call.
    pub fn next_token(&mut self) -> u32 {
        self.count += 1;
        self.count * 4
    }

    pub fn start(&mut self, token: u32) {
        self.pending.insert(token);
    }

    /// True when the call was still waiting for its answer.
    pub fn finish(&mut self, token: u32) -> bool {
        self.pending.remove(&token)
    }

    /// For `proxy_get_status`.
    pub fn status(&self) -> (u32, &'static str) {
        match &self.current {
            Some(Response { reset: true, .. }) => (11, "reset"),
            _ => (0, ""),
        }
    }
}

impl Response {
    /// What Envoy makes of a failure.
    pub fn from_failure(failure: HttpFailure) -> Self {
        match failure {
            HttpFailure::Unreachable => Self::local(
                "503",
                "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
            ),
            HttpFailure::Reset => Self { reset: true, ..Self::default() },
        }
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
