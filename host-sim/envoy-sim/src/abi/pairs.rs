//! Header maps on the wire between module and host: a count, the lengths, then names and values with a NUL after each.

use crate::event::HeaderMap;

/// Envoy's limits on a map that a module hands in.
pub(crate) const PAIRS_MAX: usize = 1024;
pub(crate) const PAIRS_BYTES_MAX: usize = 1024 * 1024;

/// `map` for the module.
pub(crate) fn encode(map: &HeaderMap) -> Vec<u8> {
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
pub(crate) fn decode(wire: &[u8]) -> Option<HeaderMap> {
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
