//! The host itself: workers behind one door.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{ConnectionId, Driven, Effect, Input, Limits, Now, Refusal, Unseen, VmId};

use super::carry_out;
use super::component::{Component, Instance};
use super::dispatcher::{Dispatcher, MetricTotals};
use super::screen::{Native, Screen, ScreenError, ScreenFault};

/// A host for the component of `wit/screen.wit`, with one listener. It is driven as [`envoy_sim::Host`] is; the
/// clusters are `backend` and `resolver`, and `speaker` is not needed, because a screen can speak.
pub struct ComponentHost {
    workers: Vec<Dispatcher>,
    screen: Rc<RefCell<dyn Screen>>,
    metrics: MetricTotals,
    effects: VecDeque<Effect>,
    /// Which worker has each open connection.
    connections: BTreeMap<ConnectionId, usize>,
    last_connection: u64,
}

impl ComponentHost {
    /// Makes an instance, which reads the configuration `json`.
    ///
    /// # Errors
    /// [`ScreenError`] when the configuration is refused, or the component traps or exceeds its limits.
    pub fn start(
        component: &Component,
        json: &[u8],
        workers: NonZeroUsize,
        limits: Limits,
    ) -> Result<Self, ScreenError> {
        Ok(Self::new(Instance::start(component, json, workers, limits)?, workers))
    }

    /// The engine itself in the component's place.
    ///
    /// # Errors
    /// [`ScreenError::Refused`] for a configuration with a mistake.
    pub fn native(json: &[u8], workers: NonZeroUsize) -> Result<Self, ScreenError> {
        Ok(Self::new(Native::start(json, workers)?, workers))
    }

    fn new(screen: impl Screen + 'static, workers: NonZeroUsize) -> Self {
        let metrics = MetricTotals::default();
        metrics.begin(screen.metrics());
        let screen: Rc<RefCell<dyn Screen>> = Rc::new(RefCell::new(screen));
        let worker = |number| Dispatcher::new(number, Rc::clone(&screen), metrics.clone());
        Self {
            workers: (0..workers.get()).map(worker).collect(),
            screen,
            metrics,
            effects: VecDeque::new(),
            connections: BTreeMap::new(),
            last_connection: 0,
        }
    }

    /// Replaces the configuration: clients that come from now on are screened by `json`, those that are there go on
    /// as they began, and what is remembered stays. A screen that is broken begins anew, and has forgotten everything.
    ///
    /// # Errors
    /// [`ScreenError::Refused`], and everything is as it was; or the component fails, and all workers with it.
    pub fn reconfigure(&mut self, json: &[u8], now: Now) -> Result<(), ScreenError> {
        self.workers.iter_mut().for_each(|worker| worker.set_now(now));
        let afresh = self.fault().is_some();
        let done = self.screen.borrow_mut().reconfigure(json, afresh);
        match &done {
            Ok(()) => {
                self.metrics.begin(self.screen.borrow().metrics());
                self.workers.iter_mut().for_each(Dispatcher::is_mended);
            }
            Err(ScreenError::Failed(fault)) => self.fail(fault),
            Err(ScreenError::Refused(_)) => {}
        }
        done
    }

    /// Why the screen is broken, if it is.
    fn fault(&self) -> Option<ScreenFault> {
        self.workers.iter().find_map(Dispatcher::fault).cloned()
    }

    /// The screen is broken, and it is one for all workers.
    fn fail(&mut self, fault: &ScreenFault) {
        for number in 0..self.workers.len() {
            if let Some(worker) = self.workers.get_mut(number) {
                worker.fail_with(fault);
            }
            self.take_effects(number);
        }
    }

    fn on(&mut self, connection: ConnectionId, now: Now, act: impl FnOnce(&mut Dispatcher)) {
        let Some(number) = self.connections.get(&connection).copied() else { return };
        let Some(worker) = self.workers.get_mut(number) else { return };
        worker.set_now(now);
        act(worker);
        worker.settle(connection);
        self.acted(number);
    }

    fn answer(&mut self, vm: VmId, now: Now, act: impl FnOnce(&mut Dispatcher)) {
        let VmId::Worker(number) = vm else { return };
        let Some(worker) = self.workers.get_mut(number) else { return };
        worker.set_now(now);
        act(worker);
        self.acted(number);
    }

    /// A worker has acted; what breaks in its hands is broken for all.
    fn acted(&mut self, number: usize) {
        self.take_effects(number);
        if let Some(fault) = self.workers.get(number).and_then(Dispatcher::fault).cloned() {
            self.fail(&fault);
        }
    }

    /// Fires what is due, in order of time, and at one moment in the order of the workers.
    fn time_passed(&mut self, now: Now) {
        loop {
            let workers = self.workers.iter().enumerate();
            let due = workers.filter_map(|(number, worker)| Some((worker.timers.next()?, number))).min();
            let Some((_, number)) = due.filter(|(at, _)| *at <= now.monotonic) else { return };
            self.answer(VmId::Worker(number), now, Dispatcher::fire);
        }
    }

    fn take_effects(&mut self, number: usize) {
        let Some(worker) = self.workers.get_mut(number) else { return };
        for effect in worker.take_effects() {
            if let Effect::Ended(end) = &effect {
                self.connections.remove(&end.connection);
            }
            self.effects.push_back(effect);
        }
    }
}

impl Driven for ComponentHost {
    fn accept(
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
        self.connections.insert(id, number);
        self.answer(VmId::Worker(number), now, |worker| worker.accept(id, client, server));
        id
    }

    fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::ClientBytes { connection, bytes, end } => {
                self.on(connection, now, |worker| worker.client_bytes(connection, bytes, end));
            }
            Input::ClientReset { connection } => {
                self.on(connection, now, |worker| worker.client_reset(connection));
            }
            Input::ClientCongested { connection, congested } => {
                self.on(connection, now, |worker| worker.client_congested(connection, congested));
            }
            Input::UpstreamConnected { connection, .. } => {
                self.on(connection, now, |worker| worker.upstream_connected(connection));
            }
            Input::UpstreamRefused { connection } => {
                self.on(connection, now, |worker| worker.upstream_refused(connection));
            }
            Input::UpstreamBytes { connection, bytes, end } => {
                self.on(connection, now, |worker| worker.upstream_bytes(connection, bytes, end));
            }
            Input::UpstreamReset { connection } => {
                self.on(connection, now, |worker| worker.upstream_reset(connection));
            }
            Input::UpstreamCongested { connection, congested } => {
                self.on(connection, now, |worker| worker.upstream_congested(connection, congested));
            }
            Input::HttpResponse { call, headers, body, .. } => {
                let answer = carry_out::response(&headers, body);
                self.answer(call.vm, now, |worker| {
                    worker.answer(call.token, answer.as_deref().map_err(|failure| *failure));
                });
            }
            Input::HttpFailure { call, failure } => {
                let failure = carry_out::failure(failure);
                self.answer(call.vm, now, |worker| worker.answer(call.token, Err(failure)));
            }
            // A component never asks for these.
            Input::Grpc { .. } | Input::DnsAnswer { .. } => {}
            Input::TimePassed => self.time_passed(now),
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.workers.iter().filter_map(|worker| worker.timers.next()).min()
    }

    fn metrics(&self) -> BTreeMap<String, i64> {
        self.metrics.metrics()
    }

    fn open_connections(&self) -> usize {
        self.workers.iter().map(|worker| worker.clients.len()).sum()
    }

    fn worker_of(&self, connection: ConnectionId) -> Option<usize> {
        self.connections.get(&connection).copied()
    }

    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), Refusal> {
        Self::reconfigure(self, configuration.as_bytes(), now).map_err(|error| {
            let headline = error.to_string();
            Refusal { text: headline.clone(), headline }
        })
    }

    fn failed_workers(&self) -> Vec<usize> {
        let failed = self.workers.iter().enumerate().filter(|(_, worker)| worker.fault().is_some());
        failed.map(|(number, _)| number).collect()
    }

    fn shared_data(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unseen> {
        self.screen.borrow().shared_data(&String::from_utf8_lossy(key))
    }
}

#[cfg(test)]
mod tests;
