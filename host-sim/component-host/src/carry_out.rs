//! What a screen wants, done.

use envoy_sim::CONNECT_TIMEOUT;
use envoy_sim::{ConnectionId, Effect, LogLevel, LogLine};
use postscreen_engine::{Destination, Line, Output, Severity};

use super::dispatcher::{Dispatcher, Timer};
use super::downstream::DownstreamState;
use super::resolver;

/// The cluster of the mail server, as in [`envoy_sim::Settings::postscreen`].
pub(super) const BACKEND: &str = "backend";

impl Dispatcher {
    /// Carries out one output, of which some are about a client.
    pub(super) fn carry_out(&mut self, id: Option<ConnectionId>, output: Output) {
        match output {
            Output::AskDns { question, message, timeout } => {
                let call = self.note_question(question, timeout);
                self.emit(Effect::HttpCall(resolver::request(call, message, timeout)));
            }
            Output::Log(line) => self.log(id, line),
            Output::Count(counter, by) => self.metrics.add(counter, by),
            Output::Gauge(gauge, value) => self.metrics.set(gauge, value),
            Output::Skip(_)
            | Output::Dial(_)
            | Output::Teaser(_)
            | Output::ToClient(_)
            | Output::Close
            | Output::Verdict(_) => {
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
            Output::AskDns { .. } | Output::Log(_) | Output::Count(..) | Output::Gauge(..) => {}
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
