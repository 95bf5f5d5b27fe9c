//! Header maps: a network filter only ever has those of the call-out whose callback is running.

use super::{Args, Fault, Guest, Status, pairs};
use crate::event::HeaderMap;
use crate::vm::State;

/// `proxy_map_type_t`
const HTTP_CALL_RESPONSE_HEADERS: u32 = 6;
const HTTP_CALL_RESPONSE_TRAILERS: u32 = 7;

fn map(state: &mut State, kind: u32) -> Option<&HeaderMap> {
    let response = state.callouts.current.as_ref()?;
    match kind {
        // A call that was reset has no maps at all.
        _ if response.reset => None,
        HTTP_CALL_RESPONSE_HEADERS => Some(&response.headers),
        HTTP_CALL_RESPONSE_TRAILERS => Some(&response.trailers),
        _ => None,
    }
}

/// `proxy_get_header_map_value`: `BadArgument` without a map, `NotFound` without the name. Names ignore case.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let name = guest.bytes(args.u32(1), args.u32(2))?;
    let map = map(guest.state(), args.u32(0)).ok_or(Status::BadArgument)?;
    let pair = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name)).ok_or(Status::NotFound)?;
    let value = pair.1.clone();
    guest.give(&value, args.u32(3), args.u32(4))
}

/// `proxy_get_header_map_pairs`: without a map an empty answer, not an error.
pub(super) fn pairs(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let wire = map(guest.state(), args.u32(0)).map(pairs::encode).unwrap_or_default();
    guest.give(&wire, args.u32(1), args.u32(2))
}

/// `proxy_get_header_map_size`: the bytes of all names and values.
pub(super) fn size(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let map = map(guest.state(), args.u32(0)).ok_or(Status::BadArgument)?;
    let size: usize = map.iter().map(|(name, value)| name.len() + value.len()).sum();
    guest.write_u32(args.u32(1), u32::try_from(size).unwrap_or(u32::MAX))
}

/// Adding, replacing, removing, setting: no map that a network filter has can be changed.
pub(super) fn read_only(_: &mut Guest<'_>, _: &Args<'_>) -> Result<(), Fault> {
    Err(Status::BadArgument.into())
}
