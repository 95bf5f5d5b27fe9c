//! The types of `wit/screen.wit`, and the calls.

#![allow(missing_docs, clippy::pedantic, reason = "generated from the WIT, where the documentation is")]

wasmtime::component::bindgen!({ world: "screen", path: "../../wit" });

pub use exports::postscreen::screen::screening as wit;
