//! One WebAssembly machine as Envoy runs it.

mod callback;
mod failure;
mod limiter;
mod machine;
mod module;
mod state;

pub(crate) use callback::Callback;
#[cfg(test)]
pub(crate) use failure::FRAMES_MAX;
pub(crate) use failure::printable;
pub(crate) use machine::{Called, Machine};
pub use module::Module;
pub(crate) use state::State;
#[cfg(test)]
pub(crate) use state::{DEFERRED_MAX, LOG_BYTES_MAX, LOG_LINES_MAX};

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

#[cfg(feature = "cel")]
use crate::expressions::Expressions;
use crate::metrics::Metrics;
use crate::properties::Prototype;
use crate::settings::Settings;
use crate::shared::{SharedData, SharedQueues};
use crate::trace::Tap;

/// What the machines of one host have in common.
#[derive(Clone)]
pub(crate) struct Shared {
    pub settings: Rc<Settings>,
    pub data: Rc<RefCell<SharedData>>,
    pub queues: Rc<RefCell<SharedQueues>>,
    pub metrics: Rc<RefCell<Metrics>>,
    pub tap: Tap,
}

/// How far a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// In `_initialize` or `_start`.
    Initialize,
    /// In `proxy_on_vm_start` or `proxy_on_configure`.
    Configure,
    Running,
}

/// What a host function leaves to be done when the module has returned. The numbers are contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeferredAction {
    ContinueReading(u32),
    Close(u32),
    DeleteRoot(u32),
    /// A gRPC call or stream failed before it had begun; the numbers are its root context and its token.
    GrpcFailed(u32, u32),
}

/// One root context: there is one for each configuration that new or old streams belong to.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// Zero: no tick.
    pub tick_period: Duration,
    /// `proxy_on_done` answered 0: it lives on until the module calls `proxy_done`.
    pub awaits_done: bool,
    /// The buffer that was looked at last; nothing while it is the answer to a lookup.
    pub looked_at: Option<u32>,
    /// What `declare_property` has declared, by name.
    pub declared: BTreeMap<Vec<u8>, Prototype>,
    #[cfg(feature = "cel")]
    pub expressions: Expressions,
}
