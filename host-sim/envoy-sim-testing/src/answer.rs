//! What a call-out of the module gets.

use std::time::Duration;

use envoy_sim::{CallId, HeaderMap, HttpFailure, Input};

/// What a call-out gets.
///
/// ```
/// use std::time::Duration;
/// use envoy_sim_testing::Answer;
///
/// let answer = Answer::ok("listed").header("content-type", "text/plain").after(Duration::from_millis(5));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(super) kind: Kind,
    pub(super) after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Response { headers: HeaderMap, body: Vec<u8> },
    Failure(HttpFailure),
    Never,
}

// === impl Answer ===

impl Answer {
    /// Status 200 and this body.
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::status(200, body)
    }

    /// Any status, and this body.
    pub fn status(status: u16, body: impl AsRef<[u8]>) -> Self {
        let headers = vec![(b":status".to_vec(), status.to_string().into_bytes())];
        Self::with(Kind::Response { headers, body: body.as_ref().to_vec() })
    }

    /// No answer, for this reason. What the module sees is what Envoy makes of it.
    pub fn failure(failure: HttpFailure) -> Self {
        Self::with(Kind::Failure(failure))
    }

    /// No answer at all: the call ends with its own timeout.
    pub fn never() -> Self {
        Self::with(Kind::Never)
    }

    /// Adds a header. The module sees its name in lower case, as in Envoy.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Kind::Response { headers, .. } = &mut self.kind {
            headers.push((name.to_ascii_lowercase().into(), value.into()));
        }
        self
    }

    /// So long after the question; at once unless it is set.
    #[must_use]
    pub fn after(mut self, latency: Duration) -> Self {
        self.after = latency;
        self
    }

    fn with(kind: Kind) -> Self {
        Self { kind, after: Duration::ZERO }
    }

    /// What the host is told, when the time has come.
    pub(super) fn input(self, call: CallId) -> Option<Input> {
        match self.kind {
            Kind::Response { headers, body } => {
                Some(Input::HttpResponse { call, headers, body, trailers: HeaderMap::new() })
            }
            Kind::Failure(failure) => Some(Input::HttpFailure { call, failure }),
            Kind::Never => None,
        }
    }
}
