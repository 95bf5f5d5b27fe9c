//! What a screen wants, done. A question is a request of DNS over HTTPS (RFC 8484, POST), a response its answer.

use std::time::Duration;

use envoy_sim::{
    CONNECT_TIMEOUT, CallId, ConnectionId, Effect, HeaderMap, HttpCall, HttpFailure, LogLevel, LogLine,
};
use postscreen_engine::dnsbl::MESSAGE_MAX;
use postscreen_engine::{Destination, DnsFailure, Line, Output, Severity};

use super::dispatcher::{Dispatcher, Timer};
use super::downstream::DownstreamState;

/// The cluster of the mail server, as in [`envoy_sim::Settings::postscreen`].
pub(super) const BACKEND: &str = "backend";

impl Dispatcher {
    /// Carries out one output, of which some are about a client.
    pub(super) fn carry_out(&mut self, id: Option<ConnectionId>, output: Output) {
        match output {
            Output::AskDns { question, message, timeout } => {
                let call = self.note_question(question, timeout);
                self.emit(Effect::HttpCall(request(call, message, timeout)));
            }
            Output::Log(line) => self.log(id, line),
            Output::Count(series, by) => self.metrics.add(&series, by),
            Output::Gauge(series, value) => self.metrics.set(&series, value),
            Output::Sample(series, _) => self.metrics.add(&series, 1),
            Output::Skip(_)
            | Output::Dial(_)
            | Output::Teaser(_)
            | Output::ToClient(_)
            | Output::Close
            | Output::Verdict(_)
            | Output::Record(_) => {
                if let Some(id) = id {
                    self.carry_out_for(id, output);
                }
            }
        }
    }

    fn carry_out_for(&mut self, id: ConnectionId, output: Output) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        match output {
            Output::Skip(len) => {
                let len = len.min(client.socket.read_buffer.len());
                client.socket.read_buffer.drain(..len);
            }
            Output::Teaser(bytes) | Output::ToClient(bytes) => {
                if client.is_open() {
                    client.socket.write_buffer.extend(bytes);
                }
            }
            Output::Dial(upstream) => self.dial(id, upstream),
            Output::Close => self.close_unheard(id),
            Output::Verdict(verdict) => client.verdict = Some(verdict),
            Output::Record(record) => client.record = Some(record),
            Output::AskDns { .. }
            | Output::Log(_)
            | Output::Count(..)
            | Output::Gauge(..)
            | Output::Sample(..) => {}
        }
    }

    /// Once per client, and only from where it is held.
    fn dial(&mut self, id: ConnectionId, upstream: Destination) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.stage == DownstreamState::Held)
        else {
            return;
        };
        match upstream {
            Destination::Nobody => {
                client.stage = DownstreamState::Spoken;
                client.socket.read_buffer.clear();
            }
            Destination::Backend => {
                client.stage = DownstreamState::Dialling;
                client.dialled = true;
                self.timers.set(Timer::Connect(id), self.now.monotonic + CONNECT_TIMEOUT);
                self.emit(Effect::Dial { connection: id, cluster: BACKEND.into() });
            }
        }
    }

    fn log(&mut self, connection: Option<ConnectionId>, Line { severity, text }: Line) {
        let level = match severity {
            Severity::Info => LogLevel::Info,
            Severity::Warning => LogLevel::Warn,
        };
        self.emit(Effect::Log(LogLine { vm: self.id(), connection, level, text, by_host: false }));
    }
}

/// The cluster of the resolver, as in [`envoy_sim::Settings::postscreen`].
const CLUSTER: &str = "resolver";
const MEDIA_TYPE: &str = "application/dns-message";

/// The request.
pub(super) fn request(call: CallId, message: Vec<u8>, timeout: Duration) -> HttpCall {
    let headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", CLUSTER),
        (":path", "/dns-query"),
        ("content-type", MEDIA_TYPE),
        ("accept", MEDIA_TYPE),
    ];
    let headers = headers.map(|(name, value)| (name.into(), value.into())).to_vec();
    HttpCall { call, cluster: CLUSTER.into(), headers, body: message, timeout: Some(timeout) }
}

/// The message of a response.
pub(super) fn response(headers: &HeaderMap, mut body: Vec<u8>) -> Result<Vec<u8>, DnsFailure> {
    let status = headers.iter().find(|(name, _)| name == b":status").map(|(_, value)| value.as_slice());
    let status = status.and_then(|status| std::str::from_utf8(status).ok()?.parse().ok()).unwrap_or(0);
    if status != 200 {
        return Err(match status {
            // What Envoy makes of a resolver that does not answer in time.
            504 => DnsFailure::Timeout,
            status => DnsFailure::HttpStatus(status),
        });
    }
    // One byte more than the engine accepts, so that it sees what is too long.
    body.truncate(MESSAGE_MAX + 1);
    Ok(body)
}

/// No response.
pub(super) fn failure(failure: HttpFailure) -> DnsFailure {
    match failure {
        HttpFailure::Unreachable | HttpFailure::ResetEarly | HttpFailure::Reset => DnsFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests;
