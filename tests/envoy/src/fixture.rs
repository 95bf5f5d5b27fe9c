//! Real servers on loopback: each is a process of our own, with its own files, stopped when dropped.

mod backend;
mod bootstrap;
mod envoy;
mod liar;
mod loopback;
mod resolver;
mod scripted;
mod server;
mod zone_files;

use std::collections::BTreeMap;

use postscreen_scenario::Zone;

pub(crate) use backend::Backend;
pub(crate) use bootstrap::{Setup, Upstream};
pub(crate) use envoy::{Envoy, Program};
pub(crate) use liar::{Liar, Lie};
pub(crate) use loopback::Loopback;
pub(crate) use resolver::Resolver;
pub(crate) use scripted::Scripted;
pub(crate) use server::Usage;

/// Questions under way on one HTTP/2 connection. Envoy sends up to 1,024 before the resolver has told its own limit,
/// and unbound resets those above its `http-max-streams`: Envoy and the resolver must agree.
const STREAMS_PER_CONNECTION: u32 = 1_000;

/// What a resolver knows, by domain name in lower case.
pub(crate) type Zones = BTreeMap<String, Zone>;
