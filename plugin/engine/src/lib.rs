//! The screening engine: everything that postscreen for Envoy decides, and nothing that it does.
//!
//! It is sans-I/O. Bytes, DNS answers, remembered records and the time go in as [`Input`]s; questions, bytes, log
//! lines and verdicts come out as [`Output`]s; [`Session::deadline`] says when to call again. There is no clock, no
//! socket and no global state here, so the same inputs always give the same outputs: in Envoy, in the simulator,
//! in a test.
//!
//! ```
//! use postscreen_engine::{Endpoints, Input, Instant, Now, Output, Policy, Session, Standing};
//! use std::sync::Arc;
//!
//! let policy = Arc::new(Policy::parse(br#"{"greet_action": "drop"}"#).expect("a valid policy"));
//! let endpoints = Endpoints {
//!     client: "203.0.113.9:4711".parse().unwrap(),
//!     server: "198.51.100.1:25".parse().unwrap(),
//! };
//! let now = Now { instant: Instant::from_millis(0), unix: 1_795_000_000 };
//!
//! let mut session = Session::new(policy, endpoints);
//! session.handle(Input::ClientOpened, now);
//! session.handle(Input::Joined(Standing::ALONE), now);
//! session.handle(Input::Remembered(None), now); // never seen before: the greet wait begins
//! let outputs = session.handle(Input::ClientBytes(b"EHLO zombie\r\n"), now);
//! assert!(outputs.contains(&Output::ToClient(b"521 5.5.1 Protocol error\r\n".to_vec())));
//! ```
//!
//! Where to look: [`policy`] is the configuration; `session` walks one client from accept to the end of its screening;
//! [`dnsbl`] asks and scores; [`smtpd`] talks to clients that are not served; [`table`] is the temporary allowlist,
//! [`access`] the permanent one; [`roster`] and [`crowd`] know which sessions are open, over all workers; [`shared`] is
//! where workers meet; [`proxy_header`] reads the PROXY protocol; `explain` tells people why.

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
pub mod crowd;
pub mod dnsbl;
#[cfg(not(target_family = "wasm"))]
pub mod explain;
pub mod io;
pub mod line;
pub mod metric;
pub mod policy;
pub mod proxy_header;
pub mod record;
pub mod reply;
pub mod roster;
pub mod session;
pub mod shared;
pub mod smtpd;
pub mod table;
pub mod throttle;
pub mod time;
mod timer;
pub mod verdict;

pub use crowd::{Crowd, Seat};
pub use io::{DnsFailure, Endpoints, Input, Output, Standing, Upstream};
pub use line::{Line, Repeat, Severity};
pub use metric::{Counter, Gauge};
pub use policy::{Policy, PolicyError};
pub use record::{Record, Test, TestSet};
pub use session::Session;
pub use shared::SharedData;
pub use time::{Instant, Now};
pub use verdict::Verdict;
