//! One WebAssembly machine as Envoy runs it.

mod callback;
mod machine;
mod module;
mod root;
mod state;

pub(crate) use callback::Callback;
pub(crate) use machine::{Called, Machine};
pub use module::Module;
pub(crate) use state::{Action, Phase, Shared, State};
