//! One instance, and how it is called.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use wasmtime::{Export, Func, Instance, Store, Val};

use super::callback::Callback;
use super::failure::Failure;
use super::module::{ALLOCATORS, Module};
use super::state::{Phase, Root, Shared, State};
use crate::abi::is_allowed;
use crate::error::StartError;
use crate::event::{Effect, LogLevel, LogLine, VmId};
use crate::profile::Profile;
use crate::time::Now;
use crate::trace::{Spent, Tap, Watched};

/// An instance of the module with its state. After a trap it is failed for good, and no call reaches it.
pub(crate) struct Machine {
    store: Store<State>,
    callbacks: BTreeMap<Callback, Func>,
    /// What the module is called in messages.
    module: Arc<str>,
    /// The fuel of each call, when the code counts it.
    fuel: Option<u64>,
    /// Why it failed.
    failure: Option<String>,
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
    /// Instantiates `module` and takes it through its start functions. It still lacks a root context.
    pub fn start(module: &Module, id: VmId, shared: &Shared, now: Now) -> Result<Self, StartError> {
        let limit = shared.settings.limits.fuel;
        let code = module.code(&shared.settings).map_err(StartError::Module)?;
        let mut store = Store::new(code.ready.module().engine(), State::new(id, shared, now));
        store.data_mut().version = code.version;
        store.limiter(|state| &mut state.limiter);
        let mut machine = Self {
            store,
            callbacks: BTreeMap::new(),
            module: Arc::clone(&module.name),
            fuel: code.metered.then(|| limit.unwrap_or(u64::MAX)),
            failure: None,
        };
        machine.begin_call();
        match code.ready.instantiate(&mut machine.store) {
            Ok(instance) => machine.initialise(&instance),
            Err(error) => machine.fail("its start function", &error),
        }
        machine.state_mut().phase = Phase::Configure;
        if machine.failed() { Err(machine.trapped()) } else { Ok(machine) }
    }

    /// Finds what the host calls, then calls what runs before anything else.
    fn initialise(&mut self, instance: &Instance) {
        let store = &mut self.store;
        let settings = Rc::clone(&store.data().settings);
        self.callbacks = Callback::ALL
            .into_iter()
            .filter(|callback| is_allowed(&settings, callback.name()))
            .filter_map(|callback| Some((callback, instance.get_func(&mut *store, callback.name())?)))
            .collect();
        // Whatever its name is, as in Envoy.
        let memory = instance.exports(&mut *store).filter_map(Export::into_memory).last();
        store.data_mut().memory = memory;
        let allocator =
            ALLOCATORS.into_iter().find_map(|name| instance.get_typed_func(&mut *store, name).ok());
        store.data_mut().allocate = allocator;
        for (name, args, has_result) in starters(instance, store) {
            if let Some(function) = instance.get_func(&mut self.store, name)
                && !self.failed()
            {
                self.call_func(name, function, args, has_result);
            }
        }
    }

    /// Makes a root context with the configuration in the settings. Returns its number.
    ///
    /// Envoy calls `proxy_on_vm_start` for each of them, not only for the first.
    pub fn add_root(&mut self) -> Result<u32, StartError> {
        let settings = Rc::clone(&self.state().settings);
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
                    let module = self.module.to_string();
                    return Err(StartError::Refused { module, vm, callback, log: self.take_log() });
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
        let (vm, reason) = (self.state().id, self.failure.clone().unwrap_or_default());
        StartError::Trapped { module: self.module.to_string(), vm, reason, log: self.take_log() }
    }

    /// Calls `callback` for `context`. What it deferred is left in the state for the caller to carry out.
    pub fn call(&mut self, context: u32, callback: Callback, args: &[u32]) -> Called {
        if self.failed() {
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
        self.begin_call();
        let mut result = [Val::I32(0)];
        let mut watched = Tap::callback(self.state(), name, args);
        let trap = watched.as_mut().and_then(Watched::trap);
        let values: Vec<Val> = args.iter().map(|arg| Val::I32(arg.cast_signed())).collect();
        let results = &mut result[..usize::from(has_result)];
        let called = trap.map_or_else(|| function.call(&mut self.store, &values, results), Err);
        let called = called.map(|()| result[0].unwrap_i32().cast_unsigned());
        if let Some(watched) = watched {
            watched.callback_ended(called.as_ref().map(|number| has_result.then_some(*number)), self.spent());
        }
        match called {
            Ok(number) => {
                self.end_call();
                Called::Returned(number)
            }
            Err(error) => {
                self.fail(name, &error);
                Called::Failed
            }
        }
    }

    fn begin_call(&mut self) {
        if let Some(fuel) = self.fuel {
            // Fails only for code that does not count fuel.
            let _ = self.store.set_fuel(fuel);
        }
        self.state_mut().begin_call();
    }

    /// What the present call has used so far.
    fn spent(&self) -> Spent {
        let left = || self.store.get_fuel().unwrap_or_default();
        let fuel = self.fuel.map(|begun_with| begun_with.saturating_sub(left()));
        Spent { fuel, allocations: self.state().allocations }
    }

    fn end_call(&mut self) {
        self.state_mut().end_call();
        if let Some(refused) = self.state_mut().limiter.refused_first() {
            let text = format!("{}: {refused}; it goes on without", self.module);
            self.state_mut().log_by_host(LogLevel::Warn, text);
        }
    }

    fn fail(&mut self, function: &str, error: &wasmtime::Error) {
        let refused = self.state().limiter.refused();
        let failure = Failure { function, error, fuel: self.fuel, refused };
        let (headline, details) = (failure.headline(), failure.details(&self.module));
        let state = self.state_mut();
        state.end_call();
        state.effects.push_back(Effect::Trapped { vm: state.id, headline: headline.clone() });
        for text in [&headline].into_iter().chain(&details) {
            state.log_by_host(LogLevel::Critical, text.clone());
        }
        self.failure = Some(headline);
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        let mut log = Vec::new();
        let effects = &mut self.state_mut().effects;
        for effect in std::mem::take(effects) {
            match effect {
                Effect::Log(line) => log.push(line),
                other => effects.push_back(other),
            }
        }
        log
    }

    pub fn failed(&self) -> bool {
        self.failure.is_some()
    }

    pub fn state(&self) -> &State {
        self.store.data()
    }

    pub fn state_mut(&mut self) -> &mut State {
        self.store.data_mut()
    }
}

/// What Envoy calls once: for a reactor `_initialize` and then its main function, for a command `_start`.
fn starters(instance: &Instance, store: &mut Store<State>) -> Vec<(&'static str, &'static [u32], bool)> {
    let mut has = |name| instance.get_func(&mut *store, name).is_some();
    if !has("_initialize") {
        return vec![("_start", &[], false)];
    }
    let main: (_, &[u32], _) = if has("main") { ("main", &[0, 0], true) } else { ("__main_void", &[], true) };
    let known = main.0 == "main" || store.data().settings.profile >= Profile::Envoy1_39;
    [("_initialize", &[][..], false)].into_iter().chain(known.then_some(main)).collect()
}
