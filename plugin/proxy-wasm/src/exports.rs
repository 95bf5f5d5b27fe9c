//! What the host calls (Proxy-Wasm 0.2.1), for every context of the machine.
//!
//! A root context is a plugin; there can be several in one machine, two listeners or an old configuration beside a new
//! one. A stream context is a connection. One that is served is forgotten: for it, and for any context that is not
//! known, every callback lets everything pass.

#![expect(unsafe_code, reason = "exports have names that the host knows")]

use crate::host::{self, Action, Level};
use crate::root::Root;
use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Default)]
struct Machine {
    roots: BTreeMap<u32, Root>,
    /// The root context of each connection that the engine still has to do with.
    streams: BTreeMap<u32, u32>,
}

thread_local! {
    static MACHINE: RefCell<Machine> = RefCell::default();
}

/// Does something with the machine. The host does not call back while it is called, except for memory.
fn with<T: Default>(act: impl FnOnce(&mut Machine) -> T) -> T {
    MACHINE.with(|machine| machine.try_borrow_mut().map(|mut machine| act(&mut machine)).unwrap_or_default())
}

impl Machine {
    /// Gives something that happens to a connection to its plugin, if the connection is of interest.
    fn stream(&mut self, context: u32, act: impl FnOnce(&mut Root) -> Action) -> Action {
        let Some(root) = self.streams.get(&context).and_then(|root| self.roots.get_mut(root)) else {
            return Action::Continue;
        };
        let action = act(root);
        if !root.has(context) {
            self.streams.remove(&context);
        }
        action
    }
}

#[cfg(target_os = "wasi")]
unsafe extern "C" {
    fn __wasm_call_ctors();
}

#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    // SAFETY: the host calls this once, before anything else.
    #[cfg(target_os = "wasi")]
    unsafe {
        __wasm_call_ctors();
    }
    // A panic aborts the machine; this is its only chance to say why.
    std::panic::set_hook(Box::new(|panic| host::log(Level::Critical, &panic.to_string())));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Memory for what the host returns; [`host`] takes it back as a boxed slice.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(len: usize) -> *mut u8 {
    Box::into_raw(vec![0; len].into_boxed_slice()).cast()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, root: u32) {
    with(|machine| {
        if root == 0 {
            machine.roots.insert(context, Root::new(context));
        } else {
            machine.streams.insert(context, root);
        }
    });
}

/// Refuses an invalid configuration, and Envoy refuses the listener with it.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, _configuration_len: usize) -> bool {
    with(|machine| machine.roots.get_mut(&root).is_some_and(Root::configure))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    with(|machine| {
        if let Some(root) = machine.roots.get_mut(&root) {
            root.tick();
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(
    root: u32,
    token: u32,
    headers: usize,
    body: usize,
    _trailers: usize,
) {
    with(|machine| {
        if let Some(root) = machine.roots.get_mut(&root) {
            root.http_response(token, headers, body);
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_new_connection(context: u32) -> Action {
    with(|machine| machine.stream(context, |root| root.accept(context)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_downstream_data(context: u32, buffered: usize, end_of_stream: bool) -> Action {
    with(|machine| machine.stream(context, |root| root.client_data(context, buffered, end_of_stream)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_upstream_data(context: u32, buffered: usize, _end_of_stream: bool) -> Action {
    with(|machine| machine.stream(context, |root| root.upstream_data(context, buffered)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_downstream_connection_close(context: u32, _peer: u32) {
    with(|machine| {
        machine.stream(context, |root| {
            root.client_closed(context);
            Action::Continue
        });
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    with(|machine| {
        if let Some(root) = machine.roots.remove(&context) {
            root.delete();
        }
        if let Some(root) = machine.streams.remove(&context).and_then(|root| machine.roots.get_mut(&root)) {
            // Closed without a word, which no Envoy does.
            root.client_closed(context);
        }
    });
}
