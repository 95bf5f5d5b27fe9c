//! The resolver of a story: answers under way to the module's call-outs.

use std::collections::BTreeMap;
use std::time::Duration;

use postscreen_scenario::{Answered, Reply, Resolver, Scenario};

use crate::dns::{self, HttpAnswer};
use crate::event::{CallId, Effect, HttpCall, HttpFailure, Input};

/// How long the resolver takes where a story does not say. Far below one `greet_wait`, so that a story need not think
/// of it.
const LATENCY: Duration = Duration::from_millis(5);

/// Answers by arrival time, and then in the order of the questions.
pub(super) struct Answers {
    resolver: Resolver,
    /// There is nobody to ask; hosts with clusters know it, and do not even try.
    missing: bool,
    under_way: BTreeMap<(Duration, u64), (CallId, Input)>,
    asked: u64,
}

// === impl Answers ===

impl Answers {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let missing = scenario.resolver.as_ref().is_some_and(|outage| outage.missing);
        Self { resolver: Resolver::new(scenario), missing, under_way: BTreeMap::new(), asked: 0 }
    }

    /// The module has asked.
    pub(super) fn ask(&mut self, call: &HttpCall, now: Duration) {
        let (latency, reply) = match dns::refusal(&call.headers) {
            Some(refusal) => (None, Ok(refusal)),
            None if self.missing => (Some(Duration::ZERO), Err(Some(HttpFailure::Unreachable))),
            None => {
                let Answered { latency, reply } = self.resolver.ask(&call.body, now);
                (latency, answer(reply))
            }
        };
        let input = match reply {
            Ok(HttpAnswer { headers, body }) => {
                Input::HttpResponse { call: call.call, headers, body, trailers: Vec::new() }
            }
            Err(Some(failure)) => Input::HttpFailure { call: call.call, failure },
            Err(None) => return,
        };
        self.asked += 1;
        self.under_way.insert((now + latency.unwrap_or(LATENCY), self.asked), (call.call, input));
    }

    /// The module has asked for what no story has, by gRPC or of the host's resolver: nobody is there.
    pub(super) fn decline(&mut self, effect: &Effect, now: Duration) {
        let Some(input) = effect.declined() else { return };
        if let Input::Grpc { call, .. } | Input::DnsAnswer { call, .. } = &input {
            self.asked += 1;
            self.under_way.insert((now, self.asked), (*call, input));
        }
    }

    /// Nobody wants the answer any more.
    pub(super) fn cancel(&mut self, call: CallId) {
        self.under_way.retain(|_, (asked, _)| *asked != call);
    }

    /// When the next answer arrives.
    pub(super) fn next(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    /// The next answer that has arrived by now.
    pub(super) fn arrived(&mut self, now: Duration) -> Option<Input> {
        let entry = self.under_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove().1)
    }
}

/// What comes back, or how it fails; `Err(None)`: nothing ever comes.
fn answer(reply: Reply) -> Result<HttpAnswer, Option<HttpFailure>> {
    match reply {
        Reply::Message(message) => Ok(HttpAnswer::message(message)),
        Reply::NoQuestion => Ok(HttpAnswer::error("400")),
        Reply::Status(status) => Ok(HttpAnswer::error(&status.to_string())),
        Reply::Silence => Err(None),
        // To Envoy a connection that breaks before the answer is the same as none.
        Reply::Reset | Reply::Down => Err(Some(HttpFailure::Unreachable)),
    }
}
