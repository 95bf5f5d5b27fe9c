//! Metrics.

use super::{Args, HostCallError, Guest, Status};
use crate::metrics::MetricKind;

/// `proxy_define_metric`: a new number each time, also for a name that exists.
pub(super) fn define(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(1), args.u32(2))?;
    let kind = MetricKind::from_abi(args.u32(0)).ok_or(Status::BadArgument)?;
    let state = guest.state();
    let id = state.metric_ids.define(&mut state.metrics.borrow_mut(), kind, name)?;
    guest.write_u32(args.u32(3), id)
}

/// `proxy_increment_metric`: a counter only goes up, a gauge both ways; a histogram is `BadArgument`.
pub(super) fn increment(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find_readable(args.u32(0))?;
    state.metrics.borrow_mut().increment(kind, name, args.i64(1))
}

/// `proxy_record_metric`: adds to a counter, sets a gauge, is one sample of a histogram.
pub(super) fn record(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find(args.u32(0))?;
    state.metrics.borrow_mut().record(kind, name, args.i64(1));
    Ok(())
}

/// `proxy_get_metric`: not for histograms.
pub(super) fn get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let state = guest.state();
    let (kind, name) = state.metric_ids.find_readable(args.u32(0))?;
    let value = state.metrics.borrow().get(kind, name)?;
    guest.write(args.u32(1), &value.to_le_bytes())
}
