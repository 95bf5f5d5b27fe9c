//! One plugin of one worker thread: the connections that the engine still has to do with, and the host's callbacks.
//!
//! There is a root on the main thread, too, and one for the check of a new configuration; they never see a connection.

use crate::clock::{Clock, Ticker};
use crate::doh::DohResolver;
use crate::downstream::{Downstream, Mode};
use crate::host::{self, Action, Buffer, HostResult, Level};
use crate::lane;
use crate::metrics::Metrics;
use crate::shared::Shared;
use postscreen_engine::policy::CONFIG_MAX;
use postscreen_engine::session::EARLY_MAX;
use postscreen_engine::{
    ConnectionId, DnsFailure, Endpoints, HostTraits, Input, Instant, Now, Policy, Worker,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

/// The most bytes of a dialogue that are read at once; a client that sends more is asked to wait by TCP.
const DIALOGUE_READ_MAX: usize = 64 * 1_024;
/// The most early bytes that are read at once: one more than the engine lets a client send before its turn.
const EARLY_READ_MAX: usize = EARLY_MAX + 1;

/// Whose callback is running. A connection's own callback goes on by what it returns; anything else must resume it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The answer of a call-out, or the timer.
    Root,
    /// This connection is new.
    NewConnection(u32),
    /// This connection has bytes, from its client or from upstream.
    Data(u32),
    /// This connection is gone: no more actions on it.
    Closing(u32),
}

/// A plugin.
pub struct Root {
    /// Its own context.
    context: u32,
    plugin: Option<Plugin>,
}

/// A plugin that has its configuration.
pub struct Plugin {
    pub engine: Worker<Shared>,
    pub metrics: Metrics,
    pub resolver: DohResolver,
    pub speaker_cluster: String,
    pub clients: BTreeMap<u32, Downstream>,
    /// Connections that are to be closed, and when.
    pub closings: BTreeSet<(Instant, u32)>,
    pub callback: Callback,
    /// The context that calls of the host act on.
    pub effective: u32,
    /// The time of the present callback, or of the last one that needed it.
    pub now: Now,
    /// Records say when each list answered.
    answers_are_timed: bool,
    clock_is_read: bool,
    clock: Clock,
    ticker: Ticker,
}

impl Root {
    /// A plugin without a configuration: whoever connects is served.
    pub fn new(context: u32) -> Self {
        Self { context, plugin: None }
    }

    /// Reads the configuration; false if there is a mistake in it.
    pub fn configure(&mut self) -> bool {
        match Plugin::configured(self.context) {
            Ok(plugin) => {
                self.plugin = Some(plugin);
                true
            }
            Err(reason) => {
                host::log(Level::Error, &reason);
                false
            }
        }
    }

    /// Whether the engine still has to do with a connection.
    pub fn has(&self, context: u32) -> bool {
        self.plugin.as_ref().is_some_and(|plugin| plugin.clients.contains_key(&context))
    }

    /// A new connection.
    pub fn accept(&mut self, context: u32) -> Action {
        let Some(plugin) = &mut self.plugin else { return Action::Continue };
        plugin.enter(Callback::NewConnection(context), context);
        plugin.read_clock();
        plugin.clients.insert(context, Downstream::new());
        plugin.tell(context, Input::ClientOpened(endpoints()));
        plugin.leave();
        match plugin.mode(context) {
            Some(Mode::Held | Mode::Shut) => Action::Pause,
            Some(Mode::Spoken | Mode::Transit) | None => Action::Continue,
        }
    }

    /// Client bytes, or its FIN. `buffered` counts all bytes that are held back, new ones included.
    pub fn client_data(&mut self, context: u32, buffered: usize, end_of_stream: bool) -> Action {
        let Some(plugin) = &mut self.plugin else { return Action::Continue };
        if matches!(plugin.mode(context), Some(Mode::Held | Mode::Spoken)) {
            plugin.enter(Callback::Data(context), context);
            plugin.read_clock();
            plugin.client_bytes(context, buffered);
            if end_of_stream {
                plugin.tell(context, Input::ClientEnd);
            }
            plugin.leave();
        }
        // One that is talked to goes on by resuming, never by Continue: as long as its bytes are paused, Envoy lets the
        // filter write to their buffer at any time.
        match plugin.mode(context) {
            Some(Mode::Held | Mode::Spoken | Mode::Shut) => Action::Pause,
            Some(Mode::Transit) | None => Action::Continue,
        }
    }

    /// Bytes from upstream: the mail server's first ones, or a cue of the speaker. An end without bytes is the
    /// speaker's last cue; of a mail server it is no answer.
    pub fn upstream_data(&mut self, context: u32, buffered: usize) -> Action {
        let Some(plugin) = &mut self.plugin else { return Action::Continue };
        plugin.enter(Callback::Data(context), context);
        match plugin.mode(context) {
            Some(Mode::Spoken) => plugin.cued(context),
            Some(Mode::Transit) if buffered > 0 => {
                plugin.tell(context, Input::BackendAnswered);
                plugin.clients.remove(&context);
            }
            Some(Mode::Held | Mode::Transit | Mode::Shut) | None => {}
        }
        plugin.leave();
        Action::Continue
    }

    /// An answer of the resolver.
    pub fn http_response(&mut self, token: u32, headers: usize, body: usize) {
        let Some(plugin) = &mut self.plugin else { return };
        let Some(question) = plugin.resolver.take_question(token) else { return };
        plugin.enter(Callback::Root, self.context);
        if plugin.answers_are_timed {
            plugin.read_clock();
        }
        let response = DohResolver::response(headers, body);
        plugin.answered(question, response.as_deref().map_err(|&failure| failure));
        plugin.leave();
    }

    /// The connection is gone.
    pub fn client_closed(&mut self, context: u32) {
        let Some(plugin) = &mut self.plugin else { return };
        plugin.enter(Callback::Closing(context), context);
        if plugin.engine.has(connection(context)) {
            plugin.read_clock();
            plugin.tell(context, Input::ClientClosed);
        }
        plugin.forget(context);
        plugin.leave();
    }

    /// The plugin is not needed any more: the server stops, or the clients of a replaced configuration are gone.
    pub fn delete(mut self) {
        let Some(plugin) = &mut self.plugin else { return };
        plugin.enter(Callback::Root, self.context);
        plugin.read_clock();
        let tasks = plugin.engine.close(plugin.now);
        plugin.carry_out(tasks);
    }

    /// The timer: deadlines of the engine, and closes of connections that have got their last reply.
    pub fn tick(&mut self) {
        let Some(plugin) = &mut self.plugin else { return };
        plugin.enter(Callback::Root, self.context);
        plugin.read_clock();
        plugin.ticker.fired();
        plugin.close_those_that_are_due();
        plugin.leave();
    }
}

impl Plugin {
    fn configured(context: u32) -> Result<Self, String> {
        // One byte more than is accepted, so that what is too long is seen as such.
        let json = host::buffer(Buffer::PluginConfiguration, 0, CONFIG_MAX + 1);
        let policy = Policy::parse(&json).map_err(|error| format!("configuration: {error}"))?;
        let metrics =
            Metrics::define(policy.catalogue()).map_err(|error| format!("cannot define metrics: {error}"))?;
        let mut clock = Clock::default();
        let mut plugin = Self {
            resolver: DohResolver::new(&policy.resolver),
            speaker_cluster: policy.lane.speaker_cluster.clone(),
            answers_are_timed: policy.record_enable,
            engine: Worker::new(
                Shared,
                Arc::new(policy),
                HostTraits { teases: false, hash_key: host::random() },
            ),
            metrics,
            clients: BTreeMap::new(),
            closings: BTreeSet::new(),
            callback: Callback::Root,
            effective: context,
            now: clock.now(),
            clock_is_read: false,
            clock,
            ticker: Ticker::default(),
        };
        // What there is to say before the first client, and when there is something to do.
        plugin.wake_engine();
        plugin.leave();
        Ok(plugin)
    }

    /// A callback begins: calls of the host act on `context`.
    fn enter(&mut self, callback: Callback, context: u32) {
        self.callback = callback;
        self.effective = context;
        self.clock_is_read = false;
    }

    /// A callback ends: what is due at once is done at once, and the timer is set for the rest.
    fn leave(&mut self) {
        if self.engine.deadline().is_some_and(|deadline| deadline <= self.now.instant) {
            self.read_clock();
            self.wake_engine();
        }
        let closing = self.closings.first().map(|&(at, _)| at);
        let next = [self.engine.deadline(), closing].into_iter().flatten().min();
        self.ticker.arm(next, self.now.instant);
    }

    fn wake_engine(&mut self) {
        let tasks = self.engine.handle(ConnectionId::default(), Input::DeadlineReached, self.now);
        self.carry_out(tasks);
    }

    /// Once per callback, if at all: a callback is over in a moment.
    fn read_clock(&mut self) {
        if !std::mem::replace(&mut self.clock_is_read, true) {
            self.now = self.clock.now();
        }
    }

    fn mode(&self, context: u32) -> Option<Mode> {
        self.clients.get(&context).map(|client| client.mode)
    }

    /// Gives the engine an input about a connection, and carries out what comes of it.
    pub fn tell(&mut self, context: u32, input: Input<'_>) {
        let tasks = self.engine.handle(connection(context), input, self.now);
        self.carry_out(tasks);
    }

    /// Gives the engine an answer, and carries out what comes of it.
    fn answered(&mut self, question: u32, answer: Result<&[u8], DnsFailure>) {
        let input = Input::DnsAnswer { question, answer };
        let tasks = self.engine.handle(ConnectionId::default(), input, self.now);
        self.carry_out(tasks);
    }

    fn client_bytes(&mut self, context: u32, buffered: usize) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        let spoken = client.mode == Mode::Spoken;
        let (start, max) = if spoken { (0, DIALOGUE_READ_MAX) } else { (client.seen, EARLY_READ_MAX) };
        let fresh = buffered.saturating_sub(start);
        if fresh == 0 {
            return;
        }
        let bytes = host::buffer(Buffer::Downstream, start, fresh.min(max));
        if spoken {
            note(lane::swallow_client_bytes());
        } else {
            client.seen = buffered;
        }
        self.tell(context, Input::ClientBytes(&bytes));
    }

    /// The speaker can be heard by the client now.
    fn cued(&mut self, context: u32) {
        let Some(client) = self.clients.get_mut(&context) else { return };
        note(lane::say(&client.take_words()));
        if client.closes_at.is_some() {
            // Closing now would lose the words: they are in the write buffer only after this callback. The next tick
            // is soon enough.
            self.close_at(context, Instant::default());
        }
    }

    /// The engine and the host have nothing more to do with a connection.
    pub fn forget(&mut self, context: u32) {
        if let Some(at) = self.clients.remove(&context).and_then(|client| client.closes_at) {
            self.closings.remove(&(at, context));
        }
    }
}

/// How the engine calls a connection.
pub fn connection(context: u32) -> ConnectionId {
    ConnectionId(context.into())
}

/// A host that refuses to act is worth a line, never a panic.
pub fn note(result: HostResult) {
    if let Err(error) = result {
        host::log(Level::Error, &format!("host: {error}"));
    }
}

fn endpoints() -> Option<Endpoints> {
    Some(Endpoints { client: address("source\0address")?, server: address("destination\0address")? })
}

fn address(path: &str) -> Option<SocketAddr> {
    String::from_utf8(host::property(path)?).ok()?.parse().ok()
}
