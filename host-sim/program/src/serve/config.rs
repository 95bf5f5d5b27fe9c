//! From the command line to the host's settings.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use envoy_sim::{Cluster, HttpCluster, Settings};
use miette::miette;
use postscreen_scenario::Zones;

use crate::io;

/// Every client on loopback, and short waits.
pub(super) const BUILT_IN_POLICY: &str = include_str!("policy.json");
const BUILT_IN_ZONES: &str = include_str!("zone.yaml");

/// The module's configuration, and what to call it in a diagnostic.
pub(super) struct PolicyText {
    pub name: String,
    pub text: String,
}

pub(super) fn policy(file: Option<&Path>) -> miette::Result<PolicyText> {
    match file {
        Some(file) => {
            let (name, text) = (file.display().to_string(), io::read(file)?);
            not_empty(&text).map_err(|why| miette!("{name}: {why}"))?;
            Ok(PolicyText { name, text })
        }
        None => Ok(PolicyText { name: "built-in configuration".into(), text: BUILT_IN_POLICY.into() }),
    }
}

/// A file with nothing in it is one that somebody is about to write, or that a full disk has cut short. The module
/// would take it for its defaults, and forget whom it must let through.
pub(super) fn not_empty(policy: &str) -> Result<(), &'static str> {
    if policy.trim().is_empty() {
        return Err("the file is empty: expected a JSON object; {} stands for every default");
    }
    Ok(())
}

/// The zones in the file, or else those for trying things out.
pub(super) fn zones(file: Option<&Path>) -> miette::Result<Zones> {
    file.map_or_else(|| io::parse_zones("built-in zones", BUILT_IN_ZONES), io::zones)
}

/// The names that a configuration gives the resolver and the speaker, where it gives any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClusterNames {
    pub resolver: Option<String>,
    pub speaker: Option<String>,
}

pub(super) fn names(policy: &str) -> ClusterNames {
    // What cannot be read here is refused by the module, which says why.
    let json: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
    let name = |pointer: &str| json.pointer(pointer).and_then(|name| name.as_str()).map(str::to_owned);
    ClusterNames { resolver: name("/resolver/cluster"), speaker: name("/lane/speaker_cluster") }
}

/// The inline lane. A configuration may give the resolver and the speaker names of its own, as an Envoy's clusters
/// would have them; here they are the same two things under any name.
pub(super) fn settings(policy: &str, workers: NonZeroUsize, connect_timeout: Duration) -> Settings {
    let mut settings = Settings { workers, ..Settings::postscreen(policy) };
    settings.tcp_proxy.connect_timeout = connect_timeout;
    let names = names(policy);
    if let Some(resolver) = names.resolver {
        settings.http_clusters.insert(resolver, HttpCluster::Up);
    }
    if let Some(speaker) = names.speaker {
        settings.clusters.insert(speaker, Cluster::Speaker);
    }
    settings
}

#[cfg(test)]
mod tests;
