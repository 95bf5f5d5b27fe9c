//! The host for `postscreen.component.wasm`: the same engine behind the typed contract of `wit/screen.wit`.
//!
//! [`ComponentHost`] is a host as [`envoy_sim::Host`] is one: the same inputs, the same effects. What differs is who
//! decides. A [`screen`] gets what happens and says what is to be done: the component in wasmtime ([`Component`]), or
//! the engine itself, which is what the component is compared with. Everything else is this module's: it
//! keeps the client's bytes until they are wanted, asks the resolver, counts, and joins the two connections once a
//! client is served.
//!
//! - [`component`], [`translate`]: a component and its instances, and its types as the engine's;
//! - [`screen`]: what both are, and the engine without a component;
//! - [`dispatcher`]: the event loop of one worker and its clients; [`carry_out`] and [`tcp_proxy`] are its parts.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod carry_out;
mod component;
mod dispatcher;
mod downstream;
mod host;
mod screen;
mod tcp_proxy;
mod translate;

pub use component::{Component, ComponentError};
pub use host::ComponentHost;
pub use screen::{ScreenError, ScreenFault};

/// The types of `wit/screen.wit`, and the calls.
mod bindings {
    #![allow(missing_docs, clippy::pedantic, reason = "generated from the WIT, where the documentation is")]

    wasmtime::component::bindgen!({ world: "screen", path: "../../wit" });

    pub use exports::postscreen::screen::screening as wit;
}
