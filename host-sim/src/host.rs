//! The host itself: workers behind one door.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use crate::callout::Response;
use crate::event::{CallId, ConnectionId, Effect, Input, VmId};
use crate::metrics::Metrics;
use crate::trace::{Observer, Watch};
use crate::vm::Shared;
use crate::worker::Worker;
use crate::{Module, Now, Settings, StartError};

/// A running Envoy with one listener and one module, as a state machine: no socket, no clock, no thread.
///
/// Hand in what happens with [`Host::accept`] and [`Host::handle`], then carry out what [`Host::poll_effect`] gives
/// until it gives nothing; call [`Host::handle`] with [`Input::TimePassed`] when [`Host::next_deadline`] is reached.
/// The same inputs always give the same effects.
pub struct Host {
    main: Worker,
    workers: Vec<Worker>,
    metrics: Rc<RefCell<Metrics>>,
    effects: VecDeque<Effect>,
    /// Where each open connection is: worker and context.
    connections: BTreeMap<ConnectionId, (usize, u32)>,
    last_connection: u64,
}

impl Host {
    /// Starts the canary, then the main thread's machine, then the workers', in Envoy's order.
    ///
    /// # Errors
    /// [`StartError`] when the module refuses its configuration or traps; it carries the lines that were logged.
    /// After success the lines of the start are the first effects.
    pub fn start(module: &Module, settings: Settings, now: Now) -> Result<Self, StartError> {
        Self::start_with(module, settings, now, Watch::default())
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
        Self::start_with(module, settings, now, Watch::by(observer))
    }

    fn start_with(module: &Module, settings: Settings, now: Now, watch: Watch) -> Result<Self, StartError> {
        let workers = settings.workers.get();
        let settings = Rc::new(settings);
        let shared = Shared { settings, data: Rc::default(), metrics: Rc::default(), watch };
        let mut effects = VecDeque::new();
        let mut start = |id| {
            let mut worker = Worker::start(module, id, &shared, now)?;
            effects.extend(worker.take_effects());
            Ok(worker)
        };
        start(VmId::Canary)?;
        let main = start(VmId::Main)?;
        let workers = (0..workers).map(|worker| start(VmId::Worker(worker))).collect::<Result<_, _>>()?;
        let metrics = Rc::clone(&shared.metrics);
        let connections = BTreeMap::new();
        Ok(Self { main, workers, metrics, effects, connections, last_connection: 0 })
    }

    /// A client has connected. Without `worker` the workers take turns; a number that no worker has wraps around.
    pub fn accept(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        worker: Option<usize>,
        now: Now,
    ) -> ConnectionId {
        let turn = usize::try_from(self.last_connection).unwrap_or(0);
        let number = worker.unwrap_or(turn) % self.workers.len();
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let worker = &mut self.workers[number];
        worker.set_now(now);
        let context = worker.accept(id, client, server);
        self.connections.insert(id, (number, context));
        self.finish(VmId::Worker(number));
        id
    }

    /// Something has happened.
    pub fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::ClientBytes { connection, bytes, end } => {
                self.on(connection, now, |worker, context| worker.client_bytes(context, bytes, end));
            }
            Input::ClientReset { connection } => self.on(connection, now, Worker::client_reset),
            Input::ClientCongested { connection, congested } => {
                self.on(connection, now, |worker, context| worker.client_congested(context, congested));
            }
            Input::UpstreamConnected { connection } => self.on(connection, now, Worker::upstream_connected),
            Input::UpstreamRefused { connection } => self.on(connection, now, Worker::upstream_refused),
            Input::UpstreamBytes { connection, bytes, end } => {
                self.on(connection, now, |worker, context| worker.upstream_bytes(context, bytes, end));
            }
            Input::UpstreamReset { connection } => self.on(connection, now, Worker::upstream_reset),
            Input::UpstreamCongested { connection, congested } => {
                self.on(connection, now, |worker, context| worker.upstream_congested(context, congested));
            }
            Input::HttpResponse { call, headers, body, trailers } => {
                self.answer(call, Response { headers, body, trailers, reset: false }, now);
            }
            Input::HttpFailure { call, failure } => self.answer(call, Response::from_failure(failure), now),
            Input::TimePassed => self.time_passed(now),
        }
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When the next timer is due, on the monotonic clock.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.machines().filter_map(|(_, worker)| worker.next_deadline()).min()
    }

    /// Every metric that was defined, by name (without Envoy's `wasmcustom.`), with its value.
    pub fn metrics(&self) -> BTreeMap<String, i64> {
        self.metrics.borrow().all()
    }

    /// The value under `key` in the shared data of the machines.
    pub fn shared_data(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.main.shared_data(key)
    }

    /// The filter state of an open connection; afterwards it stands in its [`crate::ConnectionEnd`].
    pub fn filter_state(&self, connection: ConnectionId) -> Option<&BTreeMap<String, Vec<u8>>> {
        let (worker, context) = self.connections.get(&connection)?;
        self.workers.get(*worker)?.filter_state(*context)
    }

    /// Connections that have not ended.
    pub fn open_connections(&self) -> usize {
        self.workers.iter().map(Worker::streams).sum()
    }

    /// Workers whose machine has trapped; they refuse every client from then on.
    pub fn failed_workers(&self) -> Vec<usize> {
        (0..self.workers.len()).filter(|number| self.workers[*number].failed()).collect()
    }

    fn on(&mut self, connection: ConnectionId, now: Now, act: impl FnOnce(&mut Worker, u32)) {
        let Some((number, context)) = self.connections.get(&connection).copied() else { return };
        let worker = &mut self.workers[number];
        worker.set_now(now);
        act(worker, context);
        self.finish(VmId::Worker(number));
    }

    fn answer(&mut self, call: CallId, response: Response, now: Now) {
        if let Some(worker) = self.machine(call.vm) {
            worker.set_now(now);
            worker.answer(call.token, response);
            self.finish(call.vm);
        }
    }

    /// Fires what is due, in order of time; at one moment the main thread first, then the workers.
    fn time_passed(&mut self, now: Now) {
        loop {
            let due = self.machines().filter_map(|(vm, worker)| Some((worker.next_deadline()?, vm))).min();
            let Some((_, vm)) = due.filter(|(at, _)| *at <= now.monotonic) else { return };
            if let Some(worker) = self.machine(vm) {
                worker.set_now(now);
                worker.fire();
                self.finish(vm);
            }
        }
    }

    /// Ends the turn of one machine, and takes what it wants done.
    fn finish(&mut self, vm: VmId) {
        let worker = match vm {
            VmId::Worker(number) => &mut self.workers[number],
            VmId::Main | VmId::Canary => &mut self.main,
        };
        worker.turn();
        for effect in worker.take_effects() {
            if let Effect::Ended(end) = &effect {
                self.connections.remove(&end.connection);
            }
            self.effects.push_back(effect);
        }
    }

    fn machines(&self) -> impl Iterator<Item = (VmId, &Worker)> {
        let workers = self.workers.iter().enumerate();
        let workers = workers.map(|(number, worker)| (VmId::Worker(number), worker));
        std::iter::once((VmId::Main, &self.main)).chain(workers)
    }

    fn machine(&mut self, vm: VmId) -> Option<&mut Worker> {
        match vm {
            VmId::Worker(number) => self.workers.get_mut(number),
            VmId::Main => Some(&mut self.main),
            VmId::Canary => None,
        }
    }
}

#[cfg(test)]
mod tests;
