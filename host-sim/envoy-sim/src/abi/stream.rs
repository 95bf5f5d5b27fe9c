//! Streams: resuming and closing, deferred until the module has returned, and the buffers: which exist when, and the
//! arithmetic of Envoy's `Buffer::copyFrom`.

use super::{Args, Guest, HostCallError, Status};
use crate::callout::GrpcReceived;
use crate::vm::{DeferredAction, State};

/// `proxy_stream_type_t`: the two HTTP directions are accepted and do nothing on a network filter.
const REQUEST: u32 = 0;
const RESPONSE: u32 = 1;
const DOWNSTREAM: u32 = 2;
const UPSTREAM: u32 = 3;

/// `proxy_continue_stream`. Envoy cannot resume the upstream direction.
pub(super) fn continue_stream(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    match args.u32(0) {
        REQUEST | RESPONSE => Ok(()),
        DOWNSTREAM => defer(guest, DeferredAction::ContinueReading),
        UPSTREAM => Err(Status::Unimplemented.into()),
        _ => Err(Status::BadArgument.into()),
    }
}

/// `proxy_close_stream`. Either direction closes the same thing: the client's connection, after a flush.
pub(super) fn close_stream(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    match args.u32(0) {
        REQUEST | RESPONSE => Ok(()),
        DOWNSTREAM | UPSTREAM => defer(guest, DeferredAction::Close),
        _ => Err(Status::BadArgument.into()),
    }
}

/// What ABI 0.1.0 has for HTTP streams: `Ok`, and nothing happens on a network filter.
#[expect(clippy::unnecessary_wraps, reason = "the table has one type of handler")]
pub(super) fn nothing_of_http(_: &mut Guest<'_>, _: &Args<'_>) -> Result<(), HostCallError> {
    Ok(())
}

/// `proxy_send_local_response`: `Ok`, and nothing happens, however often: a network filter has no response.
pub(super) fn send_local_response(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    for index in [1, 3, 5] {
        guest.bytes(args.u32(index), args.u32(index + 1))?;
    }
    Ok(())
}

/// On the root context without an effective one this is a silent no-op, as in Envoy.
fn defer(guest: &mut Guest<'_>, action: fn(u32) -> DeferredAction) -> Result<(), HostCallError> {
    let state = guest.state();
    match state.stream_context() {
        Some(context) => Ok(state.defer(action(context))?),
        None => Ok(()),
    }
}

/// `proxy_buffer_type_t`
const HTTP_REQUEST_BODY: u32 = 0;
const HTTP_RESPONSE_BODY: u32 = 1;
const DOWNSTREAM_DATA: u32 = 2;
const UPSTREAM_DATA: u32 = 3;
const HTTP_CALL_RESPONSE_BODY: u32 = 4;
const GRPC_RECEIVE_BUFFER: u32 = 5;
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;
const CALL_DATA: u32 = 8;

/// `proxy_get_buffer_bytes`: clamped to what is there; a start behind the end is an empty answer, not an error.
pub(super) fn get_buffer_bytes(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let buffer = read(guest.state(), args.u32(0))?;
    let (start, len) = (args.u32(1) as usize, args.u32(2) as usize);
    let start = start.min(buffer.len());
    let end = start.saturating_add(len).min(buffer.len());
    let bytes = buffer[start..end].to_vec();
    touch(guest.state(), args.u32(0));
    guest.give(&bytes, args.u32(3), args.u32(4))
}

/// `proxy_get_buffer_status`: the length; flags are always 0.
pub(super) fn get_buffer_status(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let len = read(guest.state(), args.u32(0))?.len();
    touch(guest.state(), args.u32(0));
    guest.write_u32(args.u32(1), u32::try_from(len).unwrap_or(u32::MAX))?;
    guest.write_u32(args.u32(2), 0)
}

/// `proxy_set_buffer_bytes`: the two of the stream only. `BadArgument` when there is nothing to write to, and the Rust
/// SDK panics on that.
pub(super) fn set_buffer_bytes(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let kind = args.u32(0);
    read(guest.state(), kind)?;
    touch(guest.state(), kind);
    let data = guest.bytes(args.u32(3), args.u32(4))?;
    let (start, len) = (args.u32(1) as usize, args.u32(2) as usize);
    splice(write(guest.state(), kind).ok_or(Status::BadArgument)?, start, len, data)
}

/// Envoy replaces at the front, appends at the end, and refuses everything between.
fn splice(buffer: &mut Vec<u8>, start: usize, len: usize, data: Vec<u8>) -> Result<(), HostCallError> {
    if start == 0 {
        buffer.splice(..len.min(buffer.len()), data);
    } else if start >= buffer.len() {
        buffer.extend(data);
    } else {
        return Err(Status::BadArgument.into());
    }
    Ok(())
}

/// The bytes of a buffer: `BadArgument` for what is none, `NotFound` for one that does not exist now.
///
/// The buffers of a stream and of gRPC always exist; without data, or after Continue, they are empty.
fn read(state: &mut State, kind: u32) -> Result<&[u8], Status> {
    match kind {
        DOWNSTREAM_DATA | UPSTREAM_DATA => Ok(write(state, kind).map_or(&[], |buffer| buffer)),
        HTTP_CALL_RESPONSE_BODY => {
            let response = state.callouts.current.as_ref().ok_or(Status::NotFound)?;
            Ok(&response.body)
        }
        GRPC_RECEIVE_BUFFER => match &state.callouts.grpc.current {
            Some(GrpcReceived::Message(message)) => Ok(message),
            _ => Ok(&[]),
        },
        VM_CONFIGURATION => Ok(&state.settings.vm_configuration),
        PLUGIN_CONFIGURATION if state.configuring => Ok(&state.settings.plugin_configuration),
        PLUGIN_CONFIGURATION => Err(Status::NotFound),
        CALL_DATA => match state.looked_at().copied().flatten() {
            // What was the plugin configuration then, it still is.
            Some(PLUGIN_CONFIGURATION) => Ok(&state.settings.plugin_configuration),
            Some(kind) => read(state, kind).or(Ok(&[])),
            None if state.stream_context().is_none() => Ok(&state.callouts.dns.call_data),
            None => Ok(&[]),
        },
        HTTP_REQUEST_BODY | HTTP_RESPONSE_BODY => Ok(&[]),
        _ => Err(Status::BadArgument),
    }
}

/// In Envoy a context has one slot for all its buffers, and call data is what the slot holds: the answer of a lookup,
/// until another buffer is looked at, and then that one.
fn touch(state: &mut State, kind: u32) {
    if kind != CALL_DATA
        && let Some(looked_at) = state.looked_at()
    {
        *looked_at = Some(kind);
    }
}

/// The buffer itself, when the module may touch it: during its data callback, and for as long after it as the answer
/// was Pause.
fn write(state: &mut State, kind: u32) -> Option<&mut Vec<u8>> {
    let connection = state.stream()?;
    match kind {
        DOWNSTREAM_DATA if connection.socket.visible => Some(&mut connection.socket.read_buffer),
        UPSTREAM_DATA if connection.upstream.socket.visible => {
            Some(&mut connection.upstream.socket.read_buffer)
        }
        _ => None,
    }
}
