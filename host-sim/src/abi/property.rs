//! Properties and filter state.

use super::{Args, Fault, Guest, Status};
use crate::properties;

/// `proxy_get_property`: `NotFound` for what is not there, and on the root context for everything about a stream.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let path = guest.bytes(args.u32(0), args.u32(1))?;
    let value = properties::get(guest.state(), &path).ok_or(Status::NotFound)?;
    guest.give(&value, args.u32(2), args.u32(3))
}

/// `proxy_set_property`: kept as filter state `wasm.` + the path as it was given, so a path of two segments has a NUL
/// in its key.
pub(super) fn set(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let path = guest.text(args.u32(0), args.u32(1))?;
    let value = guest.bytes(args.u32(2), args.u32(3))?;
    let connection = guest.state().stream().ok_or(Status::NotFound)?;
    connection.filter_state.insert(format!("wasm.{path}"), value);
    Ok(())
}
