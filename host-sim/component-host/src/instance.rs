//! One instance of a component, with its workers.

use std::num::NonZeroUsize;

use envoy_sim::Limits;
use envoy_sim::Unseen;
use postscreen_engine::{ConnectionId, Input, Instant, Now};
use wasmtime::component::ResourceAny;
use wasmtime::{Store, StoreLimits, StoreLimitsBuilder};

use super::bindings::{Screen as Bound, wit};
use super::component::Component;
use super::screen::{HOST, Screen, ScreenError, ScreenFault, Turn};
use super::translate::{self, GuestCall};

/// An instance that has read its policy. It is one for all workers, because what they share is inside it.
pub(super) struct Instance {
    store: Store<StoreLimits>,
    bound: Bound,
    workers: Vec<ResourceAny>,
    count: NonZeroUsize,
    component: Component,
    limits: Limits,
}

impl Instance {
    /// Instantiates the component, lets it read the configuration, and makes so many workers.
    pub(super) fn start(
        component: &Component,
        json: &[u8],
        count: NonZeroUsize,
        limits: Limits,
    ) -> Result<Self, ScreenError> {
        let memory = StoreLimitsBuilder::new().memory_size(limits.memory_bytes).build();
        let mut store = Store::new(&component.engine, memory);
        store.limiter(|memory| memory);
        refuel(&mut store, limits).map_err(ScreenError::Failed)?;
        let bound = component.ready.instantiate(&mut store);
        let bound = bound.map_err(|error| ScreenError::Failed(fault("its start", &error)))?;
        let component = component.clone();
        let mut instance = Self { store, bound, workers: Vec::new(), count, component, limits };
        let policy = instance.parse(json)?;
        instance.make_workers(policy).and_then(|()| instance.drop(policy)).map_err(ScreenError::Failed)?;
        Ok(instance)
    }

    fn refuel(&mut self) -> Result<(), ScreenFault> {
        refuel(&mut self.store, self.limits)
    }

    /// Lets the component read a configuration.
    fn parse(&mut self, json: &[u8]) -> Result<ResourceAny, ScreenError> {
        self.refuel().map_err(ScreenError::Failed)?;
        let guest = self.bound.postscreen_screen_screening().policy();
        let policy = guest.call_parse(&mut self.store, json);
        let policy = policy.map_err(|error| ScreenError::Failed(fault("policy.parse", &error)))?;
        policy.map_err(|problem| ScreenError::Refused(translate::problem(&problem)))
    }

    fn make_workers(&mut self, policy: ResourceAny) -> Result<(), ScreenFault> {
        for _ in 0..self.count.get() {
            self.refuel()?;
            let guest = self.bound.postscreen_screen_screening().worker();
            let worker = guest.call_constructor(&mut self.store, policy, translate::host(HOST));
            self.workers.push(worker.map_err(|error| fault("worker", &error))?);
        }
        Ok(())
    }

    /// Workers keep what they need of a policy.
    fn drop(&mut self, policy: ResourceAny) -> Result<(), ScreenFault> {
        self.refuel()?;
        policy.resource_drop(&mut self.store).map_err(|error| fault("the end of a policy", &error))
    }

    fn turn(&mut self, worker: ResourceAny, tasks: Vec<wit::Task>) -> Result<Turn, ScreenFault> {
        let tasks = tasks.into_iter().map(translate::task).collect::<Result<_, _>>()?;
        let guest = self.bound.postscreen_screen_screening().worker();
        let deadline = guest.call_deadline(&mut self.store, worker);
        let deadline = deadline.map_err(|error| fault("worker.deadline", &error))?;
        Ok(Turn { tasks, deadline: deadline.map(Instant::from_millis) })
    }
}

impl Screen for Instance {
    fn handle(
        &mut self,
        worker: usize,
        ConnectionId(connection): ConnectionId,
        input: Input<'_>,
        now: Now,
    ) -> Result<Turn, ScreenFault> {
        let Some(worker) = self.workers.get(worker).copied() else { return Ok(Turn::default()) };
        self.refuel()?;
        let guest = self.bound.postscreen_screen_screening().worker();
        let (store, now) = (&mut self.store, translate::now(now));
        let tasks = match translate::call(input) {
            GuestCall::Accept(ends) => guest
                .call_accept(store, worker, connection, ends.as_ref(), now)
                .map_err(|error| fault("worker.accept", &error))?
                .map_err(ScreenFault)?,
            GuestCall::Handle(input) => guest
                .call_handle(store, worker, connection, &input, now)
                .map_err(|error| fault("worker.handle", &error))?,
        };
        self.turn(worker, tasks)
    }

    fn reconfigure(&mut self, json: &[u8], afresh: bool) -> Result<(), ScreenError> {
        if afresh {
            *self = Self::start(&self.component.clone(), json, self.count, self.limits)?;
            return Ok(());
        }
        let policy = self.parse(json)?;
        for worker in self.workers.clone() {
            self.refuel().map_err(ScreenError::Failed)?;
            let guest = self.bound.postscreen_screen_screening().worker();
            let set = guest.call_set_policy(&mut self.store, worker, policy);
            set.map_err(|error| ScreenError::Failed(fault("worker.set-policy", &error)))?;
        }
        self.drop(policy).map_err(ScreenError::Failed)
    }

    fn shared_data(&self, _: &str) -> Result<Option<Vec<u8>>, Unseen> {
        Err(Unseen)
    }
}

/// Its code counts fuel in any case.
fn refuel(store: &mut Store<StoreLimits>, limits: Limits) -> Result<(), ScreenFault> {
    store.set_fuel(limits.fuel.unwrap_or(u64::MAX)).map_err(|error| fault("the fuel", &error))
}

fn fault(place: &str, error: &wasmtime::Error) -> ScreenFault {
    ScreenFault(format!("{place}: {}", error.root_cause()))
}
