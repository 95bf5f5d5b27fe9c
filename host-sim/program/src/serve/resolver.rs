//! Who answers the module's questions about clients.
//!
//! The module asks over HTTP, as it does in Envoy; here the question goes on as what it is, a DNS message:
//! [`queue`] is a thread of its own, and a limited number of questions at one time.

mod queue;

use std::future::pending;
use std::path::Path;

use dns_client::{DnsAnswer, DnsClient, DnsError, DnsErrorKind, DnsServer};
use envoy_sim::{HttpCall, HttpFailure};
use postscreen_engine::dnsbl::MESSAGE_MAX;
use postscreen_scenario::Zones;
use postscreen_scenario::doh::{self, HttpAnswer};

use queue::QuestionQueue;

/// Asks one source.
pub(super) enum ListResolver {
    /// In the same process.
    Zones(Zones),
    /// There is nobody to ask.
    Nobody,
    /// Over the network.
    Queue(QuestionQueue),
}

// === impl ListResolver ===

impl ListResolver {
    /// Nobody is asked yet. `ca` is a file of PEM certificates to trust in place of the usual ones.
    pub fn to(target: &DnsServer, ca: Option<&Path>, questions_max: usize) -> miette::Result<Self> {
        // One byte more than the engine takes, so that it can tell what is too long.
        match DnsClient::new(target, ca, MESSAGE_MAX + 1)? {
            None => Ok(Self::Nobody),
            Some(client) => QuestionQueue::start(client, questions_max).map(Self::Queue),
        }
    }

    /// The answer to the module's request. Dropping the future takes the question back.
    pub async fn ask(&self, HttpCall { headers, body, .. }: &HttpCall) -> Result<HttpAnswer, DnsError> {
        if let Some(refusal) = doh::refusal(headers) {
            return Ok(refusal);
        }
        match self {
            Self::Zones(zones) => match doh::answer(zones, headers, body) {
                Some(answer) => Ok(answer),
                // The zone never answers: it is left to the module how long it waits.
                None => pending().await,
            },
            Self::Nobody => Err(DnsError::unreachable("nobody to ask (--resolver none)".to_owned())),
            Self::Queue(queue) => queue.ask(body).await.map(over_http),
        }
    }
}

/// An answer as a resolver's HTTP front gives it.
fn over_http(answer: DnsAnswer) -> HttpAnswer {
    match answer {
        DnsAnswer::Message(message) => HttpAnswer::message(message),
        DnsAnswer::Http { status, headers, body } => {
            let status = (b":status".to_vec(), status.into());
            HttpAnswer { headers: std::iter::once(status).chain(headers).collect(), body }
        }
    }
}

/// What the module is told of a question without an answer.
pub(super) fn http_failure(failure: &DnsError) -> HttpFailure {
    match failure.kind {
        DnsErrorKind::Unreachable => HttpFailure::Unreachable,
        DnsErrorKind::BrokeOff => HttpFailure::Reset,
    }
}

#[cfg(test)]
mod tests;
