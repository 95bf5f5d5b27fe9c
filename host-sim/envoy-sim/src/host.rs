//! The host itself: workers behind one door.

mod driven;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use crate::callout::Response;
use crate::dispatcher::{Dispatcher, Reloads, Thread};
use crate::event::{CallId, ConnectionId, Effect, VmId};
use crate::metrics::{Distribution, MetricKind};
use crate::trace::{Observer, Tap};
use crate::vm::{Machine, Shared};
use crate::{Module, Now, Settings, StartError};

/// A running Envoy with one listener and one module, as a state machine: no socket, no clock, no thread.
///
/// It is driven by the methods of [`crate::Driven`]: hand in what happens with `accept` and `handle`, then carry out
/// what `poll_effect` gives until it gives nothing; call `handle` with [`crate::Input::TimePassed`] when
/// `next_deadline` is reached. The same inputs always give the same effects.
pub struct Host {
    module: Module,
    shared: Shared,
    main: Thread,
    workers: Vec<Thread>,
    effects: VecDeque<Effect>,
    connections: BTreeMap<ConnectionId, StreamLocation>,
    last_connection: u64,
    /// The moment of the last input.
    now: Duration,
}

/// Where an open connection is.
#[derive(Clone, Copy)]
struct StreamLocation {
    worker: usize,
    /// Which of the worker's machines.
    generation: u32,
    context: u32,
}

/// How often machines are told of shared queues after one input. The rest is due at once, at the next
/// [`crate::Input::TimePassed`]: a module that feeds its own queue cannot keep the host from everything else.
pub(crate) const POSTS_PER_INPUT_MAX: usize = 1000;

impl Host {
    /// Starts a machine that only initialises itself, the canary, then the main thread's machine, then the workers',
    /// in Envoy's order.
    ///
    /// # Errors
    /// [`StartError`] when the module refuses its configuration or traps; it carries the lines that were logged.
    /// After success the lines of the start are the first effects.
    pub fn start(module: &Module, settings: Settings, now: Now) -> Result<Self, StartError> {
        Self::start_with(module, settings, now, Tap::default())
    }

    /// As [`Host::start`], with somebody who is told of every call between the host and the module, from the first on.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub fn start_observed(
        module: &Module,
        settings: Settings,
        now: Now,
        observer: Rc<RefCell<dyn Observer>>,
    ) -> Result<Self, StartError> {
        Self::start_with(module, settings, now, Tap::by(observer))
    }

    fn start_with(module: &Module, settings: Settings, now: Now, tap: Tap) -> Result<Self, StartError> {
        let workers = settings.workers.get();
        let settings = Rc::new(settings);
        let (data, queues, metrics) = Default::default();
        let shared = Shared { settings, data, queues, metrics, tap };
        // Envoy compiles the module with a machine that never gets a root, and makes the others from it.
        let mut base = Machine::start(module, VmId::Canary, &shared, now)?;
        let mut effects: VecDeque<_> = base.state_mut().effects.drain(..).collect();
        effects.extend(canary(module, &shared, now)?);
        let mut start = |id| {
            let mut thread = Thread::start(module, id, &shared, now)?;
            effects.extend(thread.turn());
            Ok(thread)
        };
        let main = start(VmId::Main)?;
        let workers = (0..workers).map(|worker| start(VmId::Worker(worker))).collect::<Result<_, _>>()?;
        let (module, connections) = (module.clone(), BTreeMap::new());
        let (last_connection, monotonic) = (0, now.monotonic);
        let mut host =
            Self { module, shared, main, workers, effects, connections, last_connection, now: monotonic };
        host.deliver_posts(now);
        Ok(host)
    }

    /// Replaces the module's configuration, as Envoy does when a listener or filter chain is updated and the code and
    /// `vm_config` stay the same: a canary tries it, then every machine makes a new root context with it. New clients
    /// belong to the new root, those who are connected to the old one until they end; then the old root is shut down.
    /// Envoy does so after its drain time (`--drain-time-s`) at the earliest, which is zero here.
    ///
    /// The same configuration again changes nothing.
    ///
    /// # Errors
    /// [`StartError`] when the canary refuses the configuration or traps, with the lines that it logged. Then
    /// everything stays as it was.
    pub fn reconfigure(&mut self, configuration: impl Into<Vec<u8>>, now: Now) -> Result<(), StartError> {
        let plugin_configuration = configuration.into();
        if plugin_configuration == self.shared.settings.plugin_configuration {
            return Ok(());
        }
        let settings = Settings { plugin_configuration, ..Settings::clone(&self.shared.settings) };
        let shared = Shared { settings: Rc::new(settings), ..self.shared.clone() };
        self.effects.extend(canary(&self.module, &shared, now)?);
        self.shared = shared;
        self.main.reconfigure(&self.module, &self.shared, now);
        self.finish(VmId::Main);
        for number in 0..self.workers.len() {
            self.workers[number].reconfigure(&self.module, &self.shared, now);
            self.finish(VmId::Worker(number));
        }
        Ok(())
    }

    /// Envoy exits: everybody who is connected is closed, unwritten bytes are lost, and the root contexts are shut
    /// down. Clients that come later are closed at once.
    ///
    /// A root that answers `proxy_on_done` with 0 has something left to do, and lives on until the module calls
    /// `proxy_done`: go on with [`crate::Driven::handle`] until [`Host::is_over`], for as long as you like to wait.
    pub fn stop(&mut self, now: Now) {
        for thread in self.workers.iter_mut().chain([&mut self.main]) {
            thread.stop(now);
        }
        (0..self.workers.len()).for_each(|number| self.finish(VmId::Worker(number)));
        self.finish(VmId::Main);
    }

    /// After [`Host::stop`]: whether no root context is left that has something to do.
    pub fn is_over(&self) -> bool {
        self.threads().all(|(_, thread)| thread.is_over())
    }

    /// As [`crate::Driven::metrics`], with the kind of each.
    pub fn metrics_by_kind(&self) -> BTreeMap<(MetricKind, String), i64> {
        self.shared.metrics.borrow().by_kind()
    }

    /// What is known of the samples of histograms that have any, by name.
    pub fn distributions(&self) -> BTreeMap<String, Distribution> {
        self.shared.metrics.borrow().distributions()
    }

    /// The value under `key` in the shared data of the machines.
    pub fn shared_data(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.shared.data.borrow().get(key).map(|(value, _)| value.to_vec())
    }

    /// The filter state of an open connection; afterwards it stands in its [`crate::ConnectionEnd`].
    pub fn filter_state(&self, connection: ConnectionId) -> Option<&BTreeMap<String, Vec<u8>>> {
        let location = self.connections.get(&connection)?;
        self.workers.get(location.worker)?.machine(location.generation)?.filter_state(location.context)
    }

    /// How the machines of all workers were replaced.
    pub fn reloads(&self) -> Reloads {
        self.workers.iter().map(Thread::reloads).sum()
    }

    fn on(&mut self, connection: ConnectionId, now: Now, act: impl FnOnce(&mut Dispatcher, u32)) {
        let Some(location) = self.connections.get(&connection).copied() else { return };
        if let Some(dispatcher) = self.workers[location.worker].dispatcher(location.generation) {
            dispatcher.set_now(now);
            act(dispatcher, location.context);
            self.finish(VmId::Worker(location.worker));
        }
    }

    fn answer(&mut self, call: CallId, response: Response, now: Now) {
        self.on_machine(call.vm, now, |dispatcher| dispatcher.answer(call.token, response));
    }

    fn on_machine(&mut self, vm: VmId, now: Now, act: impl FnOnce(&mut Dispatcher)) {
        if let Some(thread) = self.thread(vm) {
            let dispatcher = thread.current();
            dispatcher.set_now(now);
            act(dispatcher);
            self.finish(vm);
        }
    }

    /// Tells machines of the values in their queues, each in a turn of its own.
    fn deliver_posts(&mut self, now: Now) {
        self.now = now.monotonic;
        for _ in 0..POSTS_PER_INPUT_MAX {
            let post = self.shared.queues.borrow_mut().take_posted();
            let Some(((vm, root), queue)) = post else { return };
            self.on_machine(vm, now, |dispatcher| dispatcher.queue_ready(root, queue));
        }
    }

    /// Fires what is due, in order of time; at one moment the main thread first, then the workers.
    fn time_passed(&mut self, now: Now) {
        loop {
            let due = self.threads().filter_map(|(vm, thread)| Some((thread.next_deadline()?, vm))).min();
            let Some((_, vm)) = due.filter(|(at, _)| *at <= now.monotonic) else { return };
            if let Some(thread) = self.thread(vm) {
                thread.fire(now);
                self.finish(vm);
            }
        }
    }

    /// Ends the turn of one thread, and takes what it wants done.
    fn finish(&mut self, vm: VmId) {
        let Some(thread) = self.thread(vm) else { return };
        for effect in thread.turn() {
            if let Effect::Ended(end) = &effect {
                self.connections.remove(&end.connection);
            }
            self.effects.push_back(effect);
        }
    }

    fn threads(&self) -> impl Iterator<Item = (VmId, &Thread)> {
        let workers = self.workers.iter().enumerate();
        let workers = workers.map(|(number, thread)| (VmId::Worker(number), thread));
        std::iter::once((VmId::Main, &self.main)).chain(workers)
    }

    fn thread(&mut self, vm: VmId) -> Option<&mut Thread> {
        match vm {
            VmId::Worker(number) => self.workers.get_mut(number),
            VmId::Main => Some(&mut self.main),
            VmId::Canary => None,
        }
    }
}

/// Lets a throw-away machine try the configuration. Returns what it wants done.
fn canary(module: &Module, shared: &Shared, now: Now) -> Result<Vec<Effect>, StartError> {
    let mut canary = Dispatcher::start(module, VmId::Canary, shared, now)?;
    Ok(canary.take_effects().collect())
}

#[cfg(test)]
mod tests;
