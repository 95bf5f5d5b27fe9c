//! Buffers: which exist when, and the arithmetic of Envoy's `Buffer::copyFrom`.

use super::{Args, Fault, Guest, Status};
use crate::vm::State;

/// `proxy_buffer_type_t`
const HTTP_REQUEST_BODY: u32 = 0;
const HTTP_RESPONSE_BODY: u32 = 1;
const DOWNSTREAM_DATA: u32 = 2;
const UPSTREAM_DATA: u32 = 3;
const HTTP_CALL_RESPONSE_BODY: u32 = 4;
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;

/// `proxy_get_buffer_bytes`: clamped to what is there; a start behind the end is an empty answer, not an error.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let buffer = read(guest.state(), args.u32(0)).ok_or(Status::NotFound)?;
    let (start, len) = (args.u32(1) as usize, args.u32(2) as usize);
    let start = start.min(buffer.len());
    let end = start.saturating_add(len).min(buffer.len());
    let bytes = buffer[start..end].to_vec();
    guest.give(&bytes, args.u32(3), args.u32(4))
}

/// `proxy_get_buffer_status`: the length; flags are always 0.
pub(super) fn status(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let len = read(guest.state(), args.u32(0)).ok_or(Status::NotFound)?.len();
    guest.write_u32(args.u32(1), u32::try_from(len).unwrap_or(u32::MAX))?;
    guest.write_u32(args.u32(2), 0)
}

/// `proxy_set_buffer_bytes`. `BadArgument` when there is nothing to write to, and the Rust SDK panics on that.
pub(super) fn set(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let data = guest.bytes(args.u32(3), args.u32(4))?;
    let (start, len) = (args.u32(1) as usize, args.u32(2) as usize);
    let kind = args.u32(0);
    let state = guest.state();
    if read(state, kind).is_none() {
        return Err(Status::NotFound.into());
    }
    splice(write(state, kind).ok_or(Status::BadArgument)?, start, len, data)
}

/// Envoy replaces at the front, appends at the end, and refuses everything between.
fn splice(buffer: &mut Vec<u8>, start: usize, len: usize, data: Vec<u8>) -> Result<(), Fault> {
    if start == 0 {
        buffer.splice(..len.min(buffer.len()), data);
    } else if start >= buffer.len() {
        buffer.extend(data);
    } else {
        return Err(Status::BadArgument.into());
    }
    Ok(())
}

/// The bytes of a buffer. The buffers of a stream always exist; without data, or after Continue, they are empty.
fn read(state: &mut State, kind: u32) -> Option<&[u8]> {
    match kind {
        HTTP_REQUEST_BODY | HTTP_RESPONSE_BODY => Some(&[]),
        DOWNSTREAM_DATA | UPSTREAM_DATA => Some(write(state, kind).map_or(&[], |buffer| buffer)),
        HTTP_CALL_RESPONSE_BODY => state.callouts.current.as_ref().map(|response| &response.body[..]),
        VM_CONFIGURATION => Some(&state.settings.vm_configuration),
        PLUGIN_CONFIGURATION => state.configuring.then_some(&state.settings.plugin_configuration[..]),
        _ => None,
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
