//! What a probe may do, and the exports that let it.
//!
//! Every callback is logged with its arguments before the probe gets it, and its answer after: `> new_connection(2)`,
//! `< Pause`.

#![expect(unsafe_code, reason = "exports of the ABI, and the allocator that the host asks for memory")]

use std::cell::RefCell;

use crate::call::say;
use crate::{abi, probes, words};

/// The answer to a data callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Action {
    Continue = 0,
    Pause = 1,
}

/// One question to the host: the callbacks in which it is asked.
#[expect(unused_variables, reason = "the arguments are named for those who take them")]
pub(crate) trait Probe {
    fn context_create(&mut self, context: u32, parent: u32) {}
    fn vm_start(&mut self, root: u32, size: u32) -> bool {
        true
    }
    fn configure(&mut self, root: u32, size: u32) -> bool {
        true
    }
    fn tick(&mut self, root: u32) {}
    fn queue_ready(&mut self, root: u32, queue: u32) {}
    fn new_connection(&mut self, context: u32) -> Action {
        Action::Continue
    }
    fn downstream_data(&mut self, context: u32, len: u32, end: bool) -> Action {
        Action::Continue
    }
    fn upstream_data(&mut self, context: u32, len: u32, end: bool) -> Action {
        Action::Continue
    }
    fn downstream_close(&mut self, context: u32, peer: u32) {}
    fn upstream_close(&mut self, context: u32, peer: u32) {}
    fn http_response(&mut self, root: u32, token: u32, headers: u32, body: u32, trailers: u32) {}
    fn grpc_initial_metadata(&mut self, root: u32, token: u32, headers: u32) {}
    fn grpc_message(&mut self, root: u32, token: u32, size: u32) {}
    fn grpc_trailing_metadata(&mut self, root: u32, token: u32, trailers: u32) {}
    fn grpc_close(&mut self, root: u32, token: u32, status: u32) {}
    fn done(&mut self, context: u32) -> bool {
        true
    }
    fn log(&mut self, context: u32) {}
    fn delete(&mut self, context: u32) {}
}

thread_local! {
    /// The probe of this virtual machine, from its first callback on.
    static PROBE: RefCell<Option<Box<dyn Probe>>> = const { RefCell::new(None) };
}

/// Hands the callback to the probe, which the virtual machine's configuration names.
fn with<T>(act: impl FnOnce(&mut dyn Probe) -> T) -> T {
    PROBE.with_borrow_mut(|probe| {
        let probe = probe.get_or_insert_with(|| probes::find(&name()));
        act(probe.as_mut())
    })
}

fn name() -> String {
    const VM_CONFIGURATION: u32 = 6;
    let (mut data, mut len) = (0_u32, 0_u32);
    abi::proxy_get_buffer_bytes(
        VM_CONFIGURATION,
        0,
        u32::MAX,
        (&raw mut data) as usize,
        (&raw mut len) as usize,
    );
    if len == 0 {
        return String::new();
    }
    let len = len as usize;
    // SAFETY: the host got `len` bytes at `data` from `proxy_on_memory_allocate`, and filled them.
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data as *mut u8, len)) };
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answer(action: Action) -> u32 {
    say!("< {action:?}");
    action as u32
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Memory for what the host gives. The wrappers in `call` take it over, with exactly this capacity.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(len: usize) -> *mut u8 {
    let mut bytes = std::mem::ManuallyDrop::new(Vec::<u8>::with_capacity(len));
    bytes.as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    say!("> context_create({context}, {parent})");
    with(|probe| probe.context_create(context, parent));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(root: u32, size: u32) -> u32 {
    say!("> vm_start({root}, {size})");
    with(|probe| probe.vm_start(root, size)).into()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, size: u32) -> u32 {
    say!("> configure({root}, {size})");
    with(|probe| probe.configure(root, size)).into()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    say!("> tick({root})");
    with(|probe| probe.tick(root));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_queue_ready(root: u32, queue: u32) {
    say!("> queue_ready({root}, {queue})");
    with(|probe| probe.queue_ready(root, queue));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_new_connection(context: u32) -> u32 {
    say!("> new_connection({context})");
    answer(with(|probe| probe.new_connection(context)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_downstream_data(context: u32, len: u32, end: u32) -> u32 {
    say!("> downstream_data({context}, {len}, {end})");
    answer(with(|probe| probe.downstream_data(context, len, end != 0)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_upstream_data(context: u32, len: u32, end: u32) -> u32 {
    say!("> upstream_data({context}, {len}, {end})");
    answer(with(|probe| probe.upstream_data(context, len, end != 0)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_downstream_connection_close(context: u32, peer: u32) {
    say!("> downstream_connection_close({context}, {})", words::peer(peer));
    with(|probe| probe.downstream_close(context, peer));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_upstream_connection_close(context: u32, peer: u32) {
    say!("> upstream_connection_close({context}, {})", words::peer(peer));
    with(|probe| probe.upstream_close(context, peer));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(root: u32, token: u32, headers: u32, body: u32, trailers: u32) {
    say!("> http_call_response({root}, {token}, {headers}, {body}, {trailers})");
    with(|probe| probe.http_response(root, token, headers, body, trailers));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_grpc_receive_initial_metadata(root: u32, token: u32, headers: u32) {
    say!("> grpc_receive_initial_metadata({root}, {token}, {headers})");
    with(|probe| probe.grpc_initial_metadata(root, token, headers));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_grpc_receive(root: u32, token: u32, size: u32) {
    say!("> grpc_receive({root}, {token}, {size})");
    with(|probe| probe.grpc_message(root, token, size));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_grpc_receive_trailing_metadata(root: u32, token: u32, trailers: u32) {
    say!("> grpc_receive_trailing_metadata({root}, {token}, {trailers})");
    with(|probe| probe.grpc_trailing_metadata(root, token, trailers));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_grpc_close(root: u32, token: u32, status: u32) {
    say!("> grpc_close({root}, {token}, {status})");
    with(|probe| probe.grpc_close(root, token, status));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_done(context: u32) -> u32 {
    say!("> done({context})");
    with(|probe| probe.done(context)).into()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_log(context: u32) {
    say!("> log({context})");
    with(|probe| probe.log(context));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    say!("> delete({context})");
    with(|probe| probe.delete(context));
}
