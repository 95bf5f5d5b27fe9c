//! Header maps.

use super::{Bytes, Number, OK, say};
use crate::{abi, words};

/// The headers of a call-out's answer.
pub(crate) const HTTP_CALL_HEADERS: u32 = 6;
/// The trailers of a call-out's answer.
pub(crate) const HTTP_CALL_TRAILERS: u32 = 7;

/// A map on the wire: a count, all lengths, then names and values with a NUL after each.
pub(crate) fn wire(pairs: &[(&str, &str)]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut wire = number(pairs.len()).to_vec();
    for (name, value) in pairs {
        wire.extend(number(name.len()));
        wire.extend(number(value.len()));
    }
    for part in pairs.iter().flat_map(|(name, value)| [name, value]) {
        wire.extend(part.as_bytes());
        wire.push(0);
    }
    wire
}

/// `proxy_get_header_map_value`
pub(crate) fn get_header(map: u32, name: &str) {
    let mut value = Bytes::new();
    let (value_at, len_at) = value.at();
    let status = abi::proxy_get_header_map_value(map, name.as_ptr() as usize, name.len(), value_at, len_at);
    let bytes = value.take();
    let map = words::map(map);
    say!(
        "proxy_get_header_map_value({map}, {name:?}) = {}{}",
        words::status(status),
        value.told(status, &bytes)
    );
}

/// `proxy_get_header_map_pairs`
pub(crate) fn get_headers(map: u32) {
    let mut pairs = Bytes::new();
    let (pairs_at, len_at) = pairs.at();
    let status = abi::proxy_get_header_map_pairs(map, pairs_at, len_at);
    let bytes = pairs.take();
    let map = words::map(map);
    let shown = pairs.told_as(status, || words::pairs(&bytes));
    say!("proxy_get_header_map_pairs({map}) = {}{shown}", words::status(status));
}

/// `proxy_get_header_map_size`; without the digits of the time that Envoy tells in one of the headers.
pub(crate) fn get_headers_size(map: u32) {
    let (mut size, mut time) = (Number::new(), Bytes::new());
    let status = abi::proxy_get_header_map_size(map, size.at());
    let (time_at, len_at) = time.at();
    let name = words::SERVICE_TIME;
    if status == OK
        && abi::proxy_get_header_map_value(map, name.as_ptr() as usize, name.len(), time_at, len_at) == OK
    {
        size.0 -= u32::try_from(time.take().len()).unwrap_or(0);
    }
    say!("proxy_get_header_map_size({}) = {}{}", words::map(map), words::status(status), size.told(status));
}

/// `proxy_add_header_map_value`
pub(crate) fn add_header(map: u32, name: &str, value: &str) {
    let status = abi::proxy_add_header_map_value(
        map,
        name.as_ptr() as usize,
        name.len(),
        value.as_ptr() as usize,
        value.len(),
    );
    say!("proxy_add_header_map_value({}, {name:?}, {value:?}) = {}", words::map(map), words::status(status));
}

/// `proxy_replace_header_map_value`
pub(crate) fn replace_header(map: u32, name: &str, value: &str) {
    let status = abi::proxy_replace_header_map_value(
        map,
        name.as_ptr() as usize,
        name.len(),
        value.as_ptr() as usize,
        value.len(),
    );
    let map = words::map(map);
    say!("proxy_replace_header_map_value({map}, {name:?}, {value:?}) = {}", words::status(status));
}

/// `proxy_remove_header_map_value`
pub(crate) fn remove_header(map: u32, name: &str) {
    let status = abi::proxy_remove_header_map_value(map, name.as_ptr() as usize, name.len());
    say!("proxy_remove_header_map_value({}, {name:?}) = {}", words::map(map), words::status(status));
}

/// `proxy_set_header_map_pairs`
pub(crate) fn set_headers(map: u32, pairs: &[u8]) {
    let status = abi::proxy_set_header_map_pairs(map, pairs.as_ptr() as usize, pairs.len());
    let map = words::map(map);
    say!("proxy_set_header_map_pairs({map}, {}) = {}", words::bytes(pairs), words::status(status));
}
