//! What a module reads and keeps outside its memory: properties, the configuration, and what machines share (data,
//! queues, metrics).

use super::{Args, Guest, HostCallError, Status};
use crate::metrics::MetricKind;
use crate::properties;
use crate::vm::State;

/// `proxy_get_property`: `NotFound` for what is not there, and on the root context for everything about a stream.
pub(super) fn get_property(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let path = guest.bytes(args.u32(0), args.u32(1))?;
    let value = property(guest.state(), &path)?;
    guest.give(&value, args.u32(2), args.u32(3))
}

/// `proxy_set_property`: kept as filter state `wasm.` + the path as it was given.
pub(super) fn set_property(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let path = guest.bytes(args.u32(0), args.u32(1))?;
    let value = guest.bytes(args.u32(2), args.u32(3))?;
    Ok(store_property(guest.state(), &path, value)?)
}

/// The value at `path`, segments separated by NUL; one NUL at the end is tolerated.
fn property(state: &State, path: &[u8]) -> Result<Vec<u8>, Status> {
    if path.is_empty() {
        // Envoy then has a value of no type.
        return Err(Status::SerializationFailure);
    }
    let path = path.strip_suffix(&[0]).unwrap_or(path);
    // What is no text is the name of nothing.
    let segments = path.split(|byte| *byte == 0).map(|segment| str::from_utf8(segment).unwrap_or("\0"));
    let segments: Vec<&str> = segments.collect();
    state.effective_view().find(&segments).ok_or(Status::NotFound)?.wire()
}

/// `proxy_set_property`: with what `declare_property` said about the name on the root context. `NotFound` without a
/// stream, `BadArgument` when a property that is declared read-only has a value.
fn store_property(state: &mut State, path: &[u8], value: Vec<u8>) -> Result<(), Status> {
    let root = state.roots.get(&state.root_context());
    let prototype = root.and_then(|root| root.declared.get(path)).copied().unwrap_or_default();
    let connection = state.stream().ok_or(Status::NotFound)?;
    let key = properties::own_key(path);
    if connection.read_only.contains(&key) {
        return Err(Status::BadArgument);
    }
    if !properties::has_room(connection, &key, value.len()) {
        return Err(Status::InternalFailure);
    }
    if prototype.read_only && !connection.filter_state.contains_key(&key) {
        connection.read_only.insert(key.clone());
    }
    connection.filter_state.insert(key, value);
    Ok(())
}

/// `proxy_get_configuration`, for modules of ABI 0.1.0: the plugin's while it is configured, the machine's at any other
/// time.
pub(super) fn get_configuration(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let settings = &state.settings;
    let configuration =
        if state.configuring { &settings.plugin_configuration } else { &settings.vm_configuration };
    let configuration = configuration.clone();
    guest.give(&configuration, args.u32(0), args.u32(1))
}

/// `proxy_get_shared_data`: `NotFound`, or the value (possibly empty) and its CAS number.
pub(super) fn get_shared_data(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let key = guest.bytes(args.u32(0), args.u32(1))?;
    let found = guest.state().shared_data.borrow().get(&key).map(|(value, cas)| (value.to_vec(), cas));
    let (value, cas) = found.ok_or(Status::NotFound)?;
    guest.give(&value, args.u32(2), args.u32(3))?;
    guest.write_u32(args.u32(4), cas)
}

/// `proxy_set_shared_data`: `CasMismatch` when the key has another number than the one given.
pub(super) fn set_shared_data(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let key = guest.bytes(args.u32(0), args.u32(1))?;
    let value = guest.bytes(args.u32(2), args.u32(3))?;
    Ok(guest.state().shared_data.borrow_mut().set(key, value, args.u32(4))?)
}

/// `proxy_register_shared_queue`: of this machine's id. The root context of the last machine that registers a queue is
/// the one that hears of it.
pub(super) fn register_queue(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.bytes(args.u32(0), args.u32(1))?;
    let state = guest.state();
    let owner = (state.id, state.root_context());
    let token = state.queues.borrow_mut().register(&state.settings.vm_id, name, owner)?;
    guest.write_u32(args.u32(2), token)
}

/// `proxy_resolve_shared_queue`: no machine id is the own one. `NotFound` when nobody has registered the queue.
pub(super) fn resolve_queue(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
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

/// `proxy_define_metric`: a new number each time, also for a name that exists.
pub(super) fn define_metric(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(1), args.u32(2))?;
    let kind = MetricKind::from_abi(args.u32(0)).ok_or(Status::BadArgument)?;
    let state = guest.state();
    let id = state.metric_ids.define(&mut state.metrics.borrow_mut(), kind, name)?;
    guest.write_u32(args.u32(3), id)
}

/// `proxy_increment_metric`: a counter only goes up, a gauge both ways; a histogram is `BadArgument`.
pub(super) fn increment_metric(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find_readable(args.u32(0))?;
    state.metrics.borrow_mut().increment(kind, name, args.i64(1))
}

/// `proxy_record_metric`: adds to a counter, sets a gauge, is one sample of a histogram.
pub(super) fn record_metric(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find(args.u32(0))?;
    state.metrics.borrow_mut().record(kind, name, args.i64(1));
    Ok(())
}

/// `proxy_get_metric`: not for histograms.
pub(super) fn get_metric(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find_readable(args.u32(0))?;
    let value = state.metrics.borrow().get(kind, name)?;
    guest.write(args.u32(1), &value.to_le_bytes())
}
