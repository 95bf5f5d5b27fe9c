//! Envoy's foreign functions.

use super::{Args, Fault, Guest, Status};
use crate::properties;

/// The other functions that Envoy registers; this host does not have them and says so.
const NOT_HERE: [&str; 9] = [
    "clear_route_cache",
    "compress",
    "declare_property",
    "expr_create",
    "expr_delete",
    "expr_evaluate",
    "sign",
    "uncompress",
    "verify_signature",
];

/// `proxy_call_foreign_function`
pub(super) fn call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let name = guest.text(args.u32(0), args.u32(1))?;
    let message = guest.bytes(args.u32(2), args.u32(3))?;
    match name.as_str() {
        "set_envoy_filter_state" => set_filter_state(guest, &message)?,
        name if NOT_HERE.contains(&name) => return Err(Status::Unimplemented.into()),
        _ => return Err(Status::NotFound.into()),
    }
    guest.give(&[], args.u32(4), args.u32(5))
}

/// `SetEnvoyFilterStateArguments`: 1 is the path, 2 the value, 3 the span. Since Envoy 1.37 it obeys the effective
/// context. The path names a factory: one that Envoy does not have is `NotFound`.
fn set_filter_state(guest: &mut Guest<'_>, message: &[u8]) -> Result<(), Fault> {
    let (path, value) = strings(message).ok_or(Status::BadArgument)?;
    let connection = guest.state().stream().ok_or(Status::NotFound)?;
    properties::check_filter_state(&path, &value)?;
    connection.filter_state.insert(path, value.into_bytes());
    Ok(())
}

/// Fields 1 and 2 of a protobuf message whose other fields are varints.
fn strings(mut wire: &[u8]) -> Option<(String, String)> {
    let (mut path, mut value) = (String::new(), String::new());
    while !wire.is_empty() {
        match varint(&mut wire)? {
            0x0a => path = string(&mut wire)?,
            0x12 => value = string(&mut wire)?,
            0x18 => _ = varint(&mut wire)?,
            _ => return None,
        }
    }
    Some((path, value))
}

fn string(wire: &mut &[u8]) -> Option<String> {
    let len = usize::try_from(varint(wire)?).ok()?;
    let (string, rest) = wire.split_at_checked(len)?;
    *wire = rest;
    String::from_utf8(string.to_vec()).ok()
}

/// At most ten bytes, as protobuf has it.
fn varint(wire: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = wire.split_first()?;
        *wire = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
