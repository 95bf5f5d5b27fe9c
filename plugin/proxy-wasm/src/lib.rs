//! `postscreen.wasm`: the screening engine as a Proxy-Wasm network filter.
//!
//! A thin shell. It carries bytes and time into [`postscreen_engine`] and carries its outputs out; whatever it
//! decides is about Envoy, never about SMTP.
//!
//! | file | job |
//! | --- | --- |
//! | `host` | the host functions, each wrapped once: a status becomes a `Result`, never a panic |
//! | `root` | the plugin: configuration and ticks |
//! | `stream` | one connection's callbacks |
//! | `worker` | all held clients of this worker thread, and the loop around the engine |
//! | `lane` | how to hold, serve, refuse and close in the chain `postscreen.wasm → tcp_proxy` |
//! | `doh` | DNS questions as HTTP call-outs |
//! | `shared` | what all workers share |
//! | `throttle` | warnings at most once a minute, over all workers |
//! | `metrics`, `clock`, `ticker` | what their names say |

#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![expect(missing_docs, reason = "the SDK's macro writes an undocumented entry point")]

mod clock;
mod doh;
mod host;
mod lane;
mod metrics;
mod root;
mod shared;
mod stream;
mod throttle;
mod ticker;
mod worker;

proxy_wasm::main! {{
    // Installs the panic hook too: a panic would say so in Envoy's log.
    proxy_wasm::set_log_level(proxy_wasm::types::LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::<root::Root>::default());
}}
