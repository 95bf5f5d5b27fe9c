//! Numbers that have names.

use super::Value;
use crate::abi::{Handler, HostFunction};

/// `proxy_result_t` of ABI 0.2.1, all of it.
const STATUSES: [&str; 13] = [
    "Ok",
    "NotFound",
    "BadArgument",
    "SerializationFailure",
    "ParseFailure",
    "BadExpression",
    "InvalidMemoryAccess",
    "Empty",
    "CasMismatch",
    "ResultMismatch",
    "InternalFailure",
    "BrokenConnection",
    "Unimplemented",
];

/// `proxy_buffer_type_t`
const BUFFERS: [&str; 9] = [
    "HttpRequestBody",
    "HttpResponseBody",
    "DownstreamData",
    "UpstreamData",
    "HttpCallResponseBody",
    "GrpcReceiveBuffer",
    "VmConfiguration",
    "PluginConfiguration",
    "CallData",
];

/// `proxy_map_type_t`
const MAPS: [&str; 8] = [
    "HttpRequestHeaders",
    "HttpRequestTrailers",
    "HttpResponseHeaders",
    "HttpResponseTrailers",
    "GrpcReceiveInitialMetadata",
    "GrpcReceiveTrailingMetadata",
    "HttpCallResponseHeaders",
    "HttpCallResponseTrailers",
];

const LEVELS: [&str; 6] = ["Trace", "Debug", "Info", "Warn", "Error", "Critical"];
const STREAMS: [&str; 4] = ["Request", "Response", "Downstream", "Upstream"];
const METRICS: [&str; 3] = ["Counter", "Gauge", "Histogram"];
const PEERS: [&str; 3] = ["Unknown", "Local", "Remote"];

/// The value of the parameter `name`: by its own name where the ABI gives it one.
pub(super) fn value(name: &str, number: u32) -> Value {
    let names: &[&'static str] = match name {
        "level" => &LEVELS,
        "buffer" => &BUFFERS,
        "map" => &MAPS,
        "stream" => &STREAMS,
        "kind" => &METRICS,
        "peer" => &PEERS,
        _ => &[],
    };
    let known = names.get(number as usize).copied();
    known.map_or(Value::Number(number.into()), Value::Name)
}

/// What a host function has answered: a status of the ABI by name, anything else by number.
pub(super) fn status(function: &HostFunction, code: u32) -> String {
    match function.handler {
        Handler::Wasi(_) => format!("errno {code}"),
        Handler::NoResult(_) | Handler::Runtime(_) => code.to_string(),
        Handler::Proxy(_) => {
            STATUSES.get(code as usize).map_or_else(|| format!("status {code}"), |name| (*name).to_owned())
        }
    }
}

/// What a callback has answered: for bytes an action, where anything but 0 is Pause; else a truth value.
pub(super) fn answer(callback: &str, number: u32) -> String {
    let action =
        matches!(callback, "proxy_on_new_connection" | "proxy_on_downstream_data" | "proxy_on_upstream_data");
    match (action, number) {
        (true, 0) => "Continue",
        (true, _) => "Pause",
        (false, 0) => "false",
        (false, _) => "true",
    }
    .to_owned()
}

/// The parameters of a callback, in order. The context comes first in all of them.
pub(super) fn parameters(callback: &str) -> &'static [&'static str] {
    match callback {
        "proxy_on_context_create" => &["context", "parent"],
        "proxy_on_vm_start" | "proxy_on_configure" => &["context", "configuration_len"],
        "proxy_on_downstream_data" | "proxy_on_upstream_data" => &["context", "len", "end"],
        "proxy_on_downstream_connection_close" | "proxy_on_upstream_connection_close" => &["context", "peer"],
        "proxy_on_http_call_response" => &["context", "token", "headers", "body_len", "trailers"],
        "proxy_on_queue_ready" => &["context", "queue"],
        "proxy_on_grpc_receive"
        | "proxy_on_grpc_receive_initial_metadata"
        | "proxy_on_grpc_receive_trailing_metadata"
        | "envoy_on_resolve_dns" => &["context", "token", "len"],
        "proxy_on_grpc_close" => &["context", "token", "status"],
        "proxy_on_foreign_function" => &["context", "function", "len"],
        _ => &["context"],
    }
}
