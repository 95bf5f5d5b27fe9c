//! What Emscripten's C runtime imports from `env`. No capability names them, so none can forbid them.

use super::{Args, Guest};

/// `emscripten_notify_memory_growth`: nothing here depends on the memory's size.
pub(super) fn notify_memory_growth(_: &mut Guest<'_>, _: &Args<'_>) {}

/// `pthread_equal`: 1 for the same thread, 0 for two.
pub(super) fn pthread_equal(args: &Args<'_>) -> u32 {
    u32::from(args.u32(0) == args.u32(1))
}
