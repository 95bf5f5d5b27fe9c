//! What Postfix does not have: fields that speak of the host.

use super::numbers;
use serde::Deserialize;
use std::num::NonZeroU32;

/// Who answers DNS questions: a DNS-over-HTTPS server (RFC 8484) behind an Envoy cluster.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "Resolver"))]
#[serde(deny_unknown_fields, default)]
pub struct ResolverSettings {
    /// The name of the Envoy cluster.
    pub cluster: String,
    /// The `:authority` of the requests.
    pub authority: String,
    /// The `:path` of the requests.
    pub path: String,
}

/// The table of temporary passes, shared by all workers of one Envoy.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "Cache"))]
#[serde(deny_unknown_fields, default)]
pub struct CacheSettings {
    /// Size of the table, in buckets of 8 clients each (79 bytes a client).
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1, max = 1_048_576)))]
    #[serde(deserialize_with = "numbers::buckets")]
    pub buckets: NonZeroU32,
}

/// How the host speaks to clients that are refused.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "Lane"))]
#[serde(deny_unknown_fields, default)]
pub struct LaneSettings {
    /// The Envoy cluster that leads to the echo listener.
    pub speaker_cluster: String,
}

impl Default for ResolverSettings {
    fn default() -> Self {
        Self {
            cluster: "resolver".to_owned(),
            authority: "resolver".to_owned(),
            path: "/dns-query".to_owned(),
        }
    }
}

impl Default for CacheSettings {
    /// 65,536 clients, 5.2 MB.
    fn default() -> Self {
        Self { buckets: NonZeroU32::MIN.saturating_add(8_191) }
    }
}

impl Default for LaneSettings {
    fn default() -> Self {
        Self { speaker_cluster: "speaker".to_owned() }
    }
}
