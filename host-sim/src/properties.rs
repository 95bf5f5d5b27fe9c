//! What a module can ask about its stream and about itself, and what it can leave there.
//!
//! The paths are those of Envoy's attributes. Not here are those that this host has no value for: `xds.node`, the
//! upstream host's address, port, locality and metadata, everything about TLS, and the fields of a declared protobuf or
//! flatbuffer.

mod attributes;
mod filter_state;

#[cfg(test)]
pub(crate) use filter_state::FILTER_STATE_BYTES_MAX;
pub(crate) use filter_state::{CLUSTER, IDLE_TIMEOUT_MS, Prototype, factory, has_room};

use crate::abi::Status;
use crate::connection::Connection;
use crate::vm::State;

/// A value on the way along a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The end: strings are raw bytes, integers and times eight bytes little-endian, booleans one byte.
    Leaf(Vec<u8>),
    /// A map that only answers questions about its keys; as a whole it is a map without pairs.
    Lookup,
    /// An empty message; as a whole it is no bytes.
    EmptyMessage,
}

/// The value at `path`, segments separated by NUL; one NUL at the end is tolerated.
pub(crate) fn get(state: &mut State, path: &[u8]) -> Result<Vec<u8>, Status> {
    if path.is_empty() {
        // Envoy then has a value of no type.
        return Err(Status::SerializationFailure);
    }
    let path = path.strip_suffix(&[0]).unwrap_or(path);
    let segments: Vec<&[u8]> = path.split(|byte| *byte == 0).collect();
    let value = find(state, &segments).ok_or(Status::NotFound)?;
    Ok(match value {
        Value::Leaf(bytes) => bytes,
        // A whole group of attributes has no form on the wire.
        Value::Lookup if segments.len() == 1 => return Err(Status::SerializationFailure),
        Value::Lookup => vec![0; 4],
        Value::EmptyMessage => Vec::new(),
    })
}

fn find(state: &mut State, segments: &[&[u8]]) -> Option<Value> {
    let settings = std::rc::Rc::clone(&state.settings);
    let now = state.now;
    let names: Vec<&str> = segments.iter().map(|segment| str::from_utf8(segment).unwrap_or("\0")).collect();
    match names[..] {
        ["plugin_name"] => return Some(text(&settings.plugin_name)),
        ["plugin_root_id"] => return Some(text(&settings.root_id)),
        ["plugin_vm_id"] => return Some(text(&settings.vm_id)),
        _ => {}
    }
    let connection = state.stream()?;
    if names == ["connection_id"] {
        return attributes::connection(connection, &["id"]);
    }
    let rest = names.get(1..)?;
    match names[0] {
        "request" => attributes::request(connection, now, rest),
        "response" => attributes::response(connection, rest),
        "connection" => attributes::connection(connection, rest),
        "source" => attributes::peer(connection.client, rest),
        "destination" => attributes::peer(connection.server, rest),
        "upstream" => attributes::upstream(connection, rest),
        "metadata" => attributes::metadata(rest),
        "xds" => attributes::xds(connection, rest),
        "filter_state" => filter_state::find(connection, rest, settings.profile),
        _ => own(connection, segments),
    }
}

/// What `proxy_set_property` stored under this name.
fn own(connection: &Connection, segments: &[&[u8]]) -> Option<Value> {
    let [name] = segments else { return None };
    connection.filter_state.get(&own_key(name)).cloned().map(Value::Leaf)
}

/// Where `proxy_set_property` stores: the path as it was given, so a path of two segments has a NUL in its key.
fn own_key(path: &[u8]) -> String {
    format!("wasm.{}", String::from_utf8_lossy(path))
}

/// `proxy_set_property`: with what `declare_property` said about the name on the root context. `NotFound` without a
/// stream, `BadArgument` when a property that is declared read-only has a value.
pub(crate) fn set(state: &mut State, path: &[u8], value: Vec<u8>) -> Result<(), Status> {
    let root = state.roots.get(&state.root_context());
    let prototype = root.and_then(|root| root.declared.get(path)).copied().unwrap_or_default();
    let connection = state.stream().ok_or(Status::NotFound)?;
    let key = own_key(path);
    if connection.read_only.contains(&key) {
        return Err(Status::BadArgument);
    }
    if !has_room(connection, &key, value.len()) {
        return Err(Status::InternalFailure);
    }
    if prototype.read_only && !connection.filter_state.contains_key(&key) {
        connection.read_only.insert(key.clone());
    }
    connection.filter_state.insert(key, value);
    Ok(())
}

fn text(text: &str) -> Value {
    Value::Leaf(text.into())
}

fn int(number: i64) -> Value {
    Value::Leaf(number.to_le_bytes().into())
}
