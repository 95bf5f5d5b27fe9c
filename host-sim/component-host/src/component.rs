//! A component that has been checked and compiled, and its instances, each with its workers.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use envoy_sim::{Limits, Unseen};
use postscreen_engine::{ConnectionId, Input, Instant, Now};
use wasmtime::component::{Linker, ResourceAny};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder, component};

use super::bindings::{Screen as Bound, ScreenPre, wit};
use super::screen::{HOST, Screen, ScreenError, ScreenFault, Turn};
use super::translate::{self, GuestCall};

/// How a WebAssembly file begins that is no component.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Why a file is no component for this host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// The file cannot be read.
    #[error("cannot read the component {}: {reason} (`cargo xtask wasm` builds it)", path.display())]
    Read {
        /// As it was given.
        path: PathBuf,
        /// The system's reason; no `source`, since the message has it already.
        reason: std::io::Error,
    },
    /// Not a WebAssembly component: something else, a plain module, or an invalid one.
    #[error("{name} is not a WebAssembly component: {reason}")]
    NotComponent {
        /// The component's name, mostly its path.
        name: String,
        /// The validator's reason.
        reason: String,
    },
    /// It wants something from its host, and this contract has no imports.
    #[error("{name} imports {}: expected a component that imports nothing", imports.join(", "))]
    Imports {
        /// The component's name.
        name: String,
        /// What it imports.
        imports: Vec<String>,
    },
    /// Its exports are not those of `wit/screen.wit`.
    #[error("{name} does not export postscreen:screen/screening as wit/screen.wit has it: {reason}")]
    Exports {
        /// The component's name.
        name: String,
        /// What is missing, or has another type.
        reason: String,
    },
}

/// A component of the world `screen`, compiled. One is enough for any number of hosts.
#[derive(Clone)]
pub struct Component {
    pub(super) engine: Engine,
    pub(super) ready: ScreenPre<StoreLimits>,
}

impl Component {
    /// Reads and compiles the file at `path`.
    ///
    /// # Errors
    /// [`ComponentError`] says whether it is the file, its format, its imports or its exports.
    pub fn from_file(path: &Path) -> Result<Self, ComponentError> {
        let bytes =
            std::fs::read(path).map_err(|reason| ComponentError::Read { path: path.to_owned(), reason })?;
        Self::from_bytes(path.display().to_string(), &bytes)
    }

    /// Compiles `bytes`, binary or in the text format; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Component::from_file`].
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, ComponentError> {
        let name = name.into();
        if bytes.starts_with(CORE_MODULE) {
            let reason =
                "it is a core module; expected what `cargo xtask wasm` makes of it for hosts of components";
            return Err(ComponentError::NotComponent { name, reason: reason.into() });
        }
        let not_component = |error: wasmtime::Error| ComponentError::NotComponent {
            name: name.clone(),
            reason: format!("{error:#}"),
        };
        // Not-a-number has many bit patterns; the same inputs must give the same one.
        let mut config = Config::new();
        config.cranelift_nan_canonicalization(true).consume_fuel(true);
        let engine = Engine::new(&config).map_err(not_component)?;
        let component = component::Component::new(&engine, bytes).map_err(not_component)?;
        let types = component.component_type();
        let imports: Vec<_> = types.imports(&engine).map(|(import, _)| import.to_owned()).collect();
        if !imports.is_empty() {
            return Err(ComponentError::Imports { name, imports });
        }
        let exports = |error: wasmtime::Error| ComponentError::Exports {
            name: name.clone(),
            reason: format!("{error:#}"),
        };
        let ready = Linker::new(&engine).instantiate_pre(&component).and_then(ScreenPre::new);
        Ok(Self { engine, ready: ready.map_err(exports)? })
    }
}

/// An instance that has read its policy. It is one for all workers, because what they share is inside it.
pub(super) struct Instance {
    store: Store<StoreLimits>,
    bound: Bound,
    workers: Vec<ResourceAny>,
    /// What is measured under the policies that there have been.
    metrics: BTreeSet<String>,
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
        let mut instance =
            Self { store, bound, workers: Vec::new(), metrics: BTreeSet::new(), count, component, limits };
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
        let policy = policy.map_err(|problem| ScreenError::Refused(translate::problem(&problem)))?;
        let metrics = guest.call_metrics(&mut self.store, policy);
        let metrics = metrics.map_err(|error| ScreenError::Failed(fault("policy.metrics", &error)))?;
        self.metrics.extend(metrics.into_iter().map(|metric| metric.name));
        Ok(policy)
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
        let task = |task| translate::task(task, &self.metrics);
        let tasks = tasks.into_iter().map(task).collect::<Result<_, _>>()?;
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

    fn metrics(&self) -> Vec<String> {
        self.metrics.iter().cloned().collect()
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

#[cfg(test)]
mod tests;
