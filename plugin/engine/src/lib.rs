//! The screening engine: everything that postscreen for Envoy decides, and nothing that it does.
//!
//! It is sans-I/O. Connections, bytes, DNS answers and the time go into a [`Worker`] as [`Input`]s; questions, bytes,
//! log lines and verdicts come out as [`Task`]s; [`Worker::deadline`] says when to call again. There is no clock, no
//! socket and no global state here, so the same inputs always give the same outputs: in Envoy, in the simulator, in a
//! test.
//!
//! ```
//! use postscreen_engine::{ConnectionId, Endpoints, HostTraits, Input, Instant, Now, Output, Policy, Worker};
//! use postscreen_engine::shared::Memory;
//! use std::sync::Arc;
//!
//! let policy = Arc::new(Policy::parse(br#"{"greet_action": "drop"}"#).expect("a valid policy"));
//! let endpoints = Endpoints {
//!     client: "203.0.113.9:4711".parse().unwrap(),
//!     server: "198.51.100.1:25".parse().unwrap(),
//! };
//! let now = Now { instant: Instant::from_millis(0), unix: 1_795_000_000 };
//!
//! let host = HostTraits { teases: true, hash_key: *b"drawn at random." };
//! let mut worker = Worker::new(Memory::default(), policy, host);
//! let client = ConnectionId(1);
//! // Never seen before: the greet wait begins.
//! worker.handle(client, Input::ClientOpened(Some(endpoints)), now);
//! let tasks = worker.handle(client, Input::ClientBytes(b"EHLO zombie\r\n"), now);
//! assert!(tasks.iter().any(|task| task.output == Output::ToClient(b"521 5.5.1 Protocol error\r\n".to_vec())));
//! assert!(!worker.has(client), "there is nothing more to do about it");
//! ```
//!
//! Where to look: [`policy`] is the configuration; [`worker`] has all sessions of a worker; [`session`] walks one
//! client from accept to the end of its screening; [`dnsbl`] asks and scores, and [`lookups`] asks once for all
//! sessions of a client, and [`watch`] whether the lists are well; [`senders`] finds out whom big senders vouch for, by
//! their [`spf`] records, for which [`dns`] asks; [`smtpd`] talks to clients that are not served; [`registry`] knows
//! which sessions are open and who has passed (the temporary allowlist), over all workers; [`access`] is the permanent
//! allowlist; [`shared`] is where workers meet; [`proxy_header`] reads the PROXY protocol; `explain` tells people why,
//! `advice` what to change, and `difference` what a change means.

#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![forbid(unsafe_code)]

pub mod access;
#[cfg(not(target_family = "wasm"))]
pub mod advice;
pub mod client_record;
#[cfg(not(target_family = "wasm"))]
pub mod difference;
pub mod dns;
pub mod dnsbl;
#[cfg(not(target_family = "wasm"))]
pub mod explain;
pub mod io;
pub mod line;
pub mod lookups;
pub mod metric;
pub mod policy;
pub mod proxy_header;
pub mod questions;
pub mod record;
pub mod registry;
#[cfg(not(target_family = "wasm"))]
pub mod replay;
pub mod reply;
pub mod senders;
pub mod session;
pub mod shared;
pub mod smtpd;
pub mod spf;
pub mod time;
pub mod verdict;
pub mod watch;
mod word;
pub mod worker;

pub use io::{ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Output, Task};
pub use line::{Line, Severity};
pub use metric::{Counter, Gauge, MetricKind, SeriesName};
pub use policy::{Policy, PolicyError};
pub use record::{Record, Test, TestSet};
pub use shared::SharedData;
pub use time::{Instant, Now};
pub use verdict::Verdict;
pub use worker::Worker;
