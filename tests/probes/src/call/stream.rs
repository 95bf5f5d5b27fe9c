//! Resuming, closing, answering.

use super::say;
use crate::{abi, words};

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
