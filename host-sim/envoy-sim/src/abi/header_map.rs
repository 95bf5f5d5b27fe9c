//! Header maps: a network filter only ever has those of the call-out whose callback is running, and those are for
//! reading.

use super::{AbiVersion, Args, HostCallError, Guest, Status, pairs};
use crate::callout::GrpcReceived;
use crate::event::HeaderMap;
use crate::vm::State;

/// `proxy_map_type_t`: 0 to 3 are the request's and the response's, which a network filter never has.
const GRPC_RECEIVE_INITIAL_METADATA: u32 = 4;
const GRPC_RECEIVE_TRAILING_METADATA: u32 = 5;
const HTTP_CALL_RESPONSE_HEADERS: u32 = 6;
const HTTP_CALL_RESPONSE_TRAILERS: u32 = 7;

/// The map of this kind, while there is one. A response without trailers has no map of them.
fn map(state: &mut State, kind: u32) -> Option<&HeaderMap> {
    let callouts = &state.callouts;
    match (kind, &callouts.current, &callouts.grpc.current) {
        (HTTP_CALL_RESPONSE_HEADERS, Some(response), _) => Some(&response.headers),
        (HTTP_CALL_RESPONSE_TRAILERS, Some(response), _) => {
            Some(&response.trailers).filter(|trailers| !trailers.is_empty())
        }
        (GRPC_RECEIVE_INITIAL_METADATA, _, Some(GrpcReceived::InitialMetadata(map)))
        | (GRPC_RECEIVE_TRAILING_METADATA, _, Some(GrpcReceived::TrailingMetadata(map))) => Some(map),
        _ => None,
    }
}

/// `BadArgument` for a number that stands for no map.
fn check_kind(kind: u32) -> Result<(), HostCallError> {
    if kind > HTTP_CALL_RESPONSE_TRAILERS { Err(Status::BadArgument.into()) } else { Ok(()) }
}

/// `proxy_get_header_map_value`: `BadArgument` without a map, `NotFound` without the name, but an empty value in ABI
/// 0.1.0. Names ignore case.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    check_kind(args.u32(0))?;
    let name = guest.bytes(args.u32(1), args.u32(2))?;
    let lenient = guest.state().version == AbiVersion::V0_1_0;
    let map = map(guest.state(), args.u32(0)).ok_or(Status::BadArgument)?;
    let value = match map.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name)) {
        Some((_, value)) => value.clone(),
        None if lenient => Vec::new(),
        None => return Err(Status::NotFound.into()),
    };
    guest.give(&value, args.u32(3), args.u32(4))
}

/// `proxy_get_header_map_pairs`: without a map, or with an empty one, an empty answer and not an error.
pub(super) fn pairs(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    check_kind(args.u32(0))?;
    let map = map(guest.state(), args.u32(0)).filter(|map| !map.is_empty());
    let wire = map.map(pairs::encode).unwrap_or_default();
    guest.give(&wire, args.u32(1), args.u32(2))
}

/// `proxy_get_header_map_size`: Envoy looks only at the maps that could be changed, so here there is none.
pub(super) fn size(_: &mut Guest<'_>, _: &Args<'_>) -> Result<(), HostCallError> {
    Err(Status::BadArgument.into())
}

/// Adding and replacing: no map that a network filter has can be changed.
pub(super) fn change_value(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    check_kind(args.u32(0))?;
    guest.bytes(args.u32(1), args.u32(2))?;
    guest.bytes(args.u32(3), args.u32(4))?;
    Err(Status::BadArgument.into())
}

/// As [`change_value`], with one argument: removing by name, and setting all pairs.
pub(super) fn change(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    check_kind(args.u32(0))?;
    guest.bytes(args.u32(1), args.u32(2))?;
    Err(Status::BadArgument.into())
}
