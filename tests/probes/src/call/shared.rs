//! What virtual machines share: data and queues.

use super::{Bytes, Number, OK, say};
use crate::{abi, words};

/// `proxy_get_shared_data`; the number that guards the value, 0 without one. The number itself is not logged: it
/// depends on what other machines have stored before.
pub(crate) fn get_shared_data(key: &str) -> u32 {
    let (mut value, mut cas) = (Bytes::new(), Number::new());
    let (value_at, len_at) = value.at();
    let status = abi::proxy_get_shared_data(key.as_ptr() as usize, key.len(), value_at, len_at, cas.at());
    let bytes = value.take();
    say!("proxy_get_shared_data({key:?}) = {}{}", words::status(status), value.told(status, &bytes));
    if status == OK { cas.0 } else { 0 }
}

/// `proxy_set_shared_data`; `guard` is the word for `cas` in the log.
pub(crate) fn set_shared_data(key: &str, value: &[u8], cas: u32, guard: &str) {
    let status = abi::proxy_set_shared_data(
        key.as_ptr() as usize,
        key.len(),
        value.as_ptr() as usize,
        value.len(),
        cas,
    );
    say!("proxy_set_shared_data({key:?}, {}, {guard}) = {}", words::bytes(value), words::status(status));
}

/// `proxy_register_shared_queue`
pub(crate) fn register_shared_queue(name: &str) -> u32 {
    let mut queue = Number::new();
    let status = abi::proxy_register_shared_queue(name.as_ptr() as usize, name.len(), queue.at());
    say!("proxy_register_shared_queue({name:?}) = {}{}", words::status(status), queue.told(status));
    queue.0
}

/// `proxy_resolve_shared_queue`
pub(crate) fn resolve_shared_queue(vm_id: &str, name: &str) -> u32 {
    let mut queue = Number::new();
    let status = abi::proxy_resolve_shared_queue(
        vm_id.as_ptr() as usize,
        vm_id.len(),
        name.as_ptr() as usize,
        name.len(),
        queue.at(),
    );
    say!("proxy_resolve_shared_queue({vm_id:?}, {name:?}) = {}{}", words::status(status), queue.told(status));
    queue.0
}

/// `proxy_dequeue_shared_queue`
pub(crate) fn dequeue_shared_queue(queue: u32) {
    let mut value = Bytes::new();
    let (value_at, len_at) = value.at();
    let status = abi::proxy_dequeue_shared_queue(queue, value_at, len_at);
    let bytes = value.take();
    say!("proxy_dequeue_shared_queue({queue}) = {}{}", words::status(status), value.told(status, &bytes));
}

/// `proxy_enqueue_shared_queue`
pub(crate) fn enqueue_shared_queue(queue: u32, value: &[u8]) {
    let status = abi::proxy_enqueue_shared_queue(queue, value.as_ptr() as usize, value.len());
    say!("proxy_enqueue_shared_queue({queue}, {}) = {}", words::bytes(value), words::status(status));
}
