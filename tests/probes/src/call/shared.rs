//! What a module asks and keeps outside of its memory: shared data and queues, metrics, properties, foreign functions.

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

/// `proxy_define_metric`
pub(crate) fn define_metric(kind: u32, name: &str) -> u32 {
    let mut id = Number::new();
    let status = abi::proxy_define_metric(kind, name.as_ptr() as usize, name.len(), id.at());
    say!("proxy_define_metric({kind}, {name:?}) = {}{}", words::status(status), id.told(status));
    id.0
}

/// `proxy_increment_metric`
pub(crate) fn increment_metric(id: u32, offset: i64) {
    let status = abi::proxy_increment_metric(id, offset);
    say!("proxy_increment_metric({id}, {offset}) = {}", words::status(status));
}

/// `proxy_record_metric`
pub(crate) fn record_metric(id: u32, value: u64) {
    let status = abi::proxy_record_metric(id, value);
    say!("proxy_record_metric({id}, {value}) = {}", words::status(status));
}

/// `proxy_get_metric`
pub(crate) fn get_metric(id: u32) {
    let mut value = 0_u64;
    let status = abi::proxy_get_metric(id, (&raw mut value) as usize);
    let value = if status == OK { format!(" -> {value}") } else { String::new() };
    say!("proxy_get_metric({id}) = {}{value}", words::status(status));
}

/// How a probe shows a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// As it is.
    Bytes,
    /// Eight bytes as a number.
    Number,
    /// Its length only: the value is the host's own.
    Length,
}

/// `proxy_get_property` of the path with these segments.
pub(crate) fn get_property(path: &[&str], show: Show) -> Vec<u8> {
    get_property_at(path.join("\0").as_bytes(), show)
}

/// `proxy_get_property` of a path on the wire.
pub(crate) fn get_property_at(path: &[u8], show: Show) -> Vec<u8> {
    let mut data = Bytes::new();
    let (data_at, len_at) = data.at();
    let status = abi::proxy_get_property(path.as_ptr() as usize, path.len(), data_at, len_at);
    let value = data.take();
    let shown = data.told_as(status, || match (show, <[u8; 8]>::try_from(&value[..])) {
        (Show::Number, Ok(number)) => i64::from_le_bytes(number).to_string(),
        (Show::Length, _) => format!("{} bytes", value.len()),
        (Show::Bytes | Show::Number, _) => words::bytes(&value),
    });
    say!("proxy_get_property({}) = {}{shown}", words::bytes(path), words::status(status));
    value
}

/// `proxy_set_property` of a path on the wire.
pub(crate) fn set_property(path: &str, value: &[u8]) {
    let status =
        abi::proxy_set_property(path.as_ptr() as usize, path.len(), value.as_ptr() as usize, value.len());
    say!(
        "proxy_set_property({}, {}) = {}",
        words::bytes(path.as_bytes()),
        words::bytes(value),
        words::status(status)
    );
}

/// `proxy_call_foreign_function`
pub(crate) fn call_foreign_function(name: &str, args: &[u8], show: Show) -> Vec<u8> {
    let mut result = Bytes::new();
    let (result_at, len_at) = result.at();
    let status = abi::proxy_call_foreign_function(
        name.as_ptr() as usize,
        name.len(),
        args.as_ptr() as usize,
        args.len(),
        result_at,
        len_at,
    );
    let value = result.take();
    let shown = result.told_as(status, || match show {
        Show::Length => format!("{} bytes", value.len()),
        Show::Bytes | Show::Number => words::bytes(&value),
    });
    let args = words::bytes(args);
    say!("proxy_call_foreign_function({name:?}, {args}) = {}{shown}", words::status(status));
    value
}
