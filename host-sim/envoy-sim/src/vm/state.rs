//! What host functions act on: everything that belongs to one machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use wasmtime::{Memory, TypedFunc};

use super::limiter::Limiter;
use crate::abi::{AbiVersion, Status};
use crate::callout::{Callouts, Cancelled};
use crate::connection::{Connection, Prototype};
use crate::event::{CallId, ConnectionId, Effect, GrpcEffect, LogLevel, LogLine, VmId};
#[cfg(feature = "cel")]
use crate::expressions::Expressions;
use crate::metrics::{MetricIds, Metrics};
use crate::properties::View;
use crate::settings::Settings;
use crate::shared::{SharedData, SharedQueues};
use crate::time::{Now, Timer, Timers};
use crate::trace::Tap;

/// Context numbers count from the first root; streams and later roots are 2, 3, ….
const FIRST_CONTEXT: u32 = 1;

/// The most lines, and the most bytes in them, that a module may log in one call. Envoy writes them out at once; here
/// they wait for the call's end.
pub(crate) const LOG_LINES_MAX: u64 = 10_000;
pub(crate) const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What the module has logged in the present call.
#[derive(Debug, Default)]
struct LogQuota {
    lines: u64,
    bytes: u64,
}

/// Actions that can wait for the module to return. Envoy has no limit.
pub(crate) const DEFERRED_MAX: usize = 64 * 1024;

/// What the machines of one host have in common.
#[derive(Clone)]
pub(crate) struct Shared {
    pub settings: Rc<Settings>,
    pub data: Rc<RefCell<SharedData>>,
    pub queues: Rc<RefCell<SharedQueues>>,
    pub metrics: Rc<RefCell<Metrics>>,
    pub tap: Tap,
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

/// What a host function leaves to be done when the module has returned. The numbers are contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeferredAction {
    ContinueReading(u32),
    Close(u32),
    DeleteRoot(u32),
    /// A gRPC call or stream failed before it had begun; the numbers are its root context and its token.
    GrpcFailed(u32, u32),
}

/// One root context: there is one for each configuration that new or old streams belong to.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// Zero: no tick.
    pub tick_period: Duration,
    /// `proxy_on_done` answered 0: it lives on until the module calls `proxy_done`.
    pub awaits_done: bool,
    /// The buffer that was looked at last; nothing while it is the answer to a lookup.
    pub looked_at: Option<u32>,
    /// What `declare_property` has declared, by name.
    pub declared: BTreeMap<Vec<u8>, Prototype>,
    #[cfg(feature = "cel")]
    pub expressions: Expressions,
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
    pub queues: Rc<RefCell<SharedQueues>>,
    pub metrics: Rc<RefCell<Metrics>>,
    /// Who is told of every call.
    pub tap: Tap,
    pub metric_ids: MetricIds,
    pub callouts: Callouts,
    pub random: fastrand::Rng,
    pub timers: Timers<Timer>,
    /// The root contexts that have not been deleted.
    pub roots: BTreeMap<u32, Root>,
    next_context: u32,
    /// The context whose callback is running.
    pub current_context: u32,
    /// What `proxy_set_effective_context` has put in its place, until the callback returns.
    pub effective_context: Option<u32>,
    pub streams: BTreeMap<u32, Connection>,
    pub deferred: VecDeque<DeferredAction>,
    pub effects: VecDeque<Effect>,
    pub limiter: Limiter,
    log_quota: LogQuota,
    pub memory: Option<Memory>,
    pub allocate: Option<TypedFunc<u32, u32>>,
    /// The module's allocator is running.
    pub allocating: bool,
    /// How often it was asked in the present call.
    pub allocations: u32,
    /// The ABI that the module speaks.
    pub version: AbiVersion,
}

impl State {
    pub fn new(id: VmId, shared: &Shared, now: Now) -> Self {
        Self {
            id,
            now,
            phase: Phase::Initialize,
            configuring: false,
            settings: Rc::clone(&shared.settings),
            shared_data: Rc::clone(&shared.data),
            queues: Rc::clone(&shared.queues),
            metrics: Rc::clone(&shared.metrics),
            tap: shared.tap.clone(),
            metric_ids: MetricIds::default(),
            callouts: Callouts::default(),
            random: fastrand::Rng::with_seed(shared.settings.seed.wrapping_add(id.number())),
            timers: Timers::default(),
            roots: BTreeMap::new(),
            next_context: FIRST_CONTEXT,
            current_context: 0,
            effective_context: None,
            streams: BTreeMap::new(),
            deferred: VecDeque::new(),
            effects: VecDeque::new(),
            limiter: Limiter::new(shared.settings.limits.memory_bytes),
            log_quota: LogQuota::default(),
            memory: None,
            allocate: None,
            allocating: false,
            allocations: 0,
            version: AbiVersion::V0_2_1,
        }
    }

    /// A line of the module's; below the log level it is dropped.
    pub fn log(&mut self, level: LogLevel, text: String) {
        if level < self.settings.log_level {
            return;
        }
        self.log_quota.lines += 1;
        self.log_quota.bytes = self.log_quota.bytes.saturating_add(text.len() as u64);
        if self.log_quota.lines <= LOG_LINES_MAX && self.log_quota.bytes <= LOG_BYTES_MAX {
            let connection = self.connection_of(self.effective_context.unwrap_or(self.current_context));
            self.push_log(connection, level, text, false);
        }
    }

    /// A call into the module begins.
    pub fn begin_call(&mut self) {
        self.log_quota = LogQuota::default();
        self.allocations = 0;
        self.callouts.begin_call();
        self.limiter.begin();
    }

    /// The call is over, well or not.
    pub fn end_call(&mut self) {
        let LogQuota { lines, bytes } = self.log_quota;
        if lines > LOG_LINES_MAX || bytes > LOG_BYTES_MAX {
            let text = format!(
                "the module wrote {lines} lines with {bytes} bytes in one call: the limits are {LOG_LINES_MAX} and \
                 {LOG_BYTES_MAX}, what is above them is lost"
            );
            self.log_by_host(LogLevel::Warn, text);
        }
    }

    /// A line of the host's own, about the callback that is running if there is one.
    pub fn log_by_host(&mut self, level: LogLevel, text: String) {
        self.push_log(self.connection_of(self.current_context), level, text, true);
    }

    fn push_log(&mut self, connection: Option<ConnectionId>, level: LogLevel, text: String, by_host: bool) {
        if level >= self.settings.log_level {
            self.effects.push_back(Effect::Log(LogLine { vm: self.id, connection, level, text, by_host }));
        }
    }

    /// `None`: the context is no stream.
    fn connection_of(&self, context: u32) -> Option<ConnectionId> {
        self.streams.get(&context).map(|connection| connection.id)
    }

    /// The number of a new context. They are never used twice.
    pub fn allocate_context(&mut self) -> u32 {
        let context = self.next_context;
        self.next_context += 1;
        context
    }

    /// Whether the module may name this context: a root, or a stream whose connection object still exists.
    pub fn has_context(&self, context: u32) -> bool {
        self.roots.contains_key(&context) || self.streams.contains_key(&context)
    }

    /// The root of the effective context, else of the current one.
    pub fn root_context(&self) -> u32 {
        let context = self.effective_context.unwrap_or(self.current_context);
        self.streams.get(&context).map_or(context, |connection| connection.root)
    }

    /// The attributes as the context finds them that host functions act on.
    pub fn effective_view(&self) -> View<'_> {
        self.view(self.stream_context())
    }

    /// The attributes as the context finds them whose callback is running, whatever `proxy_set_effective_context` was
    /// told.
    #[cfg(feature = "cel")]
    pub fn current_view(&self) -> View<'_> {
        self.view(Some(self.current_context))
    }

    fn view(&self, context: Option<u32>) -> View<'_> {
        let stream = context.and_then(|context| self.streams.get(&context));
        View::new(&self.settings, self.now, stream)
    }

    /// The root of the context whose callback is running.
    #[cfg(feature = "cel")]
    pub fn current_root(&self) -> u32 {
        let context = self.current_context;
        self.streams.get(&context).map_or(context, |connection| connection.root)
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

    /// Which buffer the context that host functions act on has looked at last.
    pub fn looked_at(&mut self) -> Option<&mut Option<u32>> {
        let context = self.effective_context.unwrap_or(self.current_context);
        match self.streams.get_mut(&context) {
            Some(stream) => Some(&mut stream.looked_at),
            None => self.roots.get_mut(&context).map(|root| &mut root.looked_at),
        }
    }

    /// Envoy makes the root's timer anew, so a running period starts again.
    pub fn set_tick_period(&mut self, period: Duration) {
        let root = self.root_context();
        if let Some(found) = self.roots.get_mut(&root) {
            found.tick_period = period;
            self.arm_tick(root);
        }
    }

    /// After `proxy_on_tick` the timer is armed again with whatever the period then is: no catching up.
    pub fn arm_tick(&mut self, root: u32) {
        match self.roots.get(&root) {
            Some(found) if !found.tick_period.is_zero() => {
                self.timers.set(Timer::Tick(root), self.now.monotonic + found.tick_period);
            }
            _ => self.timers.stop(Timer::Tick(root)),
        }
    }

    /// Leaves something to be done when the module has returned; `InternalFailure` when it has left too much.
    pub fn defer(&mut self, action: DeferredAction) -> Result<(), Status> {
        if self.deferred.len() >= DEFERRED_MAX {
            return Err(Status::InternalFailure);
        }
        self.deferred.push_back(action);
        Ok(())
    }

    /// Arms the timer of a call-out; without a limit stops it.
    pub fn set_callout_timeout(&mut self, token: u32, timeout: Option<Duration>) {
        match timeout {
            Some(timeout) => self.timers.set(Timer::Callout(token), self.now.monotonic + timeout),
            None => self.timers.stop(Timer::Callout(token)),
        }
    }

    /// Gives up the call-outs of one root, or of all: Envoy cancels them, and no callback comes.
    pub fn cancel_callouts(&mut self, root: Option<u32>) {
        for (token, cancelled) in self.callouts.take_pending(root) {
            self.set_callout_timeout(token, None);
            let call = CallId { vm: self.id, token };
            self.effects.push_back(match cancelled {
                Cancelled::Http => Effect::CancelHttpCall { call },
                Cancelled::Grpc => Effect::Grpc(GrpcEffect::Cancel { call }),
            });
        }
    }

    /// `proxy_done`: true when the root of the calling context was waiting for it. Its deletion is deferred.
    pub fn done(&mut self) -> bool {
        let context = self.root_context();
        let waiting = self.roots.get_mut(&context).is_some_and(|root| std::mem::take(&mut root.awaits_done));
        if waiting {
            self.deferred.push_back(DeferredAction::DeleteRoot(context));
        }
        waiting
    }
}
