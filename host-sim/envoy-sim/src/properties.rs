//! What a module can ask about its stream and about itself, and what it can leave there.
//!
//! The paths are those of Envoy's attributes. Not here are those that this host has no value for: everything about TLS,
//! most of `xds.node`, the address of a host's own echo, and the fields of a declared protobuf or flatbuffer.

mod attributes;
mod filter_state;
mod value;
mod view;

#[cfg(test)]
pub(crate) use filter_state::FILTER_STATE_BYTES_MAX;
pub(crate) use filter_state::{CLUSTER, IDLE_TIMEOUT_MS, Prototype, factory, has_room};
pub(crate) use value::CelValue;
pub(crate) use view::View;

use crate::abi::Status;
use crate::vm::State;

/// The value at `path`, segments separated by NUL; one NUL at the end is tolerated.
pub(crate) fn get(state: &State, path: &[u8]) -> Result<Vec<u8>, Status> {
    if path.is_empty() {
        // Envoy then has a value of no type.
        return Err(Status::SerializationFailure);
    }
    let path = path.strip_suffix(&[0]).unwrap_or(path);
    // What is no text is the name of nothing.
    let segments = path.split(|byte| *byte == 0).map(|segment| str::from_utf8(segment).unwrap_or("\0"));
    let segments: Vec<&str> = segments.collect();
    View::effective(state).find(&segments).ok_or(Status::NotFound)?.wire()
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
