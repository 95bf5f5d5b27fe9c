//! The servers of a story: the mail server with its sessions, and the resolver behind the module's call-outs.

use std::collections::BTreeMap;
use std::time::Duration;

use envoy_sim::virtual_time::Answers;
use envoy_sim::{ConnectionId, Effect, HttpCall, HttpFailure, Input};
use postscreen_scenario::doh::HttpAnswer;
use postscreen_scenario::{Answered, MailServer, MailSession, Reply, Resolver, Scenario, Word, doh};

/// The sessions that have not ended.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<ConnectionId, MailSession>);

// === impl Sessions ===

impl Sessions {
    /// The host dials; what it is told, and whether a session begins.
    pub(super) fn dial(
        &mut self,
        server: &MailServer,
        connection: ConnectionId,
        now: Duration,
    ) -> (Input, bool) {
        match server {
            MailServer::Serves(manners) => {
                self.0.insert(connection, MailSession::new(manners, now));
                (Input::UpstreamConnected { connection, ends: None }, true)
            }
            // The kernel takes the connection, and nobody ever says a word.
            MailServer::Busy => (Input::UpstreamConnected { connection, ends: None }, false),
            MailServer::Refuses => (Input::UpstreamRefused { connection }, false),
        }
    }

    /// Bytes from the client.
    pub(super) fn receive(&mut self, connection: ConnectionId, bytes: &[u8], now: Duration) {
        if let Some(session) = self.0.get_mut(&connection) {
            session.receive(bytes, now);
        }
    }

    /// The client has nothing more to say.
    pub(super) fn client_ended(&mut self, connection: ConnectionId, now: Duration) {
        if let Some(session) = self.0.get_mut(&connection) {
            session.client_ended(now);
        }
    }

    /// The connection is gone.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.0.remove(&connection);
    }

    /// When somebody says something next.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.values().filter_map(MailSession::deadline).min()
    }

    /// What the host hears by now, one thing of one session. Last words and the close come together, if they can.
    pub(super) fn said(&mut self, now: Duration) -> Option<Input> {
        let mut sessions = self.0.iter_mut();
        let (connection, word) =
            sessions.find_map(|(connection, session)| Some((*connection, session.next(now)?)))?;
        let mut closes = || {
            let closes = self.0.get(&connection).and_then(|session| session.peek(now)) == Some(&Word::Close);
            if closes {
                self.0.remove(&connection);
            }
            closes
        };
        Some(match word {
            Word::Say(bytes) => Input::UpstreamBytes { connection, bytes, end: closes() },
            Word::Close => {
                self.0.remove(&connection);
                Input::UpstreamBytes { connection, bytes: Vec::new(), end: true }
            }
            Word::Reset => {
                self.0.remove(&connection);
                Input::UpstreamReset { connection }
            }
        })
    }
}

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
