//! When a module may call what: while it starts, while it allocates for the host, and under restricted capabilities.

use super::{Handler, HostFunction};
use crate::profile::Profile;
use crate::settings::Settings;
use crate::vm::{Phase, State};

/// Allowed in `_initialize`, `main` and `_start`, besides WASI: no context of the module's exists yet.
const AT_START: [&str; 2] = ["emscripten_notify_memory_growth", "proxy_log"];
/// The functions of WASI that are nevertheless out of bounds there, as `poll_oneoff` was until 1.38.
const NOT_AT_START: [&str; 6] = ["fd_close", "fd_read", "fd_seek", "path_open", "proc_exit", "sched_yield"];
/// All that the module's allocator may call while the host waits for memory.
const IN_ALLOCATOR: [&str; 4] = ["clock_time_get", "fd_write", "poll_oneoff", "proxy_log"];

/// Whether a machine in this state may call `function` at all: if not, the call is a trap.
pub(super) fn is_callable(function: &HostFunction, state: &State) -> bool {
    if state.allocating {
        return IN_ALLOCATOR.contains(&function.name);
    }
    state.phase != Phase::Initialize
        || match function.handler {
            Handler::Wasi(_) if function.name == "poll_oneoff" => {
                state.settings.profile >= Profile::Envoy1_39
            }
            Handler::Wasi(_) => !NOT_AT_START.contains(&function.name),
            _ => AT_START.contains(&function.name),
        }
}

/// Whether `allowed_capabilities` lets the module import, or the host call, the function of this name. Functions that
/// are neither Proxy-Wasm's nor WASI's are no capabilities.
pub(crate) fn is_allowed(settings: &Settings, name: &str) -> bool {
    let allowed = &settings.allowed_capabilities;
    let capability =
        !(name.starts_with("envoy_") || name.starts_with("emscripten_") || name == "pthread_equal");
    allowed.is_empty() || !capability || allowed.contains(name)
}
