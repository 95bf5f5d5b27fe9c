//! Resuming and closing, deferred until the module has returned.

use super::{Args, HostCallError, Guest, Status};
use crate::vm::DeferredAction;

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
