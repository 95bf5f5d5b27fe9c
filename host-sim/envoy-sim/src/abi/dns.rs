//! `envoy_resolve_dns`, which only Envoy has.

use super::{Args, HostCallError, Guest, Status};
use crate::event::{CallId, Effect};

/// `envoy_resolve_dns`: always for the root context. `envoy_on_resolve_dns` follows, with what was found in buffer 8.
pub(super) fn resolve(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(0), args.u32(1))?;
    let token = guest.state().callouts.dns.next_token();
    guest.write_u32(args.u32(2), token)?;
    let state = guest.state();
    if !state.callouts.take_room(name.len()) {
        return Err(Status::InternalFailure.into());
    }
    state.callouts.dns.start(token, state.root_context());
    state.effects.push_back(Effect::ResolveDns { call: CallId { vm: state.id, token }, name });
    Ok(())
}
