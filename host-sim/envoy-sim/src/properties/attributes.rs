//! Envoy's attributes of a connection without HTTP.

use std::net::SocketAddr;

use super::CelValue;
use crate::abi::proto::put_bytes;
use crate::connection::{Connection, UpstreamPhase};
use crate::settings::Node;
use crate::time::Now;

/// `request.*`: a connection counts as one request, without headers.
pub(super) fn request(connection: &Connection, now: Now, path: &[&str]) -> Option<CelValue> {
    let received = i64::try_from(connection.counted.received).unwrap_or(i64::MAX);
    match path {
        [] => Some(CelValue::Formless),
        ["headers"] => Some(CelValue::lookup()),
        ["headers_bytes"] => Some(CelValue::Int(0)),
        ["size" | "total_size"] => Some(CelValue::Int(received)),
        ["time"] => {
            let age = now.monotonic.saturating_sub(connection.accepted);
            let started = now.wall.saturating_sub(age).as_nanos();
            Some(CelValue::Time(i64::try_from(started).unwrap_or(i64::MAX)))
        }
        _ => None,
    }
}

/// `response.*`
pub(super) fn response(connection: &Connection, path: &[&str]) -> Option<CelValue> {
    let sent = i64::try_from(connection.counted.sent).unwrap_or(i64::MAX);
    match path {
        [] => Some(CelValue::Formless),
        ["headers" | "trailers"] => Some(CelValue::lookup()),
        ["headers_bytes" | "flags"] => Some(CelValue::Int(0)),
        ["size" | "total_size"] => Some(CelValue::Int(sent)),
        _ => None,
    }
}

/// `connection.*`
pub(super) fn connection(connection: &Connection, path: &[&str]) -> Option<CelValue> {
    match path {
        [] => Some(CelValue::Formless),
        ["id"] => Some(CelValue::Uint(connection.id.0)),
        ["mtls"] => Some(CelValue::Bool(false)),
        ["requested_server_name"] => Some(CelValue::text("")),
        _ => None,
    }
}

/// `source.*` and `destination.*`
pub(super) fn peer(address: SocketAddr, path: &[&str]) -> Option<CelValue> {
    match path {
        [] => Some(CelValue::Formless),
        ["address"] => Some(CelValue::Text(address.to_string())),
        ["port"] => Some(CelValue::Int(address.port().into())),
        _ => None,
    }
}

/// `upstream.*`. There is a cluster from the moment `tcp_proxy` has chosen it, and a server when it is connected.
pub(super) fn upstream(connection: &Connection, path: &[&str]) -> Option<CelValue> {
    let upstream = &connection.upstream;
    let chosen = upstream.phase != UpstreamPhase::Idle;
    match path {
        [] => Some(CelValue::Formless),
        ["address"] => upstream.ends.map(|ends| CelValue::Text(ends.server.to_string())),
        ["port"] => upstream.ends.map(|ends| CelValue::Int(ends.server.port().into())),
        ["local_address"] => upstream.ends.map(|ends| CelValue::Text(ends.local.to_string())),
        ["cx_pool_ready_duration"] => {
            let waited = upstream.ready_after?.as_nanos();
            Some(CelValue::Duration(i64::try_from(waited).unwrap_or(i64::MAX)))
        }
        ["locality", rest @ ..] => upstream.ready_after.and_then(|_| locality(rest)),
        // A cluster here is one server.
        ["num_endpoints"] => chosen.then_some(CelValue::Uint(1)),
        ["request_attempt_count"] => Some(CelValue::Uint(chosen.into())),
        ["transport_failure_reason"] => Some(CelValue::text("")),
        _ => None,
    }
}

/// `envoy.config.core.v3.Locality`: nobody says where anything is.
fn locality(path: &[&str]) -> Option<CelValue> {
    match path {
        [] => Some(CelValue::Message(Vec::new())),
        ["region" | "zone" | "sub_zone"] => Some(CelValue::text("")),
        _ => None,
    }
}

/// `metadata.*`: there is never any.
pub(super) fn metadata(path: &[&str]) -> Option<CelValue> {
    match path {
        [] => Some(CelValue::Message(Vec::new())),
        ["filter_metadata" | "typed_filter_metadata"] => Some(CelValue::lookup()),
        _ => None,
    }
}

/// `xds.*`, which root contexts have, too.
pub(super) fn xds(node: &Node, stream: Option<&Connection>, path: &[&str]) -> Option<CelValue> {
    match path {
        [] => return Some(CelValue::Formless),
        ["node", rest @ ..] => return self::node(node, rest),
        _ => {}
    }
    let upstream = &stream?.upstream;
    match path {
        ["cluster_name"] => upstream.cluster.as_deref().map(CelValue::text),
        ["cluster_metadata", rest @ ..] => upstream.cluster.as_ref().and_then(|_| metadata(rest)),
        ["filter_chain_name"] => Some(CelValue::text("")),
        ["listener_direction"] => Some(CelValue::Int(0)),
        ["listener_metadata", rest @ ..] => metadata(rest),
        // There is a server, and it has none.
        ["upstream_host_metadata" | "upstream_host_locality_metadata"] => {
            upstream.ready_after.map(|_| CelValue::Formless)
        }
        _ => None,
    }
}

/// `envoy.config.core.v3.Node`: what the configuration says, and what this host calls itself.
fn node(node: &Node, path: &[&str]) -> Option<CelValue> {
    match path {
        [] => {
            let mut wire = Vec::new();
            put_bytes(&mut wire, 1, node.id.as_bytes());
            put_bytes(&mut wire, 2, node.cluster.as_bytes());
            put_bytes(&mut wire, 6, USER_AGENT.as_bytes());
            Some(CelValue::Message(wire))
        }
        ["id"] => Some(CelValue::text(&node.id)),
        ["cluster"] => Some(CelValue::text(&node.cluster)),
        ["user_agent_name"] => Some(CelValue::text(USER_AGENT)),
        ["locality", rest @ ..] => locality(rest),
        ["metadata"] => Some(CelValue::lookup()),
        _ => None,
    }
}

/// What every Envoy says here.
const USER_AGENT: &str = "envoy";
