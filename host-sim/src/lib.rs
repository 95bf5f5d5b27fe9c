//! A host for Proxy-Wasm network filters that behaves as Envoy does, not as the specification hopes.
//!
//! [`Host`] is a state machine in the manner of quinn-proto and str0m: what happens goes in ([`Host::accept`],
//! [`Input`]), what is to be done comes out ([`Effect`]), and time is a parameter ([`Now`]). Three drivers sit on it:
//! the player of scenarios in virtual time (`host-sim run`), which takes any host that is [`Driven`], the server on
//! real sockets (`host-sim serve`), and [`testing`], for tests of any network filter:
//!
//! ```
//! use host_sim::testing::{Backend, Sim};
//!
//! // A module without callbacks lets everybody through.
//! let open_door = r#"(module
//!   (memory (export "memory") 1)
//!   (func (export "proxy_abi_version_0_2_1"))
//!   (func (export "malloc") (param i32) (result i32) (i32.const 1024)))"#;
//! let sim = Sim::wat(open_door).start();
//! sim.backend("backend", Backend::echo());
//! let client = sim.connect("203.0.113.9");
//! client.send("hello");
//! client.assert_received("hello");
//! ```
//!
//! [`trace`] shows every call between host and module, to all three.
//!
//! The chain is `wasm → tcp_proxy`, with the clusters of [`Settings`]. Statuses, the order of callbacks, deferred
//! actions, paused buffers and re-delivery are those of Envoy 1.40, or of an older one: [`Settings::profile`].

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod abi;
mod callout;
pub mod cli;
mod component;
mod connection;
pub mod dns;
mod driven;
mod error;
mod event;
pub mod explain;
mod expressions;
mod host;
pub mod import;
mod metrics;
mod profile;
mod properties;
pub mod run;
pub mod serve;
mod settings;
mod shared_data;
mod shared_queue;
mod speaker;
pub mod testing;
mod time;
mod timers;
pub mod trace;
mod vm;
mod wasi;
mod worker;

pub use abi::{AbiFunction, AbiParam, AbiType, AbiVersion, abi_functions};
pub use component::{Component, ComponentError, ComponentHost, ScreenError, Unseen};
pub use driven::{Driven, Refusal};
pub use error::{ModuleError, StartError};
pub use event::{
    CallId, ConnectionEnd, ConnectionId, DnsAddress, Effect, GrpcEffect, GrpcEvent, GrpcRequest, HeaderMap,
    HttpCall, HttpFailure, Input, LogLevel, LogLine, UpstreamEnds, VmId,
};
pub use host::Host;
pub use profile::{Profile, UnknownProfile};
pub use settings::{
    CONNECTION_BUFFER_BYTES_MAX, Cluster, FailurePolicy, HttpCluster, Limits, MEMORY_BYTES_MAX, Node,
    Settings, TcpProxy,
};
pub use time::Now;
pub use vm::Module;
pub use worker::Reloads;
