//! Filter state: objects that outlive a callback, by key.
//!
//! The filter state of a network connection has one level, so the life span that a module asks for makes no difference;
//! all that a module stores is mutable, so nothing conflicts.

use std::net::{IpAddr, SocketAddr};

use super::CelValue;
use crate::abi::Status;
use crate::connection::Connection;
use crate::profile::Profile;

/// Bytes of keys and values in one connection's filter state. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const FILTER_STATE_BYTES_MAX: usize = 1024 * 1024;

/// The filter state that chooses the cluster.
pub(crate) const CLUSTER: &str = "envoy.tcp_proxy.cluster";
/// The filter state that replaces `tcp_proxy`'s idle timeout, in milliseconds; 0 is none.
pub(crate) const IDLE_TIMEOUT_MS: &str = "envoy.tcp_proxy.per_connection_idle_timeout_ms";

/// What a factory makes of the bytes that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectFactory {
    /// Any text.
    Text,
    /// `true` is true, all else false.
    Bool,
    /// A number below 2³².
    U32,
    /// A number below 2⁶⁴.
    U64,
    /// An IP address.
    Ip,
    /// An IP address with a port.
    Address,
}

/// The factories that Envoy registers and that a network filter has a use for.
const FACTORIES: [(&str, ObjectFactory); 15] = [
    (CLUSTER, ObjectFactory::Text),
    (IDLE_TIMEOUT_MS, ObjectFactory::U64),
    ("envoy.tcp_proxy.disable_tunneling", ObjectFactory::Bool),
    (HASHABLE_STRING, ObjectFactory::Text),
    ("envoy.string", ObjectFactory::Text),
    ("envoy.network.application_protocols", ObjectFactory::Text),
    ("envoy.network.upstream_server_name", ObjectFactory::Text),
    ("envoy.network.upstream_subject_alt_names", ObjectFactory::Text),
    ("envoy.network.ip", ObjectFactory::Ip),
    ("envoy.network.transport_socket.original_dst_address", ObjectFactory::Address),
    ("envoy.filters.listener.original_dst.local_ip", ObjectFactory::Address),
    ("envoy.filters.listener.original_dst.remote_ip", ObjectFactory::Address),
    ("envoy.ratelimit.hits_addend", ObjectFactory::U32),
    ("envoy.upstream.dynamic_host", ObjectFactory::Text),
    ("envoy.upstream.dynamic_port", ObjectFactory::U32),
];

/// A factory that came with 1.38.
const HASHABLE_STRING: &str = "envoy.hashable_string";
/// Objects that Envoy cannot write down again; the second one until 1.37.
const UNREADABLE: [&str; 2] =
    ["envoy.network.application_protocols", "envoy.network.upstream_subject_alt_names"];

/// The factory of this key; `None`: Envoy has none.
pub(crate) fn factory(key: &str, profile: Profile) -> Option<ObjectFactory> {
    if key == HASHABLE_STRING && profile < Profile::Envoy1_38 {
        return None;
    }
    FACTORIES.iter().find(|(known, _)| *known == key).map(|(_, kind)| *kind)
}

fn is_readable(key: &str, profile: Profile) -> bool {
    let [never, of_late] = UNREADABLE;
    key != never && (key != of_late || profile >= Profile::Envoy1_38)
}

impl ObjectFactory {
    /// The object made of `value`, in the form in which it is read back; `BadArgument` when the factory refuses it.
    pub fn make(self, value: &str) -> Result<Vec<u8>, Status> {
        let object = match self {
            Self::Text => Some(value.to_owned()),
            Self::Bool => Some((value == "true").to_string()),
            Self::U32 => number::<u32>(value).map(|number| number.to_string()),
            Self::U64 => number::<u64>(value).map(|number| number.to_string()),
            Self::Ip => value.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 0).to_string()),
            Self::Address => value.parse::<SocketAddr>().ok().map(|address| address.to_string()),
        };
        object.map(String::into_bytes).ok_or(Status::BadArgument)
    }
}

/// A decimal number; as in Abseil, white space around it and a plus sign before it are allowed.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.trim_ascii().parse().ok()
}

/// `filter_state.*`: what a module stored, and what factories made. Addresses are maps of `ip` and `port`.
pub(super) fn find(connection: &Connection, path: &[&str], profile: Profile) -> Option<CelValue> {
    let [key, field @ ..] = path else { return Some(CelValue::Formless) };
    if !is_readable(key, profile) {
        return None;
    }
    let object = connection.filter_state.get(*key)?;
    let address = match factory(key, profile) {
        Some(ObjectFactory::Address) => str::from_utf8(object).ok()?.parse::<SocketAddr>().ok(),
        _ => None,
    };
    match (field, address) {
        ([], None) => Some(CelValue::Bytes(object.clone())),
        ([], Some(_)) => Some(CelValue::lookup()),
        (["ip"], Some(address)) => Some(CelValue::Text(address.ip().to_string())),
        (["port"], Some(address)) => Some(CelValue::Int(address.port().into())),
        _ => None,
    }
}

/// Whether the connection's filter state can take `len` bytes under `key`, in place of what is there.
pub(crate) fn has_room(connection: &Connection, key: &str, len: usize) -> bool {
    let others = connection.filter_state.iter().filter(|(present, _)| *present != key);
    let bytes: usize = others.map(|(key, value)| key.len() + value.len()).sum();
    bytes.saturating_add(key.len()).saturating_add(len) <= FILTER_STATE_BYTES_MAX
}

#[cfg(test)]
mod tests;
