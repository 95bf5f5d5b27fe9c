//! Call-outs.

use super::{Number, say, wire};
use crate::{abi, words};

/// A GET of `path`, as every cluster of the suite takes it.
pub(crate) fn request(path: &str) -> Vec<u8> {
    wire(&[(":method", "GET"), (":path", path), (":authority", "probe.test")])
}

/// `proxy_http_call` with header pairs on the wire; `what` is the word for them in the log.
pub(crate) fn http_call(cluster: &str, what: &str, headers: &[u8], body: &[u8], timeout: u32) -> u32 {
    http_call_with_trailers(cluster, what, headers, body, &[], timeout)
}

/// The same with trailers.
pub(crate) fn http_call_with_trailers(
    cluster: &str,
    what: &str,
    headers: &[u8],
    body: &[u8],
    trailers: &[u8],
    timeout: u32,
) -> u32 {
    let mut token = Number::new();
    let status = abi::proxy_http_call(
        cluster.as_ptr() as usize,
        cluster.len(),
        headers.as_ptr() as usize,
        headers.len(),
        body.as_ptr() as usize,
        body.len(),
        trailers.as_ptr() as usize,
        trailers.len(),
        timeout,
        token.at(),
    );
    let (body, timeout) = (words::bytes(body), timeout.cast_signed());
    say!(
        "proxy_http_call({cluster:?}, {what}, {body}, {timeout}) = {}{}",
        words::status(status),
        token.told(status)
    );
    token.0
}

/// The gRPC service that every method of the suite belongs to.
const SERVICE: &str = "probe.Service";

/// `proxy_grpc_call` of `probe.Service/METHOD` at the cluster `service` names; `what` is the word for it in the log.
pub(crate) fn grpc_call(
    service: &[u8],
    what: &str,
    method: &str,
    metadata: &[u8],
    message: &[u8],
    timeout: u32,
) -> u32 {
    let mut token = Number::new();
    let status = abi::proxy_grpc_call(
        service.as_ptr() as usize,
        service.len(),
        SERVICE.as_ptr() as usize,
        SERVICE.len(),
        method.as_ptr() as usize,
        method.len(),
        metadata.as_ptr() as usize,
        metadata.len(),
        message.as_ptr() as usize,
        message.len(),
        timeout,
        token.at(),
    );
    let (message, timeout) = (words::bytes(message), timeout.cast_signed());
    say!(
        "proxy_grpc_call({what}, {method:?}, {message}, {timeout}) = {}{}",
        words::status(status),
        token.told(status)
    );
    token.0
}

/// `proxy_grpc_stream`
pub(crate) fn grpc_stream(service: &[u8], what: &str, method: &str, metadata: &[u8]) -> u32 {
    let mut token = Number::new();
    let status = abi::proxy_grpc_stream(
        service.as_ptr() as usize,
        service.len(),
        SERVICE.as_ptr() as usize,
        SERVICE.len(),
        method.as_ptr() as usize,
        method.len(),
        metadata.as_ptr() as usize,
        metadata.len(),
        token.at(),
    );
    say!("proxy_grpc_stream({what}, {method:?}) = {}{}", words::status(status), token.told(status));
    token.0
}

/// `proxy_grpc_send`
pub(crate) fn grpc_send(token: u32, message: &[u8], end: bool) {
    let status = abi::proxy_grpc_send(token, message.as_ptr() as usize, message.len(), end.into());
    say!("proxy_grpc_send({token}, {}, {end}) = {}", words::bytes(message), words::status(status));
}

/// `proxy_grpc_cancel`
pub(crate) fn grpc_cancel(token: u32) {
    say!("proxy_grpc_cancel({token}) = {}", words::status(abi::proxy_grpc_cancel(token)));
}

/// `proxy_grpc_close`
pub(crate) fn grpc_close(token: u32) {
    say!("proxy_grpc_close({token}) = {}", words::status(abi::proxy_grpc_close(token)));
}
