//! The metrics that there are, and their labels.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use postscreen_engine::metric::{Counter, Family, Gauge, MetricKind};

use super::promql::selectors;
use super::read;
use super::rules::Rules;

/// What Prometheus adds to everything.
const OF_EVERYTHING: [&str; 2] = ["job", "instance"];
/// What a histogram is called there.
const OF_HISTOGRAM: [&str; 3] = ["_bucket", "_sum", "_count"];

/// Envoy's, with their labels, and where its documentation has them.
const ENVOY: [(&str, &[&str], &str); 13] = [
    ("envoy_cluster_membership_healthy", CLUSTER, CLUSTER_STATS),
    ("envoy_cluster_upstream_cx_active", CLUSTER, CLUSTER_STATS),
    ("envoy_cluster_upstream_cx_connect_fail", CLUSTER, CLUSTER_STATS),
    ("envoy_cluster_upstream_cx_total", CLUSTER, CLUSTER_STATS),
    ("envoy_listener_downstream_cx_overflow", &["envoy_listener_address"], LISTENER_STATS),
    ("envoy_listener_downstream_global_cx_overflow", &["envoy_listener_address"], LISTENER_STATS),
    ("envoy_listener_manager_lds_update_rejected", &[], "configuration/listeners/lds"),
    ("envoy_listener_manager_lds_update_success", &[], "configuration/listeners/lds"),
    ("envoy_server_memory_allocated", &[], SERVER_STATS),
    ("envoy_server_memory_physical_size", &[], SERVER_STATS),
    ("envoy_server_total_connections", &[], SERVER_STATS),
    ("envoy_wasm_postscreen_vm_reload_failure", &[], WASM_STATS),
    ("envoy_wasm_postscreen_vm_reload_success", &[], WASM_STATS),
];
const CLUSTER: &[&str] = &["envoy_cluster_name"];
const CLUSTER_STATS: &str = "configuration/upstream/cluster_manager/cluster_stats";
const LISTENER_STATS: &str = "configuration/listeners/stats";
const SERVER_STATS: &str = "configuration/observability/statistics";
const WASM_STATS: &str = "configuration/other_features/wasm";

/// Those of `host-sim serve`, which are all in one file.
const HOST_SIM: [(&str, &[&str]); 9] = [
    ("host_sim_backend_connect_failures_total", &[]),
    ("host_sim_backend_connects_total", &[]),
    ("host_sim_connections_open", &[]),
    ("host_sim_connections_refused_total", &["reason"]),
    ("host_sim_log_lines_lost_total", &[]),
    ("host_sim_machine_reloads_total", &["result"]),
    ("host_sim_reloads_total", &["result"]),
    ("host_sim_resolver_failures_total", &[]),
    ("host_sim_workers_failed", &[]),
];
const HOST_SIM_METRICS: &str = "host-sim/program/src/serve/metrics.rs";

/// By name.
#[derive(Clone, Debug)]
pub struct KnownMetrics(BTreeMap<String, BTreeSet<String>>);

// === impl KnownMetrics ===

impl KnownMetrics {
    /// The engine's and its hosts', and what `rules` record.
    pub fn read(rules: &Rules) -> Result<Self> {
        let host_sim = read(HOST_SIM_METRICS)?;
        for (name, _) in HOST_SIM {
            ensure!(host_sim.contains(&format!("\"{name}\"")), "{HOST_SIM_METRICS} has no {name}");
        }
        let mut known = Self::of_the_engine();
        for (name, labels, page) in ENVOY {
            ensure!(!page.is_empty(), "{name} comes from nowhere");
            known.add(name, labels);
        }
        for (name, labels) in HOST_SIM {
            known.add(name, labels);
        }
        known.add("up", &[]);
        known.add("ALERTS", &["alertname", "alertstate"]);
        for rule in rules.0.iter().filter(|rule| rule.handbook.is_none()) {
            known.add(&rule.name, &[]);
        }
        Ok(known)
    }

    fn of_the_engine() -> Self {
        let mut known = Self(BTreeMap::new());
        let counters = Counter::ALL.iter().map(|counter| counter.name());
        for name in counters.chain(Gauge::ALL.iter().map(|gauge| gauge.name())) {
            known.add(name, &[]);
        }
        for family in Family::ALL {
            if family.kind == MetricKind::Histogram {
                let labels = [family.labels, &["le"]].concat();
                for end in OF_HISTOGRAM {
                    known.add(&format!("{}{end}", family.name), &labels);
                }
            } else {
                known.add(family.name, family.labels);
            }
        }
        known
    }

    fn add(&mut self, name: &str, labels: &[&str]) {
        let labels = labels.iter().chain(&OF_EVERYTHING).map(|&label| label.to_owned());
        self.0.insert(name.to_owned(), labels.collect());
    }

    /// Whether an expression asks for nothing else.
    pub fn check(&self, expr: &str) -> Result<()> {
        for selector in selectors(expr) {
            let name = &selector.name;
            let known = self.0.get(name).with_context(|| format!("nothing is called {name}"))?;
            let unknown = selector.labels.iter().find(|label| !known.contains(*label));
            ensure!(unknown.is_none(), "{name} has no label {}", unknown.map_or("", String::as_str));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
