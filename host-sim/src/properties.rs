//! What a module can ask about its stream and about itself.

use std::net::SocketAddr;

use crate::abi::{Fault, Status};
use crate::vm::State;

/// The value at `path`, segments separated by NUL; one NUL at the end is tolerated. Strings are raw bytes, integers
/// eight bytes little-endian, booleans one byte.
pub(crate) fn get(state: &mut State, path: &[u8]) -> Option<Vec<u8>> {
    let path = path.strip_suffix(&[0]).unwrap_or(path);
    let segments: Vec<&str> =
        path.split(|byte| *byte == 0).map(str::from_utf8).collect::<Result<_, _>>().ok()?;
    let settings = &state.settings;
    match segments[..] {
        ["plugin_name"] => return Some(settings.plugin_name.clone().into()),
        ["plugin_root_id"] => return Some(settings.root_id.clone().into()),
        ["plugin_vm_id"] => return Some(settings.vm_id.clone().into()),
        _ => {}
    }
    let connection = state.stream()?;
    match segments[..] {
        ["source", "address"] => Some(connection.client.to_string().into()),
        ["source", "port"] => Some(port(connection.client)),
        ["destination", "address"] => Some(connection.server.to_string().into()),
        ["destination", "port"] => Some(port(connection.server)),
        ["connection", "id"] | ["connection_id"] => Some(connection.id.0.to_le_bytes().into()),
        ["connection", "mtls"] => Some(vec![0]),
        ["xds", "cluster_name"] => connection.upstream.cluster.clone().map(Into::into),
        ["filter_state", key] => connection.filter_state.get(key).cloned(),
        [name] => connection.filter_state.get(&format!("wasm.{name}")).cloned(),
        _ => None,
    }
}

fn port(address: SocketAddr) -> Vec<u8> {
    i64::from(address.port()).to_le_bytes().into()
}

/// The filter state that chooses the cluster.
pub(crate) const CLUSTER: &str = "envoy.tcp_proxy.cluster";
/// The filter state that replaces `tcp_proxy`'s idle timeout, in milliseconds; 0 is none.
pub(crate) const IDLE_TIMEOUT_MS: &str = "envoy.tcp_proxy.per_connection_idle_timeout_ms";

/// Keys whose factory takes any text.
const TEXT_KEYS: [&str; 11] = [
    CLUSTER,
    "envoy.hashable_string",
    "envoy.network.application_protocols",
    "envoy.network.ip",
    "envoy.network.transport_socket.original_dst_address",
    "envoy.network.upstream_server_name",
    "envoy.network.upstream_subject_alt_names",
    "envoy.string",
    "envoy.tcp_proxy.disable_tunneling",
    "envoy.upstream.dynamic_host",
    "envoy.upstream.dynamic_port",
];

/// Whether Envoy has a factory for `key` that takes `value`: else `NotFound` or `BadArgument`.
pub(crate) fn check_filter_state(key: &str, value: &str) -> Result<(), Fault> {
    match key {
        IDLE_TIMEOUT_MS => value.parse::<u64>().map(drop).map_err(|_| Status::BadArgument.into()),
        key if TEXT_KEYS.contains(&key) => Ok(()),
        _ => Err(Status::NotFound.into()),
    }
}
