//! Properties and foreign functions.

use super::{Bytes, say};
use crate::{abi, words};

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
