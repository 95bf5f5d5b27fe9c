//! Shared queues.

use super::{Args, HostCallError, Guest, Status};

/// `proxy_register_shared_queue`: of this machine's id. The root context of the last machine that registers a queue is
/// the one that hears of it.
pub(super) fn register(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.bytes(args.u32(0), args.u32(1))?;
    let state = guest.state();
    let owner = (state.id, state.root_context());
    let token = state.queues.borrow_mut().register(&state.settings.vm_id, name, owner)?;
    guest.write_u32(args.u32(2), token)
}

/// `proxy_resolve_shared_queue`: no machine id is the own one. `NotFound` when nobody has registered the queue.
pub(super) fn resolve(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let vm_id = guest.text(args.u32(0), args.u32(1))?;
    let name = guest.bytes(args.u32(2), args.u32(3))?;
    let state = guest.state();
    let vm_id = if vm_id.is_empty() { &state.settings.vm_id } else { &vm_id };
    let token = state.queues.borrow().resolve(vm_id, &name).ok_or(Status::NotFound)?;
    guest.write_u32(args.u32(4), token)
}

/// `proxy_dequeue_shared_queue`: any queue, the own or another's. `Empty` without a value, `NotFound` without a queue.
pub(super) fn dequeue(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let value = guest.state().queues.borrow_mut().dequeue(args.u32(0))?;
    guest.give(&value, args.u32(1), args.u32(2))
}

/// `proxy_enqueue_shared_queue`: `proxy_on_queue_ready` follows in a later turn of the owner's event loop.
pub(super) fn enqueue(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let value = guest.bytes(args.u32(1), args.u32(2))?;
    Ok(guest.state().queues.borrow_mut().enqueue(args.u32(0), value)?)
}
