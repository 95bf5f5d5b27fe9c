//! Envoy's bootstrap for one probe: the JSON of what `ProbeSetup` says.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use crate::probe::{FailurePolicy, ProbePlay};

/// Where Envoy listens, and where it finds the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProbePlaces<'a> {
    pub(super) listener: SocketAddr,
    pub(super) admin: SocketAddr,
    /// The server behind the TCP proxy.
    pub(super) backend: SocketAddr,
    /// The HTTP server.
    pub(super) http: SocketAddr,
    /// Where nobody listens.
    pub(super) nobody: SocketAddr,
    pub(super) module: &'a Path,
}

/// How often Envoy adds up what its threads have counted in histograms.
const STATS_FLUSH: &str = "0.1s";

pub(super) fn bootstrap(probe: &ProbePlay, places: ProbePlaces<'_>) -> Value {
    json!({
        "node": {"id": "node", "cluster": "cluster"},
        "stats_flush_interval": STATS_FLUSH,
        "admin": {"address": address(places.admin)},
        "static_resources": {
            "listeners": [{
                "name": "probe",
                "address": address(places.listener),
                "filter_chains": [{"filters": [wasm(probe, places.module), tcp_proxy(probe)]}],
            }],
            "clusters": [
                cluster("backend", Some(places.backend), false),
                cluster("other", Some(places.backend), false),
                cluster("http", Some(places.http), true),
                cluster("refused", Some(places.nobody), true),
                cluster("empty", None, true),
            ],
        },
    })
}

fn api(name: &str) -> String {
    format!("type.googleapis.com/envoy.extensions.{name}")
}

fn address(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}})
}

fn wasm(probe: &ProbePlay, module: &Path) -> Value {
    let setup = &probe.setup;
    let text =
        |value: &str| json!({"@type": "type.googleapis.com/google.protobuf.StringValue", "value": value});
    let policy = match setup.policy {
        FailurePolicy::Closed => "FAIL_CLOSED",
        FailurePolicy::Open => "FAIL_OPEN",
        FailurePolicy::Reload => "FAIL_RELOAD",
    };
    let mut config = json!({
        "name": "probe",
        "root_id": "root",
        "failure_policy": policy,
        "configuration": text("0123456789"),
        "vm_config": {
            "vm_id": "vm",
            "runtime": "envoy.wasm.runtime.v8",
            "configuration": text(probe.guest()),
            "environment_variables": {"key_values": setup.environment},
            "code": {"local": {"filename": module}},
        },
    });
    if let Some(names) = &setup.allowed {
        let allowed: serde_json::Map<_, _> =
            names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        config["capability_restriction_config"] = json!({"allowed_capabilities": allowed});
    }
    json!({
        "name": "envoy.filters.network.wasm",
        "typed_config": {"@type": api("filters.network.wasm.v3.Wasm"), "config": config},
    })
}

fn tcp_proxy(probe: &ProbePlay) -> Value {
    let mut config = json!({
        "@type": api("filters.network.tcp_proxy.v3.TcpProxy"),
        "stat_prefix": "probe",
        "cluster": "backend",
    });
    if let Some(bytes) = probe.setup.early_data {
        config["max_early_data_bytes"] = json!(bytes);
    }
    json!({"name": "envoy.filters.network.tcp_proxy", "typed_config": config})
}

fn cluster(name: &str, endpoint: Option<SocketAddr>, http2: bool) -> Value {
    let endpoints = endpoint.map(|endpoint| json!({"endpoint": {"address": address(endpoint)}}));
    let mut cluster = json!({
        "name": name,
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": endpoints.into_iter().collect::<Vec<_>>()}],
        },
    });
    if http2 {
        cluster["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": api("upstreams.http.v3.HttpProtocolOptions"),
                "explicit_http_config": {"http2_protocol_options": {}},
            },
        });
    }
    cluster
}
