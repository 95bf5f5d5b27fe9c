//! Metrics.

use super::{Number, OK, say};
use crate::{abi, words};

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
