//! Log, clock, tick timer, effective context, and what Emscripten's C runtime imports from `env`.

use std::time::Duration;

use super::{Args, Guest, HostCallError, Status};
use crate::event::LogLevel;

/// `proxy_log`. Text that is not UTF-8 is logged with replacement characters.
pub(super) fn log(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let level = LogLevel::from_abi(args.u32(0)).ok_or(Status::BadArgument)?;
    let text = guest.text(args.u32(1), args.u32(2))?;
    guest.state().log(level, text);
    Ok(())
}

/// `proxy_get_log_level`
pub(super) fn get_log_level(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let level = guest.state().settings.log_level as u32;
    guest.write_u32(args.u32(0), level)
}

/// `proxy_get_current_time_nanoseconds`: the wall clock.
pub(super) fn get_current_time(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let nanoseconds = nanoseconds(guest.state().now.wall);
    guest.write(args.u32(0), &nanoseconds.to_le_bytes())
}

/// A clock reading as the ABI has it; the year 2554 is the end of it.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// `proxy_set_tick_period_milliseconds`: creates the root's timer anew and arms it at once; 0 stops it.
#[expect(clippy::unnecessary_wraps, reason = "the table has one type of handler")]
pub(super) fn set_tick_period(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    guest.state().set_tick_period(Duration::from_millis(args.u32(0).into()));
    Ok(())
}

/// `proxy_get_status`: of the last call-out that failed; its text only while its callback is running.
pub(super) fn get_status(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let (code, text) = guest.state().callouts.status();
    let text = text.to_owned();
    guest.write_u32(args.u32(0), code)?;
    guest.give(text.as_bytes(), args.u32(1), args.u32(2))
}

/// `proxy_set_effective_context`: `BadArgument` for a context that does not exist. 0, the machine itself, ends it.
pub(super) fn set_effective_context(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let context = args.u32(0);
    if context == 0 {
        guest.state().effective_context = None;
        return Ok(());
    }
    if !guest.state().has_context(context) {
        return Err(Status::BadArgument.into());
    }
    guest.state().effective_context = Some(context);
    Ok(())
}

/// `proxy_done`: `NotFound` unless the root context is being shut down and answered `proxy_on_done` with 0.
pub(super) fn done(guest: &mut Guest<'_>, _: &Args<'_>) -> Result<(), HostCallError> {
    if guest.state().done() { Ok(()) } else { Err(Status::NotFound.into()) }
}

/// `emscripten_notify_memory_growth`: nothing here depends on the memory's size. No capability names what a runtime
/// imports, so none can forbid it.
pub(super) fn notify_memory_growth(_: &mut Guest<'_>, _: &Args<'_>) {}

/// `pthread_equal`: 1 for the same thread, 0 for two.
pub(super) fn pthread_equal(args: &Args<'_>) -> u32 {
    u32::from(args.u32(0) == args.u32(1))
}
