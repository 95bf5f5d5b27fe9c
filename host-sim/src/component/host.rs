//! The host itself: workers behind one door.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use postscreen_engine::{Policy, SharedData as _};

use super::error::ScreenError;
use super::instance::Instance;
use super::module::Component;
use super::native::Native;
use super::resolver;
use super::screen::Screen;
use super::shared::{Books, Table};
use super::worker::Worker;
use crate::event::{ConnectionId, Effect, Input, VmId};
use crate::{Driven, Limits, Now, Refusal};

/// A host for the component of `wit/screen.wit`, with one listener. It is driven as [`crate::Host`] is; the clusters
/// are `backend` and `resolver`, and `speaker` is not needed, because a session can speak.
pub struct ComponentHost {
    workers: Vec<Worker>,
    books: Books,
    table: Table,
    effects: VecDeque<Effect>,
    /// Which worker has each open connection.
    connections: BTreeMap<ConnectionId, usize>,
    last_connection: u64,
}

impl ComponentHost {
    /// Makes an instance for every worker; each reads the configuration `json`.
    ///
    /// # Errors
    /// [`ScreenError`] when the configuration is refused, or the component traps or exceeds its limits.
    pub fn start(
        component: &Component,
        json: &[u8],
        workers: NonZeroUsize,
        limits: Limits,
    ) -> Result<Self, ScreenError> {
        let screens = (0..workers.get()).map(|_| -> Result<Box<dyn Screen>, _> {
            Ok(Box::new(Instance::start(component, json, limits)?))
        });
        let screens = screens.collect::<Result<_, _>>()?;
        // The component has accepted it; the host reads it too, for the roster and the table of passes.
        Ok(Self::new(&policy(json)?, screens))
    }

    /// The engine itself in the component's place.
    ///
    /// # Errors
    /// [`ScreenError::Refused`] for a configuration with a mistake.
    pub fn native(json: &[u8], workers: NonZeroUsize) -> Result<Self, ScreenError> {
        let policy = policy(json)?;
        let screen = |_| -> Box<dyn Screen> { Box::new(Native::new(Arc::clone(&policy))) };
        let screens = (0..workers.get()).map(screen).collect();
        Ok(Self::new(&policy, screens))
    }

    fn new(policy: &Arc<Policy>, screens: Vec<Box<dyn Screen>>) -> Self {
        let (table, books) = (Table::default(), Books::new());
        let worker = |(number, screen)| {
            Worker::new(VmId::Worker(number), screen, Arc::clone(policy), table.clone(), books.clone())
        };
        Self {
            workers: screens.into_iter().enumerate().map(worker).collect(),
            books,
            table,
            effects: VecDeque::new(),
            connections: BTreeMap::new(),
            last_connection: 0,
        }
    }

    /// Replaces the configuration: clients that come from now on are screened by `json`, those that are there go on
    /// as they began, and what is remembered stays. A worker that has failed begins anew.
    ///
    /// # Errors
    /// [`ScreenError::Refused`], and everything is as it was; or the component fails, and the worker with it.
    pub fn reconfigure(&mut self, json: &[u8], now: Now) -> Result<(), ScreenError> {
        let policy = policy(json)?;
        for number in 0..self.workers.len() {
            let Some(worker) = self.workers.get_mut(number) else { continue };
            worker.set_now(now);
            let done = worker.reconfigure(json, &policy);
            self.take_effects(number);
            done?;
        }
        Ok(())
    }

    fn on(&mut self, connection: ConnectionId, now: Now, act: impl FnOnce(&mut Worker)) {
        let Some(number) = self.connections.get(&connection).copied() else { return };
        let Some(worker) = self.workers.get_mut(number) else { return };
        worker.set_now(now);
        act(worker);
        worker.settle(connection);
        self.take_effects(number);
    }

    fn answer(&mut self, vm: VmId, now: Now, act: impl FnOnce(&mut Worker)) {
        let VmId::Worker(number) = vm else { return };
        let Some(worker) = self.workers.get_mut(number) else { return };
        worker.set_now(now);
        act(worker);
        self.take_effects(number);
    }

    /// Fires what is due, in order of time, and at one moment in the order of the workers.
    fn time_passed(&mut self, now: Now) {
        loop {
            let workers = self.workers.iter().enumerate();
            let due = workers.filter_map(|(number, worker)| Some((worker.timers.next()?, number))).min();
            let Some((_, number)) = due.filter(|(at, _)| *at <= now.monotonic) else { return };
            self.answer(VmId::Worker(number), now, Worker::fire);
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
                let answer = resolver::response(&headers, body);
                self.answer(call.vm, now, |worker| {
                    worker.answer(call.token, answer.as_deref().map_err(|failure| *failure));
                });
            }
            Input::HttpFailure { call, failure } => {
                let failure = resolver::failure(failure);
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
        self.books.metrics()
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
        let failed = self.workers.iter().enumerate().filter(|(_, worker)| worker.failed());
        failed.map(|(number, _)| number).collect()
    }

    fn shared_data(&self, key: &[u8]) -> Option<Vec<u8>> {
        let key = String::from_utf8_lossy(key);
        let Ok(value) = self.table.fetch(&key);
        value.map(|(value, _)| value)
    }
}

fn policy(json: &[u8]) -> Result<Arc<Policy>, ScreenError> {
    Policy::parse(json).map(Arc::new).map_err(|error| ScreenError::Refused(error.to_string()))
}

#[cfg(test)]
mod tests;
