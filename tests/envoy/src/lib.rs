//! Real servers on loopback: Envoy with postscreen.wasm, its mail server, its resolver, and clients on real sockets.
//!
//! The suites that need a real Envoy share this crate: the acceptance tests in `main.rs`, and `tests/conformance`.

pub mod client;
pub mod dns;
pub mod fixture;
pub mod http;
pub mod namespace;
pub mod play;
pub mod runner;
