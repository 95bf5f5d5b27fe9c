//! What Istio's pilot does with an `EnvoyFilter`, as its documentation has it, so far as we ship such patches: it looks
//! for listeners, filters and clusters by port and name, and merges or adds. A patch that finds nothing is skipped
//! there, and its part is missing without a word; here it is an error.

pub mod plugin;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::merge::merge;
use crate::xds::Xds;

/// The listener of a sidecar, to which everything that comes to the pod is led; a port is one of its filter chains.
const VIRTUAL_INBOUND: &str = "virtualInbound";

/// One of `configPatches`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ConfigPatch {
    apply_to: String,
    r#match: ObjectMatch,
    patch: FilterPatch,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectMatch {
    context: String,
    listener: Option<ListenerMatch>,
    cluster: Option<ClusterMatch>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ListenerMatch {
    name: Option<String>,
    port_number: Option<u16>,
    filter_chain: Option<FilterChainMatch>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterChainMatch {
    filter: FilterMatch,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterMatch {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClusterMatch {
    port_number: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterPatch {
    operation: String,
    value: Value,
}

/// Applies an `EnvoyFilter` to the Envoy of this context: `GATEWAY` or `SIDECAR_INBOUND`.
pub fn apply(xds: &mut Xds, filter: &Value, context: &str) -> Result<()> {
    let patches: Vec<ConfigPatch> = serde_json::from_value(filter["spec"]["configPatches"].clone())?;
    ensure!(!patches.is_empty(), "an EnvoyFilter without patches");
    for (number, patch) in patches.iter().enumerate() {
        let what = || format!("patch {number}: {} of {}", patch.patch.operation, patch.apply_to);
        ensure!(patch.r#match.context == context, "{}: the context is {}", what(), patch.r#match.context);
        let found = patch.apply(xds).with_context(what)?;
        ensure!(found > 0, "{}: it finds nothing", what());
    }
    Ok(())
}

// === impl ConfigPatch ===

impl ConfigPatch {
    /// Says how many places it has found.
    fn apply(&self, xds: &mut Xds) -> Result<usize> {
        let value = &self.patch.value;
        let added = match (self.apply_to.as_str(), self.patch.operation.as_str()) {
            ("LISTENER", "ADD") => &mut xds.listeners,
            ("CLUSTER", "ADD") => &mut xds.clusters,
            ("LISTENER", "MERGE") => {
                return Ok(self.listeners(xds).map(|listener| merge(listener, value)).count());
            }
            ("LISTENER_FILTER", "ADD") => {
                return self.listeners(xds).map(|found| add_filter(found, value)).sum();
            }
            ("NETWORK_FILTER", "MERGE") => return self.merge_filters(xds),
            ("CLUSTER", "MERGE") => return self.merge_clusters(xds),
            _ => bail!("the suite knows no such patch"),
        };
        added.push(value.clone());
        Ok(1)
    }

    /// Listeners by name and by their own port; that of a sidecar has all ports.
    fn listeners<'a>(&'a self, xds: &'a mut Xds) -> impl Iterator<Item = &'a mut Value> {
        let wanted = self.r#match.listener.as_ref();
        let name = wanted.and_then(|wanted| wanted.name.as_deref());
        let port = wanted.and_then(|wanted| wanted.port_number);
        let chains = self.apply_to != "LISTENER";
        xds.listeners.iter_mut().filter(move |listener| {
            let own = &listener["address"]["socket_address"]["port_value"];
            name.is_none_or(|name| listener["name"] == name)
                && port.is_none_or(|port| *own == port || chains && listener["name"] == VIRTUAL_INBOUND)
        })
    }

    fn merge_filters(&self, xds: &mut Xds) -> Result<usize> {
        let wanted = self.r#match.listener.as_ref().context("no listener to match")?;
        let chain = wanted.filter_chain.as_ref().context("no filter to match")?;
        let value = &self.patch.value["typed_config"];
        let mut found = 0;
        for listener in self.listeners(xds) {
            let inbound = listener["name"] == VIRTUAL_INBOUND;
            for place in listener["filter_chains"].as_array_mut().into_iter().flatten() {
                let port = &place["filter_chain_match"]["destination_port"];
                if inbound && wanted.port_number.is_some_and(|wanted| *port != wanted) {
                    continue;
                }
                let filters = place["filters"].as_array_mut().into_iter().flatten();
                for filter in filters.filter(|filter| filter["name"] == chain.filter.name.as_str()) {
                    let there = &mut filter["typed_config"];
                    ensure!(there["@type"] == value["@type"], "the filter is a {}", there["@type"]);
                    merge(there, value);
                    found += 1;
                }
            }
        }
        Ok(found)
    }

    /// Clusters are called `DIRECTION|PORT|SUBSET|HOST`. Of a patch with a transport socket pilot takes nothing else,
    /// and it takes it only where the cluster has no choice of several.
    fn merge_clusters(&self, xds: &mut Xds) -> Result<usize> {
        let wanted = self.r#match.cluster.as_ref().context("no cluster to match")?;
        let port = wanted.port_number.to_string();
        let value = &self.patch.value;
        let of_port = |cluster: &&mut Value| {
            cluster["name"].as_str().and_then(|name| name.split('|').nth(1)) == Some(&port)
        };
        let mut found = 0;
        for cluster in xds.clusters.iter_mut().filter(of_port) {
            if let Some(socket) = value.get("transport_socket") {
                ensure!(value.as_object().is_some_and(|fields| fields.len() == 1), "pilot drops the rest");
                ensure!(cluster.get("transport_socket_matches").is_none(), "pilot drops it");
                ensure!(cluster.get("transport_socket").is_none(), "the suite knows no merged sockets");
                cluster["transport_socket"] = socket.clone();
            } else {
                merge(cluster, value);
            }
            found += 1;
        }
        Ok(found)
    }
}

/// Puts a listener filter after the others.
fn add_filter(listener: &mut Value, filter: &Value) -> Result<usize> {
    let filters = listener["listener_filters"].as_array_mut().context("no listener filters")?;
    filters.push(filter.clone());
    Ok(1)
}

#[cfg(test)]
mod tests;
