//! Envoy's foreign functions.

mod compression;
#[cfg(feature = "cel")]
mod expression;
mod filter_state;
#[cfg(feature = "signatures")]
mod signature;

#[cfg(test)]
pub(crate) use filter_state::{DECLARED_BYTES_MAX, DECLARED_OVERHEAD_BYTES};

use super::{Args, HostCallError, Guest, Status};
use crate::vm::State;

/// What a foreign function is: from the module's message to the result, if it has one.
type Function = fn(&mut State, &[u8]) -> Result<Option<Vec<u8>>, Status>;

/// Those that Envoy registers, as far as this model was built with them.
const FUNCTIONS: &[(&str, Function)] = &[
    ("clear_route_cache", |_, _| Ok(None)),
    ("compress", |_, message| compression::compress(message)),
    ("declare_property", filter_state::declare_property),
    #[cfg(feature = "cel")]
    ("expr_create", expression::create),
    #[cfg(feature = "cel")]
    ("expr_delete", expression::delete),
    #[cfg(feature = "cel")]
    ("expr_evaluate", expression::evaluate),
    ("set_envoy_filter_state", filter_state::set),
    #[cfg(feature = "signatures")]
    ("sign", |_, message| signature::sign(message)),
    ("uncompress", |_, message| compression::uncompress(message)),
    #[cfg(feature = "signatures")]
    ("verify_signature", |_, message| signature::verify(message)),
];

/// `proxy_call_foreign_function`: `NotFound` for a name that Envoy does not know. Without a result, and after a
/// failure, address and length are 0; a result without bytes has an address. An output whose own address is 0 is not
/// written.
pub(super) fn call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(0), args.u32(1))?;
    let message = guest.bytes(args.u32(2), args.u32(3))?;
    let function = FUNCTIONS.iter().find(|(known, _)| *known == name).ok_or(Status::NotFound)?;
    let (result, status) = match function.1(guest.state(), &message) {
        Ok(result) => (result, Status::Ok),
        Err(status) => (None, status),
    };
    let (ptr_out, len_out) = (args.u32(4), args.u32(5));
    if ptr_out != 0 {
        let ptr = result.as_ref().map_or(Ok(0), |result| guest.place(result))?;
        guest.write_u32(ptr_out, ptr)?;
    }
    if len_out != 0 {
        let len = u32::try_from(result.unwrap_or_default().len()).map_err(|_| Status::InvalidMemoryAccess)?;
        guest.write_u32(len_out, len)?;
    }
    if status == Status::Ok { Ok(()) } else { Err(status.into()) }
}
