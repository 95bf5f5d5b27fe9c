//! Real servers on loopback: each is a process of our own, with its own files, stopped when dropped.

mod backend;
mod bootstrap;
mod envoy;
mod liar;
mod loopback;
mod placement;
mod resolver;
mod scripted;
mod server;
mod shipped;
mod zone_files;

use std::collections::BTreeMap;

use postscreen_scenario::Zone;

pub use backend::Backend;
pub use bootstrap::{Setup, Upstream};
pub use envoy::{Envoy, Listener, Program};
pub use liar::{Liar, Lie};
pub use loopback::Loopback;
pub use placement::Placement;
pub use resolver::Resolver;
pub use scripted::Scripted;
pub use server::{Server, Usage};
pub use shipped::{Shipped, ShippedEnvoy};

/// Questions under way on one HTTP/2 connection. Envoy sends up to 1,024 before the resolver has told its own limit,
/// and unbound resets those above its `http-max-streams`: Envoy and the resolver must agree.
const STREAMS_PER_CONNECTION: u32 = 1_000;

/// What a resolver knows, by domain name in lower case.
pub type Zones = BTreeMap<String, Zone>;
