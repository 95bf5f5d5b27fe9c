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
#[cfg(test)]
pub(crate) use state::{DEFERRED_MAX, LOG_BYTES_MAX, LOG_LINES_MAX};
pub(crate) use state::{DeferredAction, Phase, Shared, State};
