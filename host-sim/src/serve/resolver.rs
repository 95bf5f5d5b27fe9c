//! Who answers the module's questions about clients.
//!
//! The module asks over HTTP, as it does in Envoy; here the question goes on as what it is, a DNS message:
//!
//! - [`stub`]: over UDP and TCP to a DNS server;
//! - [`doh`]: over HTTP/2 to a server that speaks DNS over HTTPS (RFC 8484), with TLS or without;
//! - [`tls`]: whom to trust there.

mod doh;
mod stub;
pub(super) mod target;
mod tls;

use std::cell::Cell;
use std::future::pending;
use std::path::Path;
use std::time::Duration;

use postscreen_scenario::Zones;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::dns::{self, HttpAnswer};
use crate::{HttpCall, HttpFailure};
use doh::Doh;
use stub::Stub;
use target::Target;

/// Questions that wait until less than `--max-questions` are under way. Above it they fail at once.
const QUESTIONS_WAITING_MAX: usize = 100_000;
/// How long one question may take, its wait included, where the module would wait for ever.
const QUESTION_MAX: Duration = Duration::from_secs(30);

/// Asks one source, a limited number of questions at one time.
pub(super) struct Resolver {
    source: Source,
    turns: Semaphore,
    waiting: Cell<usize>,
}

enum Source {
    /// In the same process.
    Zones(Zones),
    /// There is nobody to ask.
    Nobody,
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
    pub fn zones(zones: Zones) -> Self {
        Self::new(Source::Zones(zones), Semaphore::MAX_PERMITS)
    }

    /// Nobody is asked yet. `ca` is a file of PEM certificates to trust in place of the usual ones.
    pub fn to(target: &Target, ca: Option<&Path>, questions_max: usize) -> miette::Result<Self> {
        let source = match target {
            Target::Nobody => Source::Nobody,
            Target::Udp(server) => Source::Stub(Stub { server: *server, over_tcp: false }),
            Target::Tcp(server) => Source::Stub(Stub { server: *server, over_tcp: true }),
            Target::Doh(url) => Source::Doh(Box::new(Doh::new(url, ca)?)),
        };
        Ok(Self::new(source, questions_max))
    }

    fn new(source: Source, questions_max: usize) -> Self {
        Self { source, turns: Semaphore::new(questions_max), waiting: Cell::new(0) }
    }

    /// The answer to the module's request. Dropping the future takes the question back.
    pub async fn ask(&self, HttpCall { headers, body, .. }: &HttpCall) -> Result<HttpAnswer, Trouble> {
        if let Source::Zones(zones) = &self.source {
            // A zone that never answers leaves it to the module how long it waits.
            return match dns::answer(zones, headers, body) {
                Some(answer) => Ok(answer),
                None => pending().await,
            };
        }
        if let Some(refusal) = dns::refusal(headers) {
            return Ok(refusal);
        }
        let Some(_waiting) = Waiting::enter(&self.waiting) else {
            return Err(Trouble::unreachable(format!(
                "more than {QUESTIONS_WAITING_MAX} questions wait for their turn"
            )));
        };
        timeout(QUESTION_MAX, self.ask_in_turn(body)).await.unwrap_or_else(|_| {
            Err(Trouble::unreachable(format!("no answer within {} s", QUESTION_MAX.as_secs())))
        })
    }

    async fn ask_in_turn(&self, question: &[u8]) -> Result<HttpAnswer, Trouble> {
        // The turns are never closed, so that there is always a next one.
        let _turn = self.turns.acquire().await;
        match &self.source {
            Source::Zones(_) | Source::Nobody => {
                Err(Trouble::unreachable("nobody to ask (--resolver none)".to_owned()))
            }
            Source::Stub(stub) => match stub.ask(question).await {
                Ok(answer) => Ok(HttpAnswer::message(answer)),
                Err(error) => Err(Trouble::unreachable(error.to_string())),
            },
            Source::Doh(doh) => doh.ask(question).await,
        }
    }
}

// === impl Trouble ===

impl Trouble {
    fn unreachable(text: String) -> Self {
        Self { failure: HttpFailure::Unreachable, text }
    }
}

/// One question more, for as long as it lives.
struct Waiting<'a>(&'a Cell<usize>);

// === impl Waiting ===

impl<'a> Waiting<'a> {
    fn enter(count: &'a Cell<usize>) -> Option<Self> {
        let waiting = count.get();
        (waiting < QUESTIONS_WAITING_MAX).then(|| {
            count.set(waiting + 1);
            Self(count)
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[cfg(test)]
mod tests;
