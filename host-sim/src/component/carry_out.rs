//! What a session wants, done.

use postscreen_engine::{Counter, Input, Line, Output, Severity, Upstream};

use super::client::Stage;
use super::resolver;
use super::worker::{Timer, Worker};
use crate::event::{ConnectionId, Effect, LogLevel, LogLine};
use crate::settings::CONNECT_TIMEOUT;

/// The cluster of the mail server, as in [`crate::Settings::postscreen`].
pub(super) const BACKEND: &str = "backend";

impl Worker {
    /// Carries out one output; the answer, where one is at hand.
    pub(super) fn carry_out(&mut self, id: ConnectionId, output: Output) -> Option<Input<'static>> {
        let unix = self.now.wall.as_secs();
        let client = self.clients.get_mut(&id)?;
        match output {
            Output::Join(address) => {
                let (seat, standing, line) = self.crowd.join(address, unix);
                client.seat = Some(seat);
                self.log(line);
                return Some(Input::Joined(standing));
            }
            Output::ClaimPassNew(_) => {
                let first = client.seat.as_ref().is_none_or(|seat| self.crowd.claim_pass_new(seat));
                return Some(Input::PassNewClaimed(first));
            }
            Output::Recall(address) => return Some(Input::Remembered(self.crowd.recall(address))),
            Output::Remember(address, record) => {
                if !self.crowd.remember(client.seat.as_ref(), address, record) {
                    self.books.add(Counter::RememberFailed.name(), 1);
                }
            }
            Output::Renew(_) => {
                let line = client.seat.as_mut().and_then(|seat| self.crowd.renew(seat, unix));
                self.log(line);
            }
            Output::Share(_, record, tests) => {
                if let Some(seat) = &client.seat {
                    self.crowd.share(seat, record, tests);
                }
            }
            Output::Leave(_) => self.leave(id),
            Output::AskDns { question, message, timeout } => {
                let call = self.note_question(id, question, timeout);
                self.emit(Effect::HttpCall(resolver::request(call, message, timeout)));
            }
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
            Output::Close => {
                self.close_unheard(id);
                return Some(Input::ClientClosed);
            }
            Output::Log(line) => self.log(Some(line)),
            Output::Count(counter) => self.books.add(counter.name(), 1),
            Output::Adjust(gauge, by) => self.books.add(gauge.name(), by.into()),
            Output::Verdict(verdict) => client.verdict = Some(verdict),
        }
        None
    }

    /// Once per session, and only from where the client is held.
    fn dial(&mut self, id: ConnectionId, upstream: Upstream) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.stage == Stage::Held) else {
            return;
        };
        match upstream {
            Upstream::Nobody => {
                client.stage = Stage::Spoken;
                client.socket.read_buffer.clear();
            }
            Upstream::Backend => {
                client.stage = Stage::Dialling;
                client.dialled = true;
                let unix = self.now.wall.as_secs();
                let line = client.seat.as_mut().and_then(|seat| self.crowd.dialled(seat, unix));
                self.log(line);
                self.timers.set(Timer::Connect(id), self.now.monotonic + CONNECT_TIMEOUT);
                self.emit(Effect::Dial { connection: id, cluster: BACKEND.into() });
            }
        }
    }

    /// The session no longer counts, if it did.
    pub(super) fn leave(&mut self, id: ConnectionId) {
        let seat = self.clients.get_mut(&id).and_then(|client| client.seat.take());
        let line = seat.and_then(|seat| self.crowd.leave(seat, self.now.wall.as_secs()));
        self.log(line);
    }

    fn log(&mut self, line: Option<Line>) {
        let Some(line) = line.filter(|line| self.books.admit(line, self.now.wall.as_secs())) else { return };
        let level = match line.severity {
            Severity::Info => LogLevel::Info,
            Severity::Warning => LogLevel::Warn,
        };
        self.emit(Effect::Log(LogLine { vm: self.id, level, text: line.text, by_host: false }));
    }
}
