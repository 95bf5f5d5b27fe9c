//! All clients of one worker thread that the engine still has to do with.

mod carry_out;
mod client;

use crate::clock::Clock;
use crate::host::{self, HostResult, Level};
use crate::metrics::Metrics;
use crate::shared::Shared;
use crate::ticker::Ticker;
use crate::{doh, lane};
use client::Client;
use postscreen_engine::session::EARLY_MAX;
use postscreen_engine::{Crowd, Endpoints, Input, Instant, Policy};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// The most bytes of a client's talk that are read at once. Envoy holds back no more than its buffer limit, 32 KiB in
/// the configuration that we recommend.
const READ_MAX: usize = 64 * 1_024;

/// What the callbacks of a connection have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Let everything pass, look at nothing.
    Open,
    /// Hold the connection before `tcp_proxy`.
    Held,
    /// The connection leads to the speaker: the engine talks to the client.
    Spoken,
    /// Let everything pass; the first bytes of the mail server are worth a word to the engine.
    Transit,
}

/// Who runs the loop. A connection's own callback goes on by what it returns; anything else must resume it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// The answer of a call-out.
    CallOut,
    /// The connection is gone: no more actions on it.
    Closing,
    /// The connection is new.
    NewConnection,
    /// Client bytes, or bytes from upstream.
    Data,
    /// The timer. It is armed again when all deadlines have been looked at.
    Tick,
}

/// This worker's clients.
#[derive(Debug)]
pub struct Worker {
    policy: Arc<Policy>,
    metrics: Metrics,
    clock: Clock,
    ticker: Ticker,
    crowd: Crowd<Shared>,
    clients: BTreeMap<u32, Client>,
    /// Every client's next deadline; the earliest is what the ticker is armed for.
    deadlines: BTreeSet<(Instant, u32)>,
}

impl Worker {
    /// A worker without clients.
    pub fn new(policy: Policy, metrics: Metrics) -> Self {
        let policy = Arc::new(policy);
        Self {
            crowd: Crowd::new(Shared, policy.clone()),
            policy,
            metrics,
            clock: Clock::default(),
            ticker: Ticker::default(),
            clients: BTreeMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// A new connection. Its mode is the answer.
    pub fn accept(&mut self, context: u32, mode: &Rc<Cell<Mode>>, endpoints: Endpoints) {
        self.clients.insert(context, Client::new(self.policy.clone(), endpoints, mode));
        self.run(context, Input::ClientOpened, Caller::NewConnection);
    }

    /// Client bytes, or its FIN, while it is held or talked to. `buffered_len` counts all bytes held back so far.
    pub fn client_data(&mut self, context: u32, buffered_len: usize, end_of_stream: bool) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        let spoken = client.mode.get() == Mode::Spoken;
        let start = if spoken { 0 } else { client.seen };
        let fresh = buffered_len.saturating_sub(start);
        let max = if spoken { READ_MAX } else { EARLY_MAX };
        if fresh > 0 {
            let bytes = host::buffer(host::Buffer::Downstream, start, fresh.min(max));
            if spoken {
                note(lane::swallow_client_bytes());
            } else {
                client.seen = buffered_len;
            }
            self.run(context, Input::ClientBytes(&bytes), Caller::Data);
        }
        if end_of_stream {
            self.run(context, Input::ClientEnd, Caller::Data);
        }
    }

    /// Bytes from the speaker: a cue.
    pub fn speaker_data(&mut self, context: u32) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        note(lane::say(&client.take_words()));
        if client.is_closing() {
            // Closing now would lose the words: they are in the write buffer only after this callback. The next tick
            // is soon enough.
            let now = self.clock.now().instant;
            self.set_deadline(context, Some(now));
            self.rearm(now, false);
        }
    }

    /// The first bytes from the mail server.
    pub fn backend_data(&mut self, context: u32) {
        self.run(context, Input::BackendAnswered, Caller::Data);
    }

    /// An answer of the resolver.
    pub fn http_response(&mut self, context: u32, token: u32, header_count: usize, body_len: usize) {
        let question = self.clients.get_mut(&context).and_then(|client| client.question(token));
        let Some(question) = question else { return };
        let response = doh::response(header_count, body_len);
        let answer = response.as_deref().map_err(|&failure| failure);
        self.run(context, Input::DnsAnswer { question, answer }, Caller::CallOut);
    }

    /// The connection is gone.
    pub fn client_closed(&mut self, context: u32) {
        self.run(context, Input::ClientClosed, Caller::Closing);
        self.forget(context);
        self.rearm(self.clock.now().instant, false);
    }

    /// The timer: deadlines of clients, and closes of those that have got their last reply.
    pub fn tick(&mut self) {
        let now = self.clock.now().instant;
        while let Some(&(deadline, context)) = self.deadlines.first()
            && deadline <= now
        {
            self.set_deadline(context, None);
            let closing = self.clients.get(&context).is_some_and(Client::is_closing);
            if host::act_on(context).is_err() {
                self.run(context, Input::ClientClosed, Caller::Closing);
                self.forget(context);
            } else if closing {
                note(host::close_downstream());
                self.forget(context);
            } else {
                self.run(context, Input::DeadlineReached, Caller::Tick);
            }
        }
        self.rearm(now, true);
    }

    fn set_deadline(&mut self, context: u32, deadline: Option<Instant>) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        if client.deadline == deadline {
            return;
        }
        if let Some(old) = client.deadline.take() {
            self.deadlines.remove(&(old, context));
        }
        client.deadline = deadline;
        self.deadlines.extend(deadline.map(|deadline| (deadline, context)));
    }

    fn forget(&mut self, context: u32) {
        self.set_deadline(context, None);
        self.clients.remove(&context);
    }

    fn rearm(&mut self, now: Instant, fired: bool) {
        let next = self.deadlines.first().map(|&(deadline, _)| deadline);
        self.ticker.arm(next, now, fired);
    }
}

/// A host that refuses to act is worth a line, never a panic.
fn note(result: HostResult) {
    if let Err(error) = result {
        host::log(Level::Error, &format!("host: {error}"));
    }
}
