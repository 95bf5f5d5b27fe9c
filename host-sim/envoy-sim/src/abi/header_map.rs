//! Header maps: their form on the wire between module and host, and their functions. A network filter only ever has the
//! maps of the call-out whose callback is running, and those are for reading.

use super::{AbiVersion, Args, Guest, HostCallError, Status};
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
    let wire = map.map(encode_pairs).unwrap_or_default();
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

/// Envoy's limits on a map that a module hands in.
pub(crate) const PAIRS_MAX: usize = 1024;
pub(crate) const PAIRS_BYTES_MAX: usize = 1024 * 1024;

/// `map` for the module: a count, the lengths, then names and values with a NUL after each.
pub(crate) fn encode_pairs(map: &HeaderMap) -> Vec<u8> {
    let mut wire = len(map.len()).to_vec();
    for (name, value) in map {
        wire.extend(len(name.len()));
        wire.extend(len(value.len()));
    }
    for part in map.iter().flat_map(|(name, value)| [name, value]) {
        wire.extend(part);
        wire.push(0);
    }
    wire
}

fn len(len: usize) -> [u8; 4] {
    u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes()
}

/// The map in `wire`; `None` when the bytes are not exactly one map, or more than the limits. No bytes are no pairs.
pub(crate) fn decode_pairs(wire: &[u8]) -> Option<HeaderMap> {
    if wire.is_empty() {
        return Some(HeaderMap::new());
    }
    if wire.len() > PAIRS_BYTES_MAX {
        return None;
    }
    let (count, mut lengths) = number(wire)?;
    if count > PAIRS_MAX {
        return None;
    }
    let mut parts = lengths.get(count * 8..)?;
    let mut map = HeaderMap::with_capacity(count);
    for _ in 0..count {
        let (name_len, rest) = number(lengths)?;
        let (value_len, rest) = number(rest)?;
        lengths = rest;
        let name = part(&mut parts, name_len)?;
        let value = part(&mut parts, value_len)?;
        map.push((name, value));
    }
    parts.is_empty().then_some(map)
}

fn number(wire: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = wire.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

/// `len` bytes and the NUL behind them.
fn part(wire: &mut &[u8], len: usize) -> Option<Vec<u8>> {
    let (part, rest) = wire.split_at_checked(len)?;
    *wire = rest.strip_prefix(&[0])?;
    Some(part.to_vec())
}
