//! `host-sim serve` on real sockets of 127.0.0.0/8, with small modules: no Wasm target is needed. Every option has a
//! test here.
//!
//! - [`mail`]: through to a mail server, embedded or not;
//! - [`failure`]: when the module fails;
//! - [`crowd`]: many clients, and the limits;
//! - [`listeners`]: where they come in;
//! - [`proxy_protocol`]: who they are;
//! - [`resolver`]: DNS servers of all kinds, scripted in [`dns`];
//! - [`reload`]: another configuration;
//! - [`metrics`]: what Prometheus sees;
//! - [`log`]: the forms of the log;
//! - [`stop`]: how it ends;
//! - [`bad_input`]: what is refused at the start.

mod bad_input;
mod crowd;
mod dns;
mod failure;
mod listeners;
mod log;
mod mail;
mod metrics;
mod program;
mod proxy_protocol;
mod reload;
mod resolver;
mod stop;

/// What the embedded mail server says first.
const BANNER: &str = "220 mx.test ESMTP\r\n";
