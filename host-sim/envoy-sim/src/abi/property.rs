//! Properties and filter state.

use super::{Args, HostCallError, Guest};
use crate::properties;

/// `proxy_get_property`: `NotFound` for what is not there, and on the root context for everything about a stream.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let path = guest.bytes(args.u32(0), args.u32(1))?;
    let value = properties::get(guest.state(), &path)?;
    guest.give(&value, args.u32(2), args.u32(3))
}

/// `proxy_set_property`: kept as filter state `wasm.` + the path as it was given.
pub(super) fn set(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let path = guest.bytes(args.u32(0), args.u32(1))?;
    let value = guest.bytes(args.u32(2), args.u32(3))?;
    Ok(properties::set(guest.state(), &path, value)?)
}
