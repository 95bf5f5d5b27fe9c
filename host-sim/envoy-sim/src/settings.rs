//! What an Envoy configuration would say around the module.

mod failure_policy;
mod limits;

pub use failure_policy::FailurePolicy;
pub use limits::{Limits, MEMORY_BYTES_MAX};

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::event::LogLevel;
use crate::profile::Profile;

/// `per_connection_buffer_limit_bytes`, Envoy's default: a paused connection is not read from above it.
pub const CONNECTION_BUFFER_BYTES_MAX: usize = 1024 * 1024;
/// A cluster's `connect_timeout`, Envoy's default.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The host's configuration. [`Settings::postscreen`] is the inline lane; change fields from there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which Envoy to be.
    pub profile: Profile,
    /// The plugin's name, property `plugin_name`.
    pub plugin_name: String,
    /// Which root context the plugin asks for, property `plugin_root_id`.
    pub root_id: String,
    /// Machines with the same id share their data, property `plugin_vm_id`.
    pub vm_id: String,
    /// Buffer 6, what `proxy_on_vm_start` finds.
    pub vm_configuration: Vec<u8>,
    /// Buffer 7, what `proxy_on_configure` finds: the module's own configuration.
    pub plugin_configuration: Vec<u8>,
    /// `vm_config.environment_variables`.
    pub environment: BTreeMap<String, String>,
    /// What becomes of clients when the machine has failed.
    pub failure_policy: FailurePolicy,
    /// How much a machine may use.
    pub limits: Limits,
    /// `capability_restriction_config.allowed_capabilities`: the host functions and callbacks, by name, that the module
    /// may use. Empty: all of them. Any other host function answers `InternalFailure`, one of WASI `ENOTCAPABLE`; any
    /// other callback is not called.
    pub allowed_capabilities: BTreeSet<String>,
    /// Log lines below it are dropped, and `proxy_get_log_level` answers it.
    pub log_level: LogLevel,
    /// `node` of the bootstrap: who this host is, property `xds.node`.
    pub node: Node,
    /// How many workers, each with a virtual machine of its own; they share data and metrics.
    pub workers: NonZeroUsize,
    /// Where `random_get` and the jitter of reloads start. The same seed gives the same bytes.
    pub seed: u64,
    /// The filter after the module.
    pub tcp_proxy: TcpProxy,
    /// The clusters that `tcp_proxy` can be sent to.
    pub clusters: BTreeMap<String, Cluster>,
    /// The clusters that call-outs may name; any other is `BadArgument`.
    pub http_clusters: BTreeMap<String, HttpCluster>,
}

/// `envoy.config.core.v3.Node`, as far as a configuration names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The host's own name.
    pub id: String,
    /// Which group of hosts it belongs to.
    pub cluster: String,
}

/// `envoy.filters.network.tcp_proxy`, as far as the module can tell the difference.
#[derive(Clone, Debug)]
pub struct TcpProxy {
    /// Where a connection goes unless filter state `envoy.tcp_proxy.cluster` says otherwise.
    pub cluster: String,
    /// `max_early_data_bytes`: `None` disables reads until the upstream connection stands, so that the module sees no
    /// early bytes. At most 1 MiB.
    pub max_early_data_bytes: Option<usize>,
    /// The clusters' `connect_timeout`. In Envoy it is each cluster's own; its default is 5 s.
    pub connect_timeout: Duration,
}

/// What stands behind a cluster's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster {
    /// A server that the driver connects to: [`crate::Effect::Dial`].
    Remote,
    /// An internal listener with the echo filter, reached through a PROXY header of version 1: what is sent on
    /// connect comes straight back. Lives inside the host.
    Speaker,
}

/// What a call-out to a cluster meets at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpCluster {
    /// The call is made: [`crate::Effect::HttpCall`].
    Up,
    /// No healthy host or a circuit breaker: the call fails inline, `InternalFailure`, and no callback follows.
    Down,
}

impl Settings {
    /// The chain `wasm → tcp_proxy` with the clusters `backend`, `speaker` and `resolver`, one worker.
    pub fn postscreen(plugin_configuration: impl Into<Vec<u8>>) -> Self {
        Self {
            profile: Profile::default(),
            plugin_name: "postscreen".into(),
            root_id: "postscreen".into(),
            vm_id: "postscreen".into(),
            vm_configuration: Vec::new(),
            plugin_configuration: plugin_configuration.into(),
            environment: BTreeMap::new(),
            failure_policy: FailurePolicy::default(),
            limits: Limits::default(),
            allowed_capabilities: BTreeSet::new(),
            log_level: LogLevel::Info,
            node: Node::default(),
            workers: NonZeroUsize::MIN,
            seed: 0,
            tcp_proxy: TcpProxy {
                cluster: "backend".into(),
                max_early_data_bytes: Some(8192),
                connect_timeout: CONNECT_TIMEOUT,
            },
            clusters: BTreeMap::from([
                ("backend".into(), Cluster::Remote),
                ("speaker".into(), Cluster::Speaker),
            ]),
            http_clusters: BTreeMap::from([("resolver".into(), HttpCluster::Up)]),
        }
    }
}
