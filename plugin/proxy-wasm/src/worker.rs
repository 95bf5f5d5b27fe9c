//! All undecided clients of one worker thread, and the loop around the engine.

use crate::clock::Clock;
use crate::host::{self, HostResult, Level};
use crate::metrics::Metrics;
use crate::ticker::Ticker;
use crate::{doh, lane, passes, throttle};
use postscreen_engine::session::PEEK_MAX;
use postscreen_engine::{
    Counter, Endpoints, Input, Instant, Line, Now, Output, Policy, Session, Severity, Upstream,
};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// How long a refused client waits for the speaker before it is closed without a word.
const SPEAKER_WAIT: Duration = Duration::from_secs(5);
/// The filter state `wasm.postscreen.verdict`, for access logs.
const VERDICT_PROPERTY: &str = "postscreen.verdict";

/// What the callbacks of a connection have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Let everything pass, look at nothing.
    Open,
    /// Hold the connection before `tcp_proxy`.
    Held,
    /// The connection leads to the speaker: say the reply, then close.
    Refused,
}

/// This worker's clients that are held or being refused.
#[derive(Debug)]
pub struct Worker {
    policy: Arc<Policy>,
    metrics: Metrics,
    clock: Clock,
    ticker: Ticker,
    clients: BTreeMap<u32, Client>,
    /// Every client's next deadline; the earliest is what the ticker is armed for.
    deadlines: BTreeSet<(Instant, u32)>,
}

#[derive(Debug)]
struct Client {
    session: Session,
    mode: Rc<Cell<Mode>>,
    /// Client bytes that Envoy holds back and the engine has seen.
    seen: usize,
    /// Call-outs under way: token and question.
    calls: Vec<(u32, u16)>,
    /// What the speaker is to say; empty once it has been said.
    reply: Vec<u8>,
    deadline: Option<Instant>,
}

/// Who runs the loop. A connection's own callback goes on by what it returns; anything else must resume it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// The answer of a call-out.
    CallOut,
    /// The connection is gone: no more actions on it.
    Closing,
    /// A callback of the connection.
    Stream,
    /// The timer. It is armed again when all deadlines have been looked at.
    Tick,
}

impl Worker {
    /// A worker without clients.
    pub fn new(policy: Policy, metrics: Metrics) -> Self {
        Self {
            policy: Arc::new(policy),
            metrics,
            clock: Clock::default(),
            ticker: Ticker::default(),
            clients: BTreeMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// A new connection. Its mode is the answer.
    pub fn accept(&mut self, context: u32, mode: &Rc<Cell<Mode>>, endpoints: Endpoints) {
        mode.set(Mode::Held);
        let client = Client {
            session: Session::new(self.policy.clone(), endpoints),
            mode: mode.clone(),
            seen: 0,
            calls: Vec::new(),
            reply: Vec::new(),
            deadline: None,
        };
        self.clients.insert(context, client);
        self.run(context, Input::ClientOpened, Caller::Stream);
    }

    /// Client bytes, or its FIN, while it is held or refused. `buffered_len` counts all bytes held back so far.
    pub fn client_data(&mut self, context: u32, buffered_len: usize, end_of_stream: bool) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        if client.mode.get() == Mode::Refused {
            // Nobody reads them; the speaker must not echo them either.
            note(lane::swallow_client_bytes());
            return;
        }
        let fresh = buffered_len.saturating_sub(client.seen);
        let start = client.seen;
        client.seen = buffered_len;
        if fresh > 0 {
            let bytes = host::buffer(host::Buffer::Downstream, start, fresh.min(PEEK_MAX));
            self.run(context, Input::ClientBytes(&bytes), Caller::Stream);
        }
        if end_of_stream {
            self.run(context, Input::ClientEnd, Caller::Stream);
        }
    }

    /// Bytes from the speaker: the first are the cue, the rest is noise.
    pub fn speaker_data(&mut self, context: u32) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        let reply = std::mem::take(&mut client.reply);
        note(lane::say(&reply));
        // Closing now would lose the reply: it is in the write buffer only after this callback. The next tick is soon
        // enough.
        let now = self.clock.now().instant;
        self.set_deadline(context, Some(now));
        self.rearm(now, false);
    }

    /// An answer of the resolver.
    pub fn http_response(&mut self, context: u32, token: u32, header_count: usize, body_len: usize) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        let Some(index) = client.calls.iter().position(|&(other, _)| other == token) else { return };
        let (_, question) = client.calls.swap_remove(index);
        match doh::response(header_count, body_len) {
            Ok(message) => {
                self.run(context, Input::DnsAnswer { question, answer: Ok(&message) }, Caller::CallOut);
            }
            Err(failure) => {
                self.run(context, Input::DnsAnswer { question, answer: Err(failure) }, Caller::CallOut);
            }
        }
    }

    /// The connection is gone.
    pub fn client_closed(&mut self, context: u32) {
        self.run(context, Input::ClientClosed, Caller::Closing);
        self.forget(context);
        self.rearm(self.clock.now().instant, false);
    }

    /// The timer: deadlines of held clients, and closes of refused ones.
    pub fn tick(&mut self) {
        let now = self.clock.now().instant;
        while let Some(&(deadline, context)) = self.deadlines.first()
            && deadline <= now
        {
            self.set_deadline(context, None);
            let refused = self.clients.get(&context).is_some_and(|client| client.mode.get() == Mode::Refused);
            if host::act_on(context).is_err() {
                self.forget(context);
            } else if refused {
                note(host::close_downstream());
                self.forget(context);
            } else {
                self.run(context, Input::DeadlineReached, Caller::Tick);
            }
        }
        self.rearm(now, true);
    }

    /// Gives the engine an input and carries out what it wants, until it wants nothing more.
    fn run(&mut self, context: u32, input: Input<'_>, caller: Caller) {
        let now = self.clock.now();
        self.step(context, input, caller, now);
        if caller != Caller::Tick {
            self.rearm(now.instant, false);
        }
    }

    fn step(&mut self, context: u32, input: Input<'_>, caller: Caller, now: Now) {
        let mut outputs = VecDeque::from(self.feed(context, input, now));
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Recall(client) => {
                    let record = passes::recall(client, self.policy.cache.buckets);
                    outputs.extend(self.feed(context, Input::Remembered(record), now));
                }
                Output::AskDns { question, message } => {
                    let timeout = self.policy.dnsbl_timeout.duration();
                    match doh::ask(&self.policy.resolver, &message, timeout) {
                        Ok(token) => {
                            if let Some(client) = self.clients.get_mut(&context) {
                                client.calls.push((token, question));
                            }
                        }
                        Err(failure) => {
                            let answer = Input::DnsAnswer { question, answer: Err(failure) };
                            outputs.extend(self.feed(context, answer, now));
                        }
                    }
                }
                Output::Remember(client, record) => {
                    if !passes::remember(client, record, self.policy.cache.buckets) {
                        self.metrics.count(Counter::RememberFailed);
                    }
                }
                Output::Log(line) => log(&line, now.unix),
                Output::Count(counter) => self.metrics.count(counter),
                Output::Adjust(gauge, by) => self.metrics.adjust(gauge, by),
                Output::Verdict(verdict) => {
                    note(host::set_property(VERDICT_PROPERTY, verdict.as_str().as_bytes()));
                }
                // There is no upstream yet whose bytes could become a teaser.
                Output::Teaser(_) => {}
                Output::Dial(upstream) => self.dial(context, upstream, caller, now),
                Output::ToClient(reply) => {
                    if let Some(client) = self.clients.get_mut(&context) {
                        client.reply = reply;
                    }
                }
                Output::Close => self.close(context, caller),
            }
        }
        let deadline = self.clients.get(&context).filter(|client| client.mode.get() == Mode::Held);
        if let Some(deadline) = deadline.map(|client| client.session.deadline()) {
            self.set_deadline(context, deadline);
        }
    }

    fn feed(&mut self, context: u32, input: Input<'_>, now: Now) -> Vec<Output> {
        self.clients.get_mut(&context).map(|client| client.session.handle(input, now)).unwrap_or_default()
    }

    /// Lets the connection go on, to the backend or to the speaker.
    fn dial(&mut self, context: u32, upstream: Upstream, caller: Caller, now: Now) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        match upstream {
            Upstream::Backend => {
                client.mode.set(Mode::Open);
                self.forget(context);
            }
            Upstream::Nobody => {
                let held_back = client.seen > 0;
                client.mode.set(Mode::Refused);
                self.set_deadline(context, Some(now.instant.after(SPEAKER_WAIT)));
                if held_back {
                    note(lane::swallow_client_bytes());
                }
                if let Err(error) = lane::route_to_speaker(&self.policy.lane.speaker_cluster) {
                    // Going on would lead to the backend. Refused without a word is still refused.
                    note(Err(error));
                    note(host::close_downstream());
                }
            }
        }
        if matches!(caller, Caller::CallOut | Caller::Tick) {
            note(host::resume_downstream());
        }
    }

    /// Closes a held connection now; a refused one is closed after its reply.
    fn close(&mut self, context: u32, caller: Caller) {
        let held = self.clients.get(&context).is_some_and(|client| client.mode.get() == Mode::Held);
        if held && caller != Caller::Closing {
            note(host::close_downstream());
        }
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

fn log(line: &Line, unix: u64) {
    if throttle::admit(line, unix) {
        let level = match line.severity {
            Severity::Info => Level::Info,
            Severity::Warning => Level::Warn,
        };
        host::log(level, &line.text);
    }
}

/// A host that refuses to act is worth a line, never a panic.
fn note(result: HostResult) {
    if let Err(error) = result {
        host::log(Level::Error, &format!("host: {error}"));
    }
}
