//! What an Envoy configuration would say around the module.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::event::LogLevel;
use crate::profile::Profile;

/// `per_connection_buffer_limit_bytes`, Envoy's default: a paused connection is not read from above it.
pub const CONNECTION_BUFFER_BYTES_MAX: usize = 1024 * 1024;
/// A cluster's `connect_timeout`, Envoy's default.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What Envoy's V8 gives a machine, in bytes.
pub const MEMORY_BYTES_MAX: usize = 1024 * 1024 * 1024;

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

/// What becomes of clients when the machine of their worker has failed: `failure_policy` of the plugin, and the field
/// that was there before it.
///
/// Whatever it is: a machine that trapped is called no more and does not tick, so a client that is held and stays
/// silent hangs. It is the clients that come or say something who meet the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// `FAIL_CLOSED`: a new client is closed at once, an old one at its next event.
    #[default]
    FailClosed,
    /// `FAIL_OPEN`: a new client is served as if there were no filter, an old one is closed at its next event.
    FailOpen,
    /// `FAIL_RELOAD`: a new client gets a new machine, unless the last one was made a short time ago; then it is
    /// closed at once. An old client is closed at its next event.
    FailReload {
        /// `reload_config.backoff.base_interval`. The time between two machines is drawn anew for each client, between
        /// this and half as much again.
        base_interval: Duration,
    },
    /// The older field `fail_open: true`: a new client is served as if there were no filter, and so is an old one from
    /// its next event on.
    LegacyFailOpen,
}

impl FailurePolicy {
    /// `FAIL_RELOAD` with Envoy's default of one second.
    pub const FAIL_RELOAD: Self = Self::FailReload { base_interval: Duration::from_secs(1) };

    /// What a reload must wait for since the last one, or `None` when there are no reloads.
    pub(crate) fn reload_interval(self, random: &mut fastrand::Rng) -> Option<Duration> {
        let Self::FailReload { base_interval } = self else { return None };
        let base = u64::try_from(base_interval.as_millis()).unwrap_or(u64::MAX);
        let jitter = random.u64(0..(base / 2).max(1));
        Some(Duration::from_millis(base.saturating_add(jitter)))
    }

    /// Whether a new client is served while the machine has failed.
    pub(crate) fn admits_without_filter(self) -> bool {
        matches!(self, Self::FailOpen | Self::LegacyFailOpen)
    }
}

/// How much every machine of a host may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most fuel that one call into the module may use, about one unit for each instruction; a call that wants
    /// more is a trap. It is the same amount at the same place each time, so a play stays repeatable, which a limit in
    /// seconds would not.
    ///
    /// `None`: a call may take for ever, as in Envoy. A module loaded with [`crate::Module::metered_from_file`] can be
    /// limited at once; any other is compiled a second time when the first host with a limit starts.
    pub fuel: Option<u64>,
    /// The most bytes that the memory of one machine may have. To grow beyond is refused, which ends most modules in a
    /// trap.
    pub memory_bytes: usize,
}

impl Default for Limits {
    /// Envoy's: time without end, and [`MEMORY_BYTES_MAX`].
    fn default() -> Self {
        Self { fuel: None, memory_bytes: MEMORY_BYTES_MAX }
    }
}

#[cfg(test)]
mod tests;
