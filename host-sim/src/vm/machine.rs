//! One instance, and how it is called.

use std::collections::BTreeMap;

use wasmtime::{Func, Store, Val};

use super::callback::Callback;
use super::module::Module;
use super::root::Root;
use super::state::{Phase, Shared, State};
use crate::error::StartError;
use crate::event::{Effect, LogLevel, LogLine, VmId};
use crate::time::Now;
use crate::trace::{Watch, Watched};

/// An instance of the module with its state. After a trap it is failed for good, and no call reaches it.
pub(crate) struct Machine {
    store: Store<State>,
    callbacks: BTreeMap<Callback, Func>,
    failed: bool,
}

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    /// The module returned; 0 when the callback has no result.
    Returned(u32),
    /// The module has no such callback.
    Missing,
    /// It trapped, now or earlier.
    Failed,
}

impl Machine {
    /// Instantiates `module` and takes it through `_initialize`. It still lacks a root context.
    pub fn start(module: &Module, id: VmId, shared: &Shared, now: Now) -> Result<Self, StartError> {
        let mut store = Store::new(module.ready.module().engine(), State::new(id, shared, now));
        let mut machine = match module.ready.instantiate(&mut store) {
            Ok(instance) => {
                let callbacks = Callback::ALL
                    .into_iter()
                    .filter_map(|callback| Some((callback, instance.get_func(&mut store, callback.name())?)))
                    .collect();
                store.data_mut().memory = instance.get_memory(&mut store, "memory");
                // Envoy looks for malloc first.
                let allocator = ["malloc", "proxy_on_memory_allocate"]
                    .into_iter()
                    .find_map(|name| instance.get_typed_func(&mut store, name).ok());
                store.data_mut().allocate = allocator;
                let mut machine = Self { store, callbacks, failed: false };
                let starter = ["_initialize", "_start"]
                    .into_iter()
                    .find_map(|name| Some((name, instance.get_func(&mut machine.store, name)?)));
                if let Some((name, starter)) = starter {
                    machine.call_func(name, starter, &[], false);
                }
                machine
            }
            Err(error) => {
                let mut machine = Self { store, callbacks: BTreeMap::new(), failed: false };
                machine.fail("its start function", &error);
                machine
            }
        };
        machine.state_mut().phase = Phase::Configure;
        if machine.failed { Err(machine.trapped()) } else { Ok(machine) }
    }

    /// Makes a root context with the configuration in the settings. Returns its number.
    ///
    /// Envoy calls `proxy_on_vm_start` for each of them, not only for the first.
    pub fn add_root(&mut self) -> Result<u32, StartError> {
        let settings = std::rc::Rc::clone(&self.state().settings);
        let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let root = self.state_mut().allocate_context();
        self.state_mut().roots.insert(root, Root::default());
        for (callback, argument, configuring) in [
            (Callback::ContextCreate, 0, true),
            (Callback::VmStart, len(&settings.vm_configuration), false),
            (Callback::Configure, len(&settings.plugin_configuration), true),
        ] {
            self.state_mut().configuring = configuring;
            let called = self.call(root, callback, &[root, argument]);
            self.state_mut().configuring = false;
            match called {
                Called::Returned(0) if callback != Callback::ContextCreate => {
                    let (vm, callback) = (self.state().id, callback.name());
                    return Err(StartError::Refused { vm, callback, log: self.take_log() });
                }
                Called::Returned(_) | Called::Missing => {}
                Called::Failed => return Err(self.trapped()),
            }
        }
        self.state_mut().phase = Phase::Running;
        Ok(root)
    }

    /// The error for a machine that trapped while it started.
    fn trapped(&mut self) -> StartError {
        let log = self.take_log();
        let reason = log.last().map(|line| line.text.clone()).unwrap_or_default();
        StartError::Trapped { vm: self.state().id, reason, log }
    }

    /// Calls `callback` for `context`. What it deferred is left in the state for the caller to carry out.
    pub fn call(&mut self, context: u32, callback: Callback, args: &[u32]) -> Called {
        if self.failed {
            return Called::Failed;
        }
        let Some(function) = self.callbacks.get(&callback).copied() else { return Called::Missing };
        let state = self.state_mut();
        // An action may call while another callback's frame is being unwound: give its contexts back after.
        let before = (state.current_context, state.effective_context);
        (state.current_context, state.effective_context) = (context, None);
        let called = self.call_func(callback.name(), function, args, callback.signature().2);
        let state = self.state_mut();
        (state.current_context, state.effective_context) = before;
        called
    }

    fn call_func(&mut self, name: &str, function: Func, args: &[u32], has_result: bool) -> Called {
        let mut result = [Val::I32(0)];
        let mut watched = Watch::callback(self.state(), name, args);
        let trap = watched.as_mut().and_then(Watched::trap);
        let values: Vec<Val> = args.iter().map(|arg| Val::I32(arg.cast_signed())).collect();
        let results = &mut result[..usize::from(has_result)];
        let called = trap.map_or_else(|| function.call(&mut self.store, &values, results), Err);
        let called = called.map(|()| result[0].unwrap_i32().cast_unsigned());
        if let Some(watched) = watched {
            watched.callback_ended(called.as_ref().map(|number| has_result.then_some(*number)));
        }
        match called {
            Ok(number) => Called::Returned(number),
            Err(error) => {
                self.fail(name, &error);
                Called::Failed
            }
        }
    }

    fn fail(&mut self, name: &str, error: &wasmtime::Error) {
        self.failed = true;
        let text = format!("Function: {name} failed: {}", error.root_cause());
        self.state_mut().log_by_host(LogLevel::Critical, text);
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        let effects = self.state_mut().effects.drain(..);
        effects.filter_map(|effect| if let Effect::Log(line) = effect { Some(line) } else { None }).collect()
    }

    pub fn failed(&self) -> bool {
        self.failed
    }

    pub fn state(&self) -> &State {
        self.store.data()
    }

    pub fn state_mut(&mut self) -> &mut State {
        self.store.data_mut()
    }
}
