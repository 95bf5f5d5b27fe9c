//! A model of Envoy's host for Proxy-Wasm network filters. It behaves as Envoy does, not as the specification hopes.
//!
//! [`Host`] is a state machine in the manner of quinn-proto and str0m: what happens goes in ([`Driven::accept`],
//! [`Input`]), what is to be done comes out ([`Effect`]), and time is a parameter ([`Now`]). It has no socket, no clock
//! and no thread; whoever has them is its driver. [`virtual_time`] is a driver without any either, for tests.
//! [`trace`] shows every call between host and module. Hosts of another kind that are driven in the same way are
//! [`Driven`], too.
//!
//! The chain is `wasm → tcp_proxy`, with the clusters of [`Settings`]. Statuses, the order of callbacks, deferred
//! actions, paused buffers and re-delivery are those of Envoy 1.40, or of an older one: [`Settings::profile`].
//!
//! # Features
//!
//! | feature | what a module finds with it; without it the foreign functions are `NotFound` |
//! | --- | --- |
//! | `cel` | `expr_create`, `expr_evaluate`, `expr_delete` |
//! | `signatures` | `sign`, `verify_signature` |

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod abi;
mod callout;
mod connection;
mod dispatcher;
mod driven;
mod error;
mod event;
#[cfg(feature = "cel")]
mod expressions;
mod host;
mod metrics;
mod profile;
mod properties;
mod settings;
mod shared;
mod time;
pub mod trace;
pub mod virtual_time;
mod vm;
mod wasi;

pub use abi::{AbiFunction, AbiParam, AbiType, AbiVersion, abi_callbacks, abi_functions};
pub use connection::Socket;
pub use dispatcher::{IDLE_TIMEOUT, Reloads};
pub use driven::{Driven, Refusal, Unseen};
pub use error::{ModuleError, StartError};
pub use event::{
    CallId, ConnectionEnd, ConnectionId, DnsAddress, Effect, GrpcEffect, GrpcEvent, GrpcRequest, HeaderMap,
    HttpCall, HttpFailure, Input, LogLevel, LogLine, UpstreamEnds, VmId,
};
pub use host::Host;
pub use metrics::{BUCKET_BOUNDS, Distribution, MetricKind};
pub use profile::{Profile, UnknownProfile};
pub use settings::{
    CONNECT_TIMEOUT, CONNECTION_BUFFER_BYTES_MAX, Cluster, FailurePolicy, HttpCluster, Limits,
    MEMORY_BYTES_MAX, Node, Settings, TcpProxy,
};
pub use time::{Now, Timers};
pub use vm::Module;
