//! One WebAssembly machine as Envoy runs it.

mod callback;
mod machine;
mod module;
mod state;

pub(crate) use callback::Callback;
pub(crate) use machine::{Called, Machine};
pub use module::Module;
pub(crate) use state::{Action, Phase, ROOT_CONTEXT, Shared, State};
