//! `set_envoy_filter_state` and `declare_property`.

use crate::abi::Status;
use crate::abi::proto::Message;
use crate::properties::{self, Prototype};
use crate::vm::State;

/// Bytes of all names that one context may declare. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const DECLARED_BYTES_MAX: usize = 1024 * 1024;
/// What a name costs besides its bytes.
pub(crate) const DECLARED_OVERHEAD_BYTES: usize = 64;

/// `SetEnvoyFilterStateArguments`: 1 is the path, 2 the value, 3 the span. Obeys the effective context, which Envoy
/// does since 1.37. The path names a factory: one that Envoy does not have is `NotFound`, as is no stream.
pub(super) fn set(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let message = Message::parse(message).ok_or(Status::BadArgument)?;
    let path = message.text(1).ok_or(Status::BadArgument)?;
    let value = message.text(2).ok_or(Status::BadArgument)?;
    let object = properties::factory(path, state.settings.profile).ok_or(Status::NotFound)?.make(value)?;
    let connection = state.stream().ok_or(Status::NotFound)?;
    if !properties::has_room(connection, path, object.len()) {
        return Err(Status::InternalFailure);
    }
    connection.filter_state.insert(path.to_owned(), object);
    Ok(None)
}

/// `DeclarePropertyArguments`: 1 is the name, 2 read-only, 3 the type, 4 its schema, 5 the span. `BadArgument` for a
/// name that was declared before.
///
/// It is noted at the context whose callback runs, but `proxy_set_property` looks at the root: a declaration from a
/// stream is accepted and has no effect, as in Envoy.
pub(super) fn declare_property(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let message = Message::parse(message).ok_or(Status::BadArgument)?;
    let name = message.text(1).ok_or(Status::BadArgument)?.as_bytes();
    let context = state.current_context;
    let declared = match (state.streams.get_mut(&context), state.roots.get_mut(&context)) {
        (Some(connection), _) => &mut connection.declared,
        (None, Some(root)) => &mut root.declared,
        (None, None) => return Err(Status::NotFound),
    };
    if declared.contains_key(name) {
        return Err(Status::BadArgument);
    }
    let bytes: usize = declared.keys().map(|name| name.len() + DECLARED_OVERHEAD_BYTES).sum();
    if bytes + name.len() + DECLARED_OVERHEAD_BYTES > DECLARED_BYTES_MAX {
        return Err(Status::InternalFailure);
    }
    declared.insert(name.to_vec(), Prototype { read_only: message.number(2) != 0 });
    Ok(None)
}
