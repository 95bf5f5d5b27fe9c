//! Buffers, and resuming, closing and answering a stream.

use super::{Bytes, Number, say};
use crate::{abi, words};

/// The buffer of what the client sent.
pub(crate) const DOWNSTREAM: u32 = 2;
/// The buffer of what the server sent.
pub(crate) const UPSTREAM: u32 = 3;
/// The body of a call-out's answer.
pub(crate) const HTTP_CALL_BODY: u32 = 4;
/// A message of a gRPC call-out.
pub(crate) const GRPC_MESSAGE: u32 = 5;
/// The virtual machine's configuration.
pub(crate) const VM_CONFIGURATION: u32 = 6;
/// The plugin's configuration.
pub(crate) const PLUGIN_CONFIGURATION: u32 = 7;
/// As a length: everything.
pub(crate) const ALL: u32 = u32::MAX;

/// `proxy_get_buffer_bytes`
pub(crate) fn get_buffer(buffer: u32, start: u32, len: u32) -> Vec<u8> {
    let mut data = Bytes::new();
    let (data_at, len_at) = data.at();
    let status = abi::proxy_get_buffer_bytes(buffer, start, len, data_at, len_at);
    let value = data.take();
    let (buffer, len) = (words::buffer(buffer), words::len(len));
    say!(
        "proxy_get_buffer_bytes({buffer}, {start}, {len}) = {}{}",
        words::status(status),
        data.told(status, &value)
    );
    value
}

/// `proxy_set_buffer_bytes`
pub(crate) fn set_buffer(buffer: u32, start: u32, len: u32, data: &[u8]) {
    let status = abi::proxy_set_buffer_bytes(buffer, start, len, data.as_ptr() as usize, data.len());
    let (buffer, len) = (words::buffer(buffer), words::len(len));
    say!(
        "proxy_set_buffer_bytes({buffer}, {start}, {len}, {}) = {}",
        words::bytes(data),
        words::status(status)
    );
}

/// `proxy_get_buffer_status`
pub(crate) fn get_buffer_status(buffer: u32) {
    let (mut len, mut flags) = (Number::new(), Number::new());
    let status = abi::proxy_get_buffer_status(buffer, len.at(), flags.at());
    let buffer = words::buffer(buffer);
    say!(
        "proxy_get_buffer_status({buffer}) = {}{}{}",
        words::status(status),
        len.told(status),
        flags.told(status)
    );
}

/// `proxy_continue_stream`
pub(crate) fn continue_stream(stream: u32) {
    let status = abi::proxy_continue_stream(stream);
    say!("proxy_continue_stream({}) = {}", words::stream(stream), words::status(status));
}

/// `proxy_close_stream`
pub(crate) fn close_stream(stream: u32) {
    let status = abi::proxy_close_stream(stream);
    say!("proxy_close_stream({}) = {}", words::stream(stream), words::status(status));
}

/// `proxy_send_local_response` with these header pairs on the wire.
pub(crate) fn send_local_response(code: u32, details: &str, body: &str, headers: &[u8], grpc_status: u32) {
    let status = abi::proxy_send_local_response(
        code,
        details.as_ptr() as usize,
        details.len(),
        body.as_ptr() as usize,
        body.len(),
        headers.as_ptr() as usize,
        headers.len(),
        grpc_status,
    );
    say!(
        "proxy_send_local_response({code}, {details:?}, {body:?}, {}, {}) = {}",
        words::bytes(headers),
        grpc_status.cast_signed(),
        words::status(status)
    );
}
