//! What host functions act on: everything that belongs to one machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use wasmtime::{Memory, TypedFunc};

use crate::callout::Callouts;
use crate::connection::Connection;
use crate::event::{Effect, LogLevel, LogLine, VmId};
use crate::metrics::{MetricIds, Metrics};
use crate::settings::Settings;
use crate::shared_data::SharedData;
use crate::time::Now;
use crate::timers::{Timer, Timers};
use crate::trace::Watch;

/// Context numbers count from the root; streams are 2, 3, ….
pub(crate) const ROOT_CONTEXT: u32 = 1;

/// What the machines of one host have in common.
#[derive(Clone)]
pub(crate) struct Shared {
    pub settings: Rc<Settings>,
    pub data: Rc<RefCell<SharedData>>,
    pub metrics: Rc<RefCell<Metrics>>,
    pub watch: Watch,
}

/// How far a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// In `_initialize` or `_start`.
    Initialize,
    /// In `proxy_on_vm_start` or `proxy_on_configure`.
    Configure,
    Running,
}

/// What a host function leaves to be done when the module has returned. The numbers are stream contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    ContinueReading(u32),
    Close(u32),
}

/// One machine's state.
pub(crate) struct State {
    pub id: VmId,
    pub now: Now,
    pub phase: Phase,
    /// In `proxy_on_configure` (or the root's creation): the plugin configuration can be read.
    pub configuring: bool,
    pub settings: Rc<Settings>,
    pub shared_data: Rc<RefCell<SharedData>>,
    pub metrics: Rc<RefCell<Metrics>>,
    /// Who is told of every call.
    pub watch: Watch,
    pub metric_ids: MetricIds,
    pub callouts: Callouts,
    pub random: fastrand::Rng,
    pub timers: Timers,
    /// Zero: no tick.
    pub tick_period: Duration,
    /// The context whose callback is running.
    pub current_context: u32,
    /// What `proxy_set_effective_context` has put in its place, until the callback returns.
    pub effective_context: Option<u32>,
    pub streams: BTreeMap<u32, Connection>,
    pub deferred: VecDeque<Action>,
    pub effects: VecDeque<Effect>,
    pub memory: Option<Memory>,
    pub allocate: Option<TypedFunc<u32, u32>>,
}

impl State {
    pub fn new(id: VmId, shared: &Shared, now: Now) -> Self {
        // Every machine draws bytes of its own.
        let stream = match id {
            VmId::Canary => 0,
            VmId::Main => 1,
            VmId::Worker(worker) => 2 + worker as u64,
        };
        Self {
            id,
            now,
            phase: Phase::Initialize,
            configuring: false,
            settings: Rc::clone(&shared.settings),
            shared_data: Rc::clone(&shared.data),
            metrics: Rc::clone(&shared.metrics),
            watch: shared.watch.clone(),
            metric_ids: MetricIds::default(),
            callouts: Callouts::default(),
            random: fastrand::Rng::with_seed(shared.settings.seed.wrapping_add(stream)),
            timers: Timers::default(),
            tick_period: Duration::ZERO,
            current_context: 0,
            effective_context: None,
            streams: BTreeMap::new(),
            deferred: VecDeque::new(),
            effects: VecDeque::new(),
            memory: None,
            allocate: None,
        }
    }

    /// A line of the module's; below the log level it is dropped.
    pub fn log(&mut self, level: LogLevel, text: String) {
        self.push_log(level, text, false);
    }

    /// A line of the host's own.
    pub fn log_by_host(&mut self, level: LogLevel, text: String) {
        self.push_log(level, text, true);
    }

    fn push_log(&mut self, level: LogLevel, text: String, by_host: bool) {
        if level >= self.settings.log_level {
            self.effects.push_back(Effect::Log(LogLine { vm: self.id, level, text, by_host }));
        }
    }

    /// Whether the module may name this context: the root, or a stream whose connection object still exists.
    pub fn has_context(&self, context: u32) -> bool {
        context == ROOT_CONTEXT || self.streams.contains_key(&context)
    }

    /// The stream that host functions act on: of the effective context, else of the current one.
    pub fn stream_context(&self) -> Option<u32> {
        let context = self.effective_context.unwrap_or(self.current_context);
        self.streams.contains_key(&context).then_some(context)
    }

    /// As [`State::stream_context`], its connection.
    pub fn stream(&mut self) -> Option<&mut Connection> {
        let context = self.stream_context()?;
        self.streams.get_mut(&context)
    }

    /// Envoy makes the timer anew, so a running period starts again.
    pub fn set_tick_period(&mut self, period: Duration) {
        self.tick_period = period;
        self.arm_tick();
    }

    /// After `proxy_on_tick` the timer is armed again with whatever the period then is: no catching up.
    pub fn arm_tick(&mut self) {
        if self.tick_period.is_zero() {
            self.timers.stop(Timer::Tick);
        } else {
            self.timers.set(Timer::Tick, self.now.monotonic + self.tick_period);
        }
    }

    pub fn start_callout(&mut self, token: u32, timeout: Option<Duration>) {
        self.callouts.start(token);
        if let Some(timeout) = timeout {
            self.timers.set(Timer::Callout(token), self.now.monotonic + timeout);
        }
    }
}
