//! One of Envoy's threads, over the lives of its machines.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use super::Dispatcher;
use crate::error::StartError;
use crate::event::{ConnectionId, Effect, LogLevel, VmId};
use crate::time::Now;
use crate::vm::{Module, Shared};

/// How the machines of a host were replaced, in Envoy's stats `wasm.NAME.vm_reload_success` and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reloads {
    /// New machines.
    pub success: u64,
    /// New machines that did not start.
    pub failure: u64,
    /// Clients that came too soon for a new machine.
    pub backoff: u64,
}

impl std::iter::Sum for Reloads {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            success: sum.success + one.success,
            failure: sum.failure + one.failure,
            backoff: sum.backoff + one.backoff,
        })
    }
}

/// A thread has one machine, and those that failed before it as long as they have streams.
pub(crate) struct Thread {
    current: Dispatcher,
    generation: u32,
    /// By generation.
    failed: BTreeMap<u32, Dispatcher>,
    last_load: Duration,
    random: fastrand::Rng,
    reloads: Reloads,
    /// What a machine that did not start has left to be said.
    effects: VecDeque<Effect>,
}

impl Thread {
    pub fn start(module: &Module, id: VmId, shared: &Shared, now: Now) -> Result<Self, StartError> {
        let current = Dispatcher::start(module, id, shared, now)?;
        let random = fastrand::Rng::with_seed(shared.settings.seed ^ id.number());
        Ok(Self {
            current,
            generation: 0,
            failed: BTreeMap::new(),
            last_load: now.monotonic,
            random,
            reloads: Reloads::default(),
            effects: VecDeque::new(),
        })
    }

    /// A client has connected. Returns the generation of the machine that it is given to, and its context there.
    pub fn accept(
        &mut self,
        (id, client, server): (ConnectionId, SocketAddr, SocketAddr),
        module: &Module,
        shared: &Shared,
        now: Now,
    ) -> (u32, u32) {
        self.reload_if_due(module, shared, now);
        self.current.set_now(now);
        (self.generation, self.current.accept(id, client, server))
    }

    /// The machine of this generation, if it still exists.
    pub fn dispatcher(&mut self, generation: u32) -> Option<&mut Dispatcher> {
        if generation == self.generation { Some(&mut self.current) } else { self.failed.get_mut(&generation) }
    }

    /// As [`Thread::dispatcher`], to look at.
    pub fn machine(&self, generation: u32) -> Option<&Dispatcher> {
        if generation == self.generation { Some(&self.current) } else { self.failed.get(&generation) }
    }

    /// The machine that new clients and answers of call-outs are for.
    pub fn current(&mut self) -> &mut Dispatcher {
        &mut self.current
    }

    /// A new configuration. A machine that has failed is not asked: a new one takes its place.
    pub fn reconfigure(&mut self, module: &Module, shared: &Shared, now: Now) {
        if self.current.failed() {
            self.reload(module, shared, now);
        } else {
            self.current.set_now(now);
            self.current.reconfigure(&shared.settings);
        }
    }

    /// Envoy reloads when the next client comes, not when the time has passed, and only after a trap.
    fn reload_if_due(&mut self, module: &Module, shared: &Shared, now: Now) {
        if !self.current.failed() || !self.current.is_filtering() {
            return;
        }
        let Some(interval) = shared.settings.failure_policy.reload_interval(&mut self.random) else { return };
        if now.monotonic.saturating_sub(self.last_load) < interval {
            self.reloads.backoff += 1;
        } else {
            self.reload(module, shared, now);
        }
    }

    fn reload(&mut self, module: &Module, shared: &Shared, now: Now) {
        self.last_load = now.monotonic;
        match Dispatcher::start(module, self.current.id(), shared, now) {
            Ok(new) => {
                self.reloads.success += 1;
                let mut old = std::mem::replace(&mut self.current, new);
                old.retire();
                self.effects.extend(old.take_effects());
                self.failed.insert(self.generation, old);
                self.generation += 1;
                self.forget();
            }
            Err(error) => {
                self.reloads.failure += 1;
                self.effects.extend(error.log().iter().cloned().map(Effect::Log));
                let text = format!("the failed machine cannot be replaced: {error}");
                self.current.log_by_host(LogLevel::Critical, text);
            }
        }
    }

    /// Ends the turn of every machine, and takes what they want done.
    pub fn turn(&mut self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.effects.drain(..).collect();
        for dispatcher in self.failed.values_mut().chain([&mut self.current]) {
            dispatcher.turn();
            effects.extend(dispatcher.take_effects());
        }
        self.forget();
        effects
    }

    /// Drops failed machines that no stream needs.
    fn forget(&mut self) {
        self.failed.retain(|_, dispatcher| dispatcher.streams() > 0);
    }

    /// When the first timer is due.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.dispatchers().filter_map(Dispatcher::next_deadline).min()
    }

    /// Fires the first timer that is due, if there is one.
    pub fn fire(&mut self, now: Now) {
        let dispatchers = self.failed.values_mut().chain([&mut self.current]);
        let due = dispatchers.filter(|dispatcher| dispatcher.next_deadline().is_some());
        if let Some(dispatcher) = due.min_by_key(|dispatcher| dispatcher.next_deadline()) {
            dispatcher.set_now(now);
            dispatcher.fire();
        }
    }

    /// Closes every client and shuts the roots down.
    pub fn stop(&mut self, now: Now) {
        for dispatcher in self.failed.values_mut().chain([&mut self.current]) {
            dispatcher.set_now(now);
            dispatcher.stop();
        }
    }

    /// Whether every root context is gone.
    pub fn is_over(&self) -> bool {
        self.dispatchers().all(Dispatcher::is_over)
    }

    /// The streams that have not been forgotten yet.
    pub fn streams(&self) -> usize {
        self.dispatchers().map(Dispatcher::streams).sum()
    }

    /// Whether the present machine has failed.
    pub fn failed(&self) -> bool {
        self.current.failed()
    }

    pub fn reloads(&self) -> Reloads {
        self.reloads
    }

    fn dispatchers(&self) -> impl Iterator<Item = &Dispatcher> {
        self.failed.values().chain([&self.current])
    }
}
