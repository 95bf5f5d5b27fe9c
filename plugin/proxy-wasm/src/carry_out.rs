//! What the engine wants done, done.

use crate::downstream::Mode;
use crate::host::{self, Level};
use crate::lane;
use crate::root::{Callback, Plugin, connection, note};
use postscreen_engine::{ConnectionId, Destination, Input, Instant, Output, Severity, Task};
use std::collections::VecDeque;
use std::time::Duration;

/// How long a client waits for the speaker's next cue before it is closed without a word. A wait of this lane: the
/// engine, which is done with the client, knows nothing of cues.
const SPEAKER_WAIT: Duration = Duration::from_secs(5);
/// The filter state `wasm.postscreen.verdict`, for access logs.
const VERDICT_PROPERTY: &str = "postscreen.verdict";
/// And `wasm.postscreen.record`.
const RECORD_PROPERTY: &str = "postscreen.record";

impl Plugin {
    /// Carries out tasks in order, and those that come of them.
    pub fn carry_out(&mut self, tasks: Vec<Task>) {
        let mut tasks = VecDeque::from(tasks);
        let mut speaking = Vec::new();
        while let Some(Task { connection, output }) = tasks.pop_front() {
            match output {
                Output::AskDns { question, message, timeout } => {
                    if let Err(failure) = self.resolver.ask(question, &message, timeout) {
                        let answer = Input::DnsAnswer { question, answer: Err(failure) };
                        tasks.extend(self.engine.handle(ConnectionId::default(), answer, self.now));
                    }
                }
                Output::Log(line) => {
                    // Envoy puts the context's name before the line, and those who read it expect a connection's.
                    if let Some(context) = connection.and_then(|ConnectionId(id)| u32::try_from(id).ok()) {
                        self.act_on(context);
                    }
                    let level = match line.severity {
                        Severity::Info => Level::Info,
                        Severity::Warning => Level::Warn,
                    };
                    host::log(level, &line.text);
                }
                Output::Count(series, by) => self.metrics.count(&series, by),
                Output::Gauge(series, value) | Output::Sample(series, value) => {
                    self.metrics.record(&series, value);
                }
                output => {
                    let Some(context) = connection.and_then(|ConnectionId(id)| u32::try_from(id).ok()) else {
                        continue;
                    };
                    if matches!(output, Output::ToClient(_)) && !speaking.contains(&context) {
                        speaking.push(context);
                    }
                    if !self.act(context, &output) {
                        tasks.extend(self.gone(context));
                    }
                }
            }
        }
        for context in speaking {
            self.speak(context);
        }
    }

    /// Does something with a connection. False: Envoy does not have it any more.
    fn act(&mut self, context: u32, output: &Output) -> bool {
        let Some(client) = self.clients.get_mut(&context) else { return true };
        if let Output::ToClient(bytes) = output {
            client.add_words(bytes);
            return true;
        }
        let is_for_logs = matches!(output, Output::Verdict(_) | Output::Record(_));
        let gone = self.callback == Callback::Closing(context) && !is_for_logs;
        // There is no upstream yet whose bytes could become a teaser.
        if gone || matches!(output, Output::Teaser(_)) {
            return true;
        }
        if !self.act_on(context) {
            return false;
        }
        match output {
            Output::Verdict(verdict) => {
                note(host::set_property(VERDICT_PROPERTY, verdict.as_str().as_bytes()));
            }
            Output::Record(record) => note(host::set_property(RECORD_PROPERTY, record.as_bytes())),
            Output::Skip(len) => self.skip(context, *len),
            Output::Dial(upstream) => self.dial(context, *upstream),
            Output::Close => self.close(context),
            _ => {}
        }
        true
    }

    /// Lets the following calls act on a connection. False: it is gone.
    fn act_on(&mut self, context: u32) -> bool {
        if self.effective != context {
            if host::set_effective_context(context).is_err() {
                return false;
            }
            self.effective = context;
        }
        true
    }

    /// A connection that Envoy has closed without a word, which none does.
    fn gone(&mut self, context: u32) -> Vec<Task> {
        self.forget(context);
        self.engine.handle(connection(context), Input::ClientClosed, self.now)
    }

    /// The first bytes are not for the mail server.
    fn skip(&mut self, context: u32, len: usize) {
        if let Some(client) = self.clients.get_mut(&context) {
            client.seen = client.seen.saturating_sub(len);
            note(lane::skip_client_bytes(len));
        }
    }

    /// Lets the connection go on, to the backend or to the speaker.
    fn dial(&mut self, context: u32, upstream: Destination) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        match upstream {
            Destination::Backend => client.mode = Mode::Transit,
            Destination::Nobody => {
                if let Err(error) = lane::route_to_speaker(&self.speaker_cluster) {
                    // Going on would lead to the backend. Refused without a word is still refused.
                    client.mode = Mode::Shut;
                    note(Err(error));
                    return note(host::close_downstream());
                }
                client.mode = Mode::Spoken;
                if client.seen > 0 {
                    note(lane::swallow_client_bytes());
                }
            }
        }
        // A new connection goes on by what its callback returns, and so does one that is served while its bytes pass.
        let by_itself = self.callback == Callback::NewConnection(context)
            || (self.callback == Callback::Data(context) && upstream == Destination::Backend);
        if !by_itself {
            note(host::resume_downstream());
        }
    }

    /// Closes a connection that nothing is to be said on; the others are closed after their last words.
    fn close(&mut self, context: u32) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        match client.mode {
            Mode::Spoken => {
                let wait = if client.has_words() { SPEAKER_WAIT } else { Duration::ZERO };
                self.close_at(context, self.now.instant.after(wait));
            }
            Mode::Held | Mode::Transit => {
                client.mode = Mode::Shut;
                note(host::close_downstream());
            }
            Mode::Shut => {}
        }
    }

    /// Closes a connection later, said or not.
    pub fn close_at(&mut self, context: u32, at: Instant) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        if let Some(before) = client.closes_at.replace(at) {
            self.closings.remove(&(before, context));
        }
        self.closings.insert((at, context));
    }

    /// Closes connections whose last words are in the write buffer, or have waited for a cue for too long.
    pub fn close_those_that_are_due(&mut self) {
        while let Some(&(at, context)) = self.closings.first()
            && at <= self.now.instant
        {
            self.closings.pop_first();
            if self.act_on(context) {
                note(host::close_downstream());
            }
            self.forget(context);
        }
    }

    /// Asks for a cue when there is something to say. The first one comes by itself, with the speaker's connection.
    fn speak(&mut self, context: u32) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        let waits = client.mode == Mode::Spoken && client.has_words() && client.was_cued();
        let closing = self.callback == Callback::Closing(context);
        if !waits || closing || !self.act_on(context) || lane::ask_for_cue().is_ok() {
            return;
        }
        // A client that has never sent a byte: there is no way to tell it anything.
        if let Some(client) = self.clients.get_mut(&context) {
            client.take_words();
            if client.closes_at.is_some() {
                self.close_at(context, self.now.instant);
            }
        }
    }
}
