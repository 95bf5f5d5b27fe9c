//! The dispatcher of one of Envoy's threads: a machine, its streams, and the event loop around them.
//!
//! - [`filter`]: the filter manager, where the module decides what goes on;
//! - [`callouts`]: answers to what the module asked of others;
//! - [`close`]: how a connection ends;
//! - [`roots`]: the root contexts, from a configuration to their deletion;
//! - [`tcp_proxy`]: the filter after the module, and its upstream connection;
//! - [`turn`]: what the event loop does once the callbacks are over: flush, echo, read on, forget;
//! - [`thread`]: machine after machine, when one has failed and another takes over.

mod callouts;
mod close;
mod filter;
mod roots;
mod tcp_proxy;
mod thread;
mod turn;

pub use tcp_proxy::IDLE_TIMEOUT;
pub use thread::Reloads;
pub(crate) use thread::Thread;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::connection::Connection;
use crate::error::StartError;
use crate::event::{Effect, LogLevel, VmId};
use crate::time::{Now, Timer};
use crate::vm::{Callback, Called, DeferredAction, Machine, Module, Shared, State};

/// The event loop of one machine: a worker's, or the main thread's, which is never given a stream.
pub(crate) struct Dispatcher {
    machine: Machine,
    /// The root context of new streams. `None`: they are served without the filter, or the event loop has stopped.
    root: Option<u32>,
    /// Older roots, until the last of their streams has ended.
    draining: BTreeSet<u32>,
    stopped: bool,
    /// Streams that something has happened to in this turn.
    touched: BTreeSet<u32>,
}

impl Dispatcher {
    pub fn start(module: &Module, id: VmId, shared: &Shared, now: Now) -> Result<Self, StartError> {
        let mut machine = Machine::start(module, id, shared, now)?;
        let root = Some(machine.add_root()?);
        let (draining, touched) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { machine, root, draining, stopped: false, touched })
    }

    /// The clock of everything that follows.
    pub fn set_now(&mut self, now: Now) {
        self.state_mut().now = now;
    }

    /// When the first timer is due.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.state().timers.next()
    }

    /// Fires the first timer that is due, if there is one.
    pub fn fire(&mut self) {
        let now = self.state().now.monotonic;
        match self.state_mut().timers.expired(now) {
            Some(Timer::Tick(root)) => self.tick(root),
            Some(Timer::Callout(token)) => self.callout_timeout(token),
            Some(Timer::Connect(context)) => self.upstream_refused(context),
            Some(Timer::Idle(context)) => self.idle_timeout(context),
            None => {}
        }
    }

    fn tick(&mut self, root: u32) {
        // A failed machine does not tick, and never again.
        if self.call(root, Callback::Tick, &[root]) == Called::Failed {
            return;
        }
        self.state_mut().arm_tick(root);
    }

    /// Calls the module, then does what it deferred: before the caller learns the module's answer, as in Envoy.
    fn call(&mut self, context: u32, callback: Callback, args: &[u32]) -> Called {
        let called = self.machine.call(context, callback, args);
        self.carry_out_deferred();
        called
    }

    fn carry_out_deferred(&mut self) {
        while let Some(action) = self.state_mut().deferred.pop_front() {
            match action {
                DeferredAction::ContinueReading(context) => self.continue_reading(context),
                DeferredAction::Close(context) => self.close(context),
                DeferredAction::DeleteRoot(root) => self.delete_root(root),
                DeferredAction::GrpcFailed(root, token) => self.grpc_failed(root, token),
            }
        }
    }

    /// The filter state of a stream that has not been forgotten yet.
    pub fn filter_state(&self, context: u32) -> Option<&BTreeMap<String, Vec<u8>>> {
        self.state().streams.get(&context).map(|connection| &connection.filter_state)
    }

    /// The streams that have not been forgotten yet.
    pub fn streams(&self) -> usize {
        self.state().streams.len()
    }

    pub fn failed(&self) -> bool {
        self.machine.failed()
    }

    /// Whether new clients meet the module; else they are served without it, or not at all.
    pub fn is_filtering(&self) -> bool {
        self.root.is_some()
    }

    pub fn id(&self) -> VmId {
        self.state().id
    }

    /// A line of the host's own.
    pub fn log_by_host(&mut self, level: LogLevel, text: String) {
        self.state_mut().log_by_host(level, text);
    }

    /// Gives up all call-outs: another machine takes over, and their numbers will be used again.
    pub fn retire(&mut self) {
        self.state_mut().cancel_callouts(None);
    }

    /// What is to be done, in order.
    pub fn take_effects(&mut self) -> impl Iterator<Item = Effect> + '_ {
        self.state_mut().effects.drain(..)
    }

    fn emit(&mut self, effect: Effect) {
        self.state_mut().effects.push_back(effect);
    }

    /// The stream, noted as touched.
    fn stream(&mut self, context: u32) -> Option<&mut Connection> {
        let connection = self.machine.state_mut().streams.get_mut(&context)?;
        self.touched.insert(context);
        Some(connection)
    }

    /// As [`Dispatcher::stream`], while it is open.
    fn open_stream(&mut self, context: u32) -> Option<&mut Connection> {
        self.stream(context).filter(|connection| connection.is_open())
    }

    fn state(&self) -> &State {
        self.machine.state()
    }

    fn state_mut(&mut self) -> &mut State {
        self.machine.state_mut()
    }
}
