//! Real servers on loopback: each is a process of our own, with its own files, stopped when dropped.

mod bootstrap;
mod dnsbl_resolver;
mod envoy;
mod liar;
mod placement;
mod scripted;
mod server;
mod shipped;
mod smtp_sink;

use std::collections::BTreeMap;

use postscreen_scenario::Zone;

pub use bootstrap::{EnvoySetup, ResolverCluster};
pub use dnsbl_resolver::DnsblResolver;
pub use envoy::{AccessLine, EnvoyFiles, EnvoyProcess, SmtpListener};
pub use liar::{Liar, Lie};
pub use placement::Loopback;
pub use placement::Placement;
pub use scripted::Scripted;
pub use server::{ServerProcess, Usage};
pub use shipped::{Shipped, ShippedEnvoy};
pub use smtp_sink::SmtpSink;

/// Questions under way on one HTTP/2 connection. Envoy sends up to 1,024 before the resolver has told its own limit,
/// and unbound resets those above its `http-max-streams`: Envoy and the resolver must agree.
const STREAMS_PER_CONNECTION: u32 = 1_000;

/// What a resolver knows, by domain name in lower case.
pub type ZoneMap = BTreeMap<String, Zone>;
