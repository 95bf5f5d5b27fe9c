//! Shared data.

use super::{Args, HostCallError, Guest, Status};

/// `proxy_get_shared_data`: `NotFound`, or the value (possibly empty) and its CAS number.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let key = guest.bytes(args.u32(0), args.u32(1))?;
    let found = guest.state().shared_data.borrow().get(&key).map(|(value, cas)| (value.to_vec(), cas));
    let (value, cas) = found.ok_or(Status::NotFound)?;
    guest.give(&value, args.u32(2), args.u32(3))?;
    guest.write_u32(args.u32(4), cas)
}

/// `proxy_set_shared_data`: `CasMismatch` when the key has another number than the one given.
pub(super) fn set(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let key = guest.bytes(args.u32(0), args.u32(1))?;
    let value = guest.bytes(args.u32(2), args.u32(3))?;
    Ok(guest.state().shared_data.borrow_mut().set(key, value, args.u32(4))?)
}
