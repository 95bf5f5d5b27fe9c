//! Envoy's attributes of a connection without HTTP.

use std::net::SocketAddr;

use super::{Value, int, text};
use crate::connection::{Connection, UpstreamPhase};
use crate::time::Now;

/// `request.*`: a connection counts as one request, without headers.
pub(super) fn request(connection: &Connection, now: Now, path: &[&str]) -> Option<Value> {
    let received = i64::try_from(connection.proxied.received).unwrap_or(i64::MAX);
    match path {
        [] | ["headers"] => Some(Value::Lookup),
        ["headers_bytes"] => Some(int(0)),
        ["size" | "total_size"] => Some(int(received)),
        ["time"] => {
            let age = now.monotonic.saturating_sub(connection.accepted);
            let started = now.wall.saturating_sub(age).as_nanos();
            Some(int(i64::try_from(started).unwrap_or(i64::MAX)))
        }
        _ => None,
    }
}

/// `response.*`
pub(super) fn response(connection: &Connection, path: &[&str]) -> Option<Value> {
    let sent = i64::try_from(connection.proxied.sent).unwrap_or(i64::MAX);
    match path {
        [] | ["headers" | "trailers"] => Some(Value::Lookup),
        ["headers_bytes" | "flags"] => Some(int(0)),
        ["size" | "total_size"] => Some(int(sent)),
        _ => None,
    }
}

/// `connection.*`
pub(super) fn connection(connection: &Connection, path: &[&str]) -> Option<Value> {
    match path {
        [] => Some(Value::Lookup),
        ["id"] => Some(Value::Leaf(connection.id.0.to_le_bytes().into())),
        ["mtls"] => Some(Value::Leaf(vec![0])),
        ["requested_server_name"] => Some(text("")),
        _ => None,
    }
}

/// `source.*` and `destination.*`
pub(super) fn peer(address: SocketAddr, path: &[&str]) -> Option<Value> {
    match path {
        [] => Some(Value::Lookup),
        ["address"] => Some(text(&address.to_string())),
        ["port"] => Some(int(address.port().into())),
        _ => None,
    }
}

/// `upstream.*`, from the moment `tcp_proxy` has chosen a cluster.
pub(super) fn upstream(connection: &Connection, path: &[&str]) -> Option<Value> {
    let chosen = connection.upstream.phase != UpstreamPhase::Idle;
    match path {
        [] => Some(Value::Lookup),
        ["request_attempt_count"] => Some(Value::Leaf(u64::from(chosen).to_le_bytes().into())),
        ["transport_failure_reason"] => Some(text("")),
        _ => None,
    }
}

/// `metadata.*`: there is never any.
pub(super) fn metadata(path: &[&str]) -> Option<Value> {
    match path {
        [] => Some(Value::EmptyMessage),
        ["filter_metadata" | "typed_filter_metadata"] => Some(Value::Lookup),
        _ => None,
    }
}

/// `xds.*`
pub(super) fn xds(connection: &Connection, path: &[&str]) -> Option<Value> {
    let cluster = connection.upstream.cluster.as_deref();
    match path {
        [] => Some(Value::Lookup),
        ["cluster_name"] => cluster.map(text),
        ["cluster_metadata"] => cluster.map(|_| Value::EmptyMessage),
        ["filter_chain_name"] => Some(text("")),
        ["listener_direction"] => Some(int(0)),
        ["listener_metadata"] => Some(Value::EmptyMessage),
        _ => None,
    }
}
