//! The resolver of a story, behind the module's call-outs.

use std::time::Duration;

use envoy_sim::virtual_time::Answers;
use envoy_sim::{Effect, HttpCall, HttpFailure, Input};
use postscreen_scenario::doh::{self, HttpAnswer};
use postscreen_scenario::{Answered, Reply, Resolver, Scenario};

/// How long the resolver takes where a story does not say. Far below one `greet_wait`, so that a story need not think
/// of it.
const LATENCY: Duration = Duration::from_millis(5);

/// Answers calls; the answers then are under way.
pub(super) struct Lists {
    resolver: Resolver,
    /// There is nobody to ask; hosts with clusters know it, and do not even try.
    missing: bool,
}

impl Lists {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let missing = scenario.resolver.as_ref().is_some_and(|outage| outage.missing);
        Self { resolver: Resolver::new(scenario), missing }
    }

    /// The module has asked.
    pub(super) fn ask(&mut self, call: &HttpCall, now: Duration, answers: &mut Answers) {
        let (latency, reply) = match doh::refusal(&call.headers) {
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
        answers.send(call.call, input, now + latency.unwrap_or(LATENCY));
    }
}

/// The module has asked for what no story has, by gRPC or of the host's resolver: nobody is there.
pub(super) fn decline(effect: &Effect, now: Duration, answers: &mut Answers) {
    let Some(input) = effect.declined() else { return };
    if let Input::Grpc { call, .. } | Input::DnsAnswer { call, .. } = &input {
        answers.send(*call, input, now);
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
