//! Who answers the module's questions about clients.
//!
//! The module asks over HTTP, as it does in Envoy; here the question goes on as what it is, a DNS message:
//!
//! - [`queue`]: a thread of its own, and a limited number of questions at one time;
//! - [`stub`]: over UDP and TCP to a DNS server;
//! - [`doh`]: over HTTP/2 to a server that speaks DNS over HTTPS (RFC 8484), with TLS or without;
//! - [`tls`]: whom to trust there.

mod doh;
mod queue;
mod stub;
pub(super) mod target;
mod tls;

use std::future::pending;
use std::path::Path;

use postscreen_scenario::Zones;

use crate::dns::{self, HttpAnswer};
use crate::{HttpCall, HttpFailure};
use doh::Doh;
use queue::Queue;
use stub::Stub;
use target::Target;

/// Asks one source.
pub(super) enum Resolver {
    /// In the same process.
    Zones(Zones),
    /// There is nobody to ask.
    Nobody,
    /// Over the network.
    Queue(Queue),
}

/// Who is asked over the network.
enum Source {
    Stub(Stub),
    Doh(Box<Doh>),
}

/// No answer: what the module is told, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub failure: HttpFailure,
    pub text: String,
}

// === impl Resolver ===

impl Resolver {
    /// Nobody is asked yet. `ca` is a file of PEM certificates to trust in place of the usual ones.
    pub fn to(target: &Target, ca: Option<&Path>, questions_max: usize) -> miette::Result<Self> {
        let source = match target {
            Target::Nobody => return Ok(Self::Nobody),
            Target::Udp(server) => Source::Stub(Stub { server: *server, over_tcp: false }),
            Target::Tcp(server) => Source::Stub(Stub { server: *server, over_tcp: true }),
            Target::Doh(url) => Source::Doh(Box::new(Doh::new(url, ca)?)),
        };
        Queue::start(source, questions_max).map(Self::Queue)
    }

    /// The answer to the module's request. Dropping the future takes the question back.
    pub async fn ask(&self, HttpCall { headers, body, .. }: &HttpCall) -> Result<HttpAnswer, Trouble> {
        if let Some(refusal) = dns::refusal(headers) {
            return Ok(refusal);
        }
        match self {
            Self::Zones(zones) => match dns::answer(zones, headers, body) {
                Some(answer) => Ok(answer),
                // The zone never answers: it is left to the module how long it waits.
                None => pending().await,
            },
            Self::Nobody => Err(Trouble::unreachable("nobody to ask (--resolver none)".to_owned())),
            Self::Queue(queue) => queue.ask(body).await,
        }
    }
}

// === impl Source ===

impl Source {
    async fn ask(&self, question: &[u8]) -> Result<HttpAnswer, Trouble> {
        match self {
            Self::Stub(stub) => match stub.ask(question).await {
                Ok(answer) => Ok(HttpAnswer::message(answer)),
                Err(error) => Err(Trouble::unreachable(error.to_string())),
            },
            Self::Doh(doh) => doh.ask(question).await,
        }
    }
}

// === impl Trouble ===

impl Trouble {
    fn unreachable(text: String) -> Self {
        Self { failure: HttpFailure::Unreachable, text }
    }
}

#[cfg(test)]
mod tests;
