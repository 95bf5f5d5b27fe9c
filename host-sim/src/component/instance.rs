//! One instance of a component, with its sessions.

use std::collections::BTreeMap;

use postscreen_engine::{Endpoints, Input, Instant, Now};
use wasmtime::component::ResourceAny;
use wasmtime::{Store, StoreLimits, StoreLimitsBuilder};

use super::bindings::Screen as Bound;
use super::error::ScreenError;
use super::module::Component;
use super::screen::{Fault, Screen, Turn};
use super::translate;
use crate::{ConnectionId, Limits};

/// What wasmtime asks when an instance wants more.
pub(super) struct Room {
    limits: StoreLimits,
}

/// An instance that has read its policy.
pub(super) struct Instance {
    store: Store<Room>,
    bound: Bound,
    policy: ResourceAny,
    sessions: BTreeMap<ConnectionId, ResourceAny>,
    fuel_per_call: u64,
}

impl Instance {
    /// Instantiates the component and lets it read the configuration.
    pub(super) fn start(component: &Component, json: &[u8], limits: Limits) -> Result<Self, ScreenError> {
        let room = StoreLimitsBuilder::new().memory_size(limits.memory_bytes).build();
        // Its code counts fuel in any case.
        let fuel_per_call = limits.fuel.unwrap_or(u64::MAX);
        let mut store = Store::new(&component.engine, Room { limits: room });
        store.limiter(|room| &mut room.limits);
        let fault = |error| ScreenError::Failed(fault("its start", &error));
        refuel(&mut store, fuel_per_call).map_err(ScreenError::Failed)?;
        let bound = component.ready.instantiate(&mut store).map_err(fault)?;
        refuel(&mut store, fuel_per_call).map_err(ScreenError::Failed)?;
        let policy = bound.postscreen_screen_screening().policy().call_parse(&mut store, json);
        let policy = policy.map_err(fault)?;
        let policy = policy.map_err(|problem| ScreenError::Refused(translate::problem(&problem)))?;
        Ok(Self { store, bound, policy, sessions: BTreeMap::new(), fuel_per_call })
    }

    fn refuel(&mut self) -> Result<(), Fault> {
        refuel(&mut self.store, self.fuel_per_call)
    }
}

impl Screen for Instance {
    fn open(&mut self, connection: ConnectionId, endpoints: Endpoints) -> Result<(), Fault> {
        let (client, server) = (endpoints.client.to_string(), endpoints.server.to_string());
        self.refuel()?;
        let guest = self.bound.postscreen_screen_screening();
        let opened = guest.session().call_open(&mut self.store, self.policy, &client, &server);
        let session = opened.map_err(|error| fault("session.open", &error))?;
        self.sessions.insert(connection, session.map_err(Fault)?);
        Ok(())
    }

    fn handle(&mut self, connection: ConnectionId, input: Input<'_>, now: Now) -> Result<Turn, Fault> {
        let Some(session) = self.sessions.get(&connection).copied() else { return Ok(Turn::default()) };
        self.refuel()?;
        let guest = self.bound.postscreen_screen_screening().session();
        let outputs =
            guest.call_handle(&mut self.store, session, &translate::input(input), translate::now(now));
        let outputs = outputs.map_err(|error| fault("session.handle", &error))?;
        let outputs = outputs.into_iter().map(translate::output).collect::<Result<_, _>>()?;
        let deadline = guest.call_deadline(&mut self.store, session);
        let deadline = deadline.map_err(|error| fault("session.deadline", &error))?;
        let over = guest.call_over(&mut self.store, session);
        let over = over.map_err(|error| fault("session.over", &error))?;
        Ok(Turn { outputs, deadline: deadline.map(Instant::from_millis), over })
    }

    fn forget(&mut self, connection: ConnectionId) -> Result<(), Fault> {
        let Some(session) = self.sessions.remove(&connection) else { return Ok(()) };
        self.refuel()?;
        session.resource_drop(&mut self.store).map_err(|error| fault("the end of a session", &error))
    }
}

fn refuel(store: &mut Store<Room>, fuel: u64) -> Result<(), Fault> {
    store.set_fuel(fuel).map_err(|error| fault("the fuel", &error))
}

fn fault(place: &str, error: &wasmtime::Error) -> Fault {
    Fault(format!("{place}: {}", error.root_cause()))
}
