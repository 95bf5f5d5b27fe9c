//! The host for `postscreen.component.wasm`: the same engine behind the typed contract of `wit/screen.wit`.
//!
//! [`ComponentHost`] is a host as [`envoy_sim::Host`] is one: the same inputs, the same effects. What differs is who
//! decides. A [`screen`] gets what happens and says what is to be done: the component in wasmtime ([`Component`]), or
//! the engine itself ([`native`]), which is what the component is compared with. Everything else is this module's: it
//! keeps the client's bytes until they are wanted, asks the resolver, counts, and joins the two connections once a
//! client is served.
//!
//! - [`module`], [`instance`], [`translate`]: a component, one of its instances, and its types as the engine's;
//! - [`native`]: the engine without a component;
//! - [`worker`]: one worker and its clients; [`carry_out`], [`pipe`] and [`close`] are its parts.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod bindings;
mod books;
mod carry_out;
mod client;
mod close;
mod error;
mod host;
mod instance;
mod module;
mod native;
mod pipe;
mod resolver;
mod screen;
mod translate;
mod worker;

pub use error::{ComponentError, ScreenError};
pub use host::ComponentHost;
pub use module::Component;
