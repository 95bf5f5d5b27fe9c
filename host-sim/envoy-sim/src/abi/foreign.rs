//! Envoy's foreign functions: filter state, compression, and behind features expressions and signatures.

#[cfg(feature = "signatures")]
mod signature;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::proto::Message;
use super::{Args, Guest, HostCallError, Status};
use crate::connection::Prototype;
use crate::properties;
use crate::vm::State;

/// What a foreign function is: from the module's message to the result, if it has one.
type Function = fn(&mut State, &[u8]) -> Result<Option<Vec<u8>>, Status>;

/// Those that Envoy registers, as far as this model was built with them.
const FUNCTIONS: &[(&str, Function)] = &[
    ("clear_route_cache", |_, _| Ok(None)),
    ("compress", |_, message| compress(message)),
    ("declare_property", declare_property),
    #[cfg(feature = "cel")]
    ("expr_create", expression::create),
    #[cfg(feature = "cel")]
    ("expr_delete", expression::delete),
    #[cfg(feature = "cel")]
    ("expr_evaluate", expression::evaluate),
    ("set_envoy_filter_state", set_filter_state),
    #[cfg(feature = "signatures")]
    ("sign", |_, message| signature::sign(message)),
    ("uncompress", |_, message| uncompress(message)),
    #[cfg(feature = "signatures")]
    ("verify_signature", |_, message| signature::verify(message)),
];

/// `proxy_call_foreign_function`: `NotFound` for a name that Envoy does not know. Without a result, and after a
/// failure, address and length are 0; a result without bytes has an address. An output whose own address is 0 is not
/// written.
pub(super) fn call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(0), args.u32(1))?;
    let message = guest.bytes(args.u32(2), args.u32(3))?;
    let function = FUNCTIONS.iter().find(|(known, _)| *known == name).ok_or(Status::NotFound)?;
    let (result, status) = match function.1(guest.state(), &message) {
        Ok(result) => (result, Status::Ok),
        Err(status) => (None, status),
    };
    let (ptr_out, len_out) = (args.u32(4), args.u32(5));
    if ptr_out != 0 {
        let ptr = result.as_ref().map_or(Ok(0), |result| guest.place(result))?;
        guest.write_u32(ptr_out, ptr)?;
    }
    if len_out != 0 {
        let len = u32::try_from(result.unwrap_or_default().len()).map_err(|_| Status::InvalidMemoryAccess)?;
        guest.write_u32(len_out, len)?;
    }
    if status == Status::Ok { Ok(()) } else { Err(status.into()) }
}

/// Bytes of all names that one context may declare. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const DECLARED_BYTES_MAX: usize = 1024 * 1024;
/// What a name costs besides its bytes.
pub(crate) const DECLARED_OVERHEAD_BYTES: usize = 64;

/// `set_envoy_filter_state`, with `SetEnvoyFilterStateArguments`: 1 is the path, 2 the value, 3 the
/// span. Obeys the effective context, which Envoy does since 1.37. The path names a factory: one that Envoy does not
/// have is `NotFound`, as is no stream.
fn set_filter_state(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
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

/// `declare_property`, with `DeclarePropertyArguments`: 1 is the name, 2 read-only, 3 the type, 4 its schema, 5 the
/// span. `BadArgument` for a name that was declared before.
///
/// It is noted at the context whose callback runs, but `proxy_set_property` looks at the root: a declaration from a
/// stream is accepted and has no effect, as in Envoy.
fn declare_property(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
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

/// What `uncompress` makes at most. Envoy has no limit; here more is `SerializationFailure`.
const UNCOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// `compress`: zlib, as in RFC 1950, at its default level. The bytes may be others than Envoy's; what they uncompress
/// to is the same.
fn compress(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message).map_err(|_| Status::SerializationFailure)?;
    encoder.finish().map(Some).map_err(|_| Status::SerializationFailure)
}

/// `uncompress`: `SerializationFailure` for what zlib did not write or what breaks off. Bytes behind the end are
/// ignored.
fn uncompress(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let mut bytes = Vec::new();
    let limit = UNCOMPRESSED_BYTES_MAX as u64 + 1;
    ZlibDecoder::new(message)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| Status::SerializationFailure)?;
    if bytes.len() > UNCOMPRESSED_BYTES_MAX {
        return Err(Status::SerializationFailure);
    }
    Ok(Some(bytes))
}

/// `expr_create`, `expr_evaluate` and `expr_delete`.
///
/// They act for the context whose callback is running, whatever `proxy_set_effective_context` was told: its root has
/// the expressions, and its attributes are the variables.
#[cfg(feature = "cel")]
mod expression {
    use crate::abi::Status;
    use crate::expressions::Expressions;
    use crate::vm::State;

    /// The message is the expression, the result its token.
    pub(super) fn create(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
        let profile = state.settings.profile;
        let token = expressions(state)?.create(message, profile)?;
        Ok(Some(token.to_le_bytes().into()))
    }

    /// The message is a token, the result the value in the form in which `proxy_get_property` gives it.
    pub(super) fn evaluate(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
        let token = token(message)?;
        let root = state.roots.get(&state.current_root()).ok_or(Status::InternalFailure)?;
        root.expressions.evaluate(token, state.current_view())?.wire().map(Some)
    }

    /// The message is a token. One that is not in use is fine.
    pub(super) fn delete(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
        let token = token(message)?;
        expressions(state)?.delete(token);
        Ok(None)
    }

    fn token(message: &[u8]) -> Result<u32, Status> {
        message.try_into().map(u32::from_le_bytes).map_err(|_| Status::BadArgument)
    }

    /// `InternalFailure` before there is a root context.
    fn expressions(state: &mut State) -> Result<&mut Expressions, Status> {
        let root = state.current_root();
        state.roots.get_mut(&root).map(|root| &mut root.expressions).ok_or(Status::InternalFailure)
    }
}

#[cfg(test)]
mod tests;
