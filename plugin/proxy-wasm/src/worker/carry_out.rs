//! The loop around the engine: an input goes in, and what comes out is carried out.

use super::{Caller, Mode, Worker, note};
use crate::host::{self, Level};
use crate::{doh, lane, throttle};
use postscreen_engine::{Counter, Input, Line, Now, Output, Severity, Upstream};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

/// How long a client waits for the speaker's next cue before it is closed without a word.
const SPEAKER_WAIT: Duration = Duration::from_secs(5);
/// The filter state `wasm.postscreen.verdict`, for access logs.
const VERDICT_PROPERTY: &str = "postscreen.verdict";

impl Worker {
    /// Gives the engine an input and carries out what it wants, until it wants nothing more.
    pub(super) fn run(&mut self, context: u32, input: Input<'_>, caller: Caller) {
        let now = self.clock.now();
        self.step(context, input, caller, now);
        self.speak(context, caller, now);
        let over = self.clients.get(&context).is_some_and(|client| client.session.is_over());
        let spoken = self.clients.get(&context).is_some_and(|client| client.mode.get() == Mode::Spoken);
        if over && !spoken {
            self.forget(context);
        }
        if caller != Caller::Tick {
            self.rearm(now.instant, false);
        }
    }

    fn step(&mut self, context: u32, input: Input<'_>, caller: Caller, now: Now) {
        let mut outputs = VecDeque::from(self.feed(context, input, now));
        while let Some(output) = outputs.pop_front() {
            // An answer that is at hand goes in at once; what comes of it follows what is still to be done.
            let answer = match output {
                Output::Join(client) => self.join(context, client, now),
                Output::ClaimPassNew(_) => Some(Input::PassNewClaimed(self.claim_pass_new(context))),
                Output::Recall(client) => Some(Input::Remembered(self.crowd.recall(client))),
                Output::AskDns { question, message, timeout } => {
                    self.ask(context, question, &message, timeout)
                }
                output => {
                    self.carry_out(context, output, caller, now);
                    None
                }
            };
            if let Some(answer) = answer {
                outputs.extend(self.feed(context, answer, now));
            }
        }
        if let Some(client) = self.clients.get(&context)
            && !client.is_closing()
        {
            self.set_deadline(context, client.session.deadline());
        }
    }

    fn feed(&mut self, context: u32, input: Input<'_>, now: Now) -> Vec<Output> {
        self.clients.get_mut(&context).map(|client| client.session.handle(input, now)).unwrap_or_default()
    }

    /// Sends a question; the answer, when it is known at once that there is none.
    fn ask(
        &mut self,
        context: u32,
        question: u16,
        message: &[u8],
        timeout: Duration,
    ) -> Option<Input<'static>> {
        match doh::ask(&self.policy.resolver, message, timeout) {
            Ok(token) => {
                if let Some(client) = self.clients.get_mut(&context) {
                    client.calls.push((token, question));
                }
                None
            }
            Err(failure) => Some(Input::DnsAnswer { question, answer: Err(failure) }),
        }
    }

    fn carry_out(&mut self, context: u32, output: Output, caller: Caller, now: Now) {
        match output {
            Output::Renew(_) => {
                let seat = self.clients.get_mut(&context).and_then(|client| client.seat.as_mut());
                let line = seat.and_then(|seat| self.crowd.renew(seat, now.unix));
                log_all(line, now);
            }
            Output::Share(_, record, tests) => {
                if let Some(seat) = self.clients.get(&context).and_then(|client| client.seat.as_ref()) {
                    self.crowd.share(seat, record, tests);
                }
            }
            Output::Leave(_) => {
                let seat = self.clients.get_mut(&context).and_then(|client| client.seat.take());
                let line = seat.and_then(|seat| self.crowd.leave(seat, now.unix));
                log_all(line, now);
            }
            Output::Remember(client, record) => {
                let seat = self.clients.get(&context).and_then(|client| client.seat.as_ref());
                if !self.crowd.remember(seat, client, record) {
                    self.metrics.count(Counter::RememberFailed);
                }
            }
            Output::Log(line) => log(&line, now.unix),
            Output::Count(counter) => self.metrics.count(counter),
            Output::Adjust(gauge, by) => self.metrics.adjust(gauge, by),
            Output::Verdict(verdict) => {
                note(host::set_property(VERDICT_PROPERTY, verdict.as_str().as_bytes()));
            }
            Output::Skip(len) => self.skip(context, len),
            Output::Dial(upstream) => self.dial(context, upstream, caller, now),
            Output::ToClient(bytes) => {
                if let Some(client) = self.clients.get_mut(&context) {
                    client.add_words(&bytes);
                }
            }
            Output::Close => self.close(context, caller, now),
            // There is no upstream yet whose bytes could become a teaser; the others are answered by `step`.
            Output::Teaser(_)
            | Output::Join(_)
            | Output::ClaimPassNew(_)
            | Output::Recall(_)
            | Output::AskDns { .. } => {}
        }
    }

    /// Counts the session; the answer for the engine.
    fn join(&mut self, context: u32, address: IpAddr, now: Now) -> Option<Input<'static>> {
        let client = self.clients.get_mut(&context)?;
        let (seat, standing, line) = self.crowd.join(address, now.unix);
        client.seat = Some(seat);
        log_all(line, now);
        Some(Input::Joined(standing))
    }

    fn claim_pass_new(&self, context: u32) -> bool {
        let seat = self.clients.get(&context).and_then(|client| client.seat.as_ref());
        seat.is_none_or(|seat| self.crowd.claim_pass_new(seat))
    }

    /// The first bytes are not for the mail server.
    fn skip(&mut self, context: u32, len: usize) {
        if let Some(client) = self.clients.get_mut(&context) {
            client.seen = client.seen.saturating_sub(len);
            note(lane::skip_client_bytes(len));
        }
    }

    /// Lets the connection go on, to the backend or to the speaker.
    fn dial(&mut self, context: u32, upstream: Upstream, caller: Caller, now: Now) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        match upstream {
            Upstream::Backend => {
                client.mode.set(Mode::Transit);
                let line = client.seat.as_mut().and_then(|seat| self.crowd.dialled(seat, now.unix));
                log_all(line, now);
            }
            Upstream::Nobody => {
                client.mode.set(Mode::Spoken);
                if client.seen > 0 {
                    note(lane::swallow_client_bytes());
                }
                if let Err(error) = lane::route_to_speaker(&self.policy.lane.speaker_cluster) {
                    // Going on would lead to the backend. Refused without a word is still refused.
                    note(Err(error));
                    note(host::close_downstream());
                }
            }
        }
        // A new connection goes on by what its callback returns, and so does one that is served while its bytes pass.
        let by_itself =
            caller == Caller::NewConnection || (caller == Caller::Data && upstream == Upstream::Backend);
        if !by_itself && caller != Caller::Closing {
            note(host::resume_downstream());
        }
    }

    /// Closes a connection that nothing is to be said on; the others are closed after their last words.
    fn close(&mut self, context: u32, caller: Caller, now: Now) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        if client.mode.get() != Mode::Spoken {
            if caller != Caller::Closing {
                note(host::close_downstream());
            }
            return;
        }
        client.end_words();
        let wait = if client.has_words() { SPEAKER_WAIT } else { Duration::ZERO };
        self.set_deadline(context, Some(now.instant.after(wait)));
    }

    /// Asks for a cue when there is something to say. The first one comes by itself, with the speaker's connection.
    fn speak(&mut self, context: u32, caller: Caller, now: Now) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        if client.mode.get() != Mode::Spoken || !client.has_words() || !client.was_cued() {
            return;
        }
        if matches!(caller, Caller::Data | Caller::Tick) && lane::ask_for_cue().is_err() {
            // A client that has never sent a byte: there is no way to tell it anything.
            client.take_words();
            if client.is_closing() {
                self.set_deadline(context, Some(now.instant));
            }
        }
    }
}

fn log_all(lines: impl IntoIterator<Item = Line>, now: Now) {
    lines.into_iter().for_each(|line| log(&line, now.unix));
}

fn log(line: &Line, unix: u64) {
    if throttle::admit(line, unix) {
        let level = match line.severity {
            Severity::Info => Level::Info,
            Severity::Warning => Level::Warn,
        };
        host::log(level, &line.text);
    }
}
