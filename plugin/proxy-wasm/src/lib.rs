//! `postscreen.wasm`: the screening engine as a Proxy-Wasm network filter.
//!
//! A thin shell. It carries bytes and time into [`postscreen_engine`] and carries its outputs out; whatever it
//! decides is about Envoy, never about SMTP.
//!
//! | file | job |
//! | --- | --- |
//! | `exports` | the functions that the host calls, for every context of the machine |
//! | `host` | the functions of the host, each wrapped once: a status becomes a `Result`, never a panic |
//! | `root` | one plugin of one worker thread: its connections, its timer, its call-outs |
//! | `carry_out` | what the engine wants done |
//! | `downstream` | one connection that the engine still has to do with |
//! | `lane` | how to hold, serve, refuse and close in the chain `postscreen.wasm → tcp_proxy` |
//! | `doh` | DNS questions as HTTP call-outs |
//! | `shared`, `metrics`, `clock`, `ticker` | what their names say |
//!
//! The `proxy-wasm` SDK is not used: it asks the host for the context of every answer, serialises the same headers for
//! every question, and panics on statuses that Envoy does return.

#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod carry_out;
mod clock;
mod doh;
mod downstream;
mod exports;
mod host;
mod lane;
mod metrics;
mod root;
mod shared;
