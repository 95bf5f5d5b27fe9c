//! The host functions of Proxy-Wasm 0.2.1 that this filter needs, each wrapped once.
//!
//! Any status but `Ok` becomes a [`HostError`]: a panic would lose every client of the worker.

#![expect(unsafe_code, reason = "host functions are foreign functions; nothing outside this file is unsafe")]

use std::fmt;
use std::time::Duration;

/// A host function that did not do what it was asked to.
#[derive(Clone, Copy, Debug)]
pub struct HostError {
    function: &'static str,
    status: u32,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} returned status {}", self.function, self.status)
    }
}

/// The result of a host function.
pub type HostResult<T = ()> = Result<T, HostError>;

/// What a callback for bytes or for a new connection says to the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
pub enum Action {
    /// Go on to the next filter.
    #[default]
    Continue = 0,
    /// Stay here.
    Pause = 1,
}

/// Log levels of the ABI.
#[derive(Clone, Copy)]
pub enum Level {
    Info = 2,
    Warn = 3,
    Error = 4,
    Critical = 5,
}

/// Buffers of the ABI.
#[derive(Clone, Copy)]
pub enum Buffer {
    Downstream = 2,
    Upstream = 3,
    HttpCallResponseBody = 4,
    PluginConfiguration = 7,
}

/// Metric types of the ABI.
#[derive(Clone, Copy)]
pub enum MetricType {
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}

const STREAM_DOWNSTREAM: u32 = 2;
const MAP_HTTP_CALL_RESPONSE_HEADERS: u32 = 6;
const STATUS_OK: u32 = 0;
const STATUS_NOT_FOUND: u32 = 1;
const STATUS_CAS_MISMATCH: u32 = 8;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, text: *const u8, text_len: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_len: usize,
        value: *mut *mut u8,
        value_len: *mut usize,
    ) -> u32;
    fn proxy_set_property(path: *const u8, path_len: usize, value: *const u8, value_len: usize) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max: usize,
        value: *mut *mut u8,
        value_len: *mut usize,
    ) -> u32;
    fn proxy_set_buffer_bytes(
        buffer: u32,
        start: usize,
        len: usize,
        value: *const u8,
        value_len: usize,
    ) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        key: *const u8,
        key_len: usize,
        value: *mut *mut u8,
        value_len: *mut usize,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_len: usize,
        value: *mut *mut u8,
        value_len: *mut usize,
        cas: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_len: usize,
        value: *const u8,
        value_len: usize,
        cas: u32,
    ) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_close_stream(stream: u32) -> u32;
    fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_len: usize, id: *mut u32) -> u32;
    fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    fn proxy_record_metric(id: u32, value: u64) -> u32;
    fn proxy_http_call(
        upstream: *const u8,
        upstream_len: usize,
        headers: *const u8,
        headers_len: usize,
        body: *const u8,
        body_len: usize,
        trailers: *const u8,
        trailers_len: usize,
        timeout: u32,
        token: *mut u32,
    ) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_len: usize,
        argument: *const u8,
        argument_len: usize,
        result: *mut *mut u8,
        result_len: *mut usize,
    ) -> u32;
}

fn check(function: &'static str, status: u32) -> HostResult {
    if status == STATUS_OK { Ok(()) } else { Err(HostError { function, status }) }
}

/// Bytes that the host wrote into memory which it got from this module's allocator.
struct Returned {
    data: *mut u8,
    len: usize,
}

impl Returned {
    const fn empty() -> Self {
        Self { data: std::ptr::null_mut(), len: 0 }
    }

    fn into_vec(self) -> Vec<u8> {
        if self.data.is_null() {
            return Vec::new();
        }
        // SAFETY: `proxy_on_memory_allocate` made this a boxed slice of `len` bytes, and the host filled it.
        unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.data, self.len)) }.into_vec()
    }
}

/// Writes a line to the host's log. A log that fails has nowhere to say so.
pub fn log(level: Level, text: &str) {
    // SAFETY: pointer and length describe `text`.
    _ = unsafe { proxy_log(level as u32, text.as_ptr(), text.len()) };
}

/// Reads a property; path segments are separated by NUL. `None` when there is none.
pub fn property(path: &str) -> Option<Vec<u8>> {
    let mut value = Returned::empty();
    // SAFETY: pointers and lengths describe `path` and `value`.
    let status =
        unsafe { proxy_get_property(path.as_ptr(), path.len(), &raw mut value.data, &raw mut value.len) };
    (status == STATUS_OK).then(|| value.into_vec())
}

/// Sets the filter state `wasm.<name>` of the current stream.
pub fn set_property(name: &str, value: &[u8]) -> HostResult {
    // SAFETY: pointers and lengths describe `name` and `value`.
    let status = unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
    check("proxy_set_property", status)
}

/// Reads at most `max` bytes of a buffer from `start` on. Empty when there is nothing.
pub fn buffer(buffer: Buffer, start: usize, max: usize) -> Vec<u8> {
    let mut value = Returned::empty();
    // SAFETY: the pointers describe `value`.
    let status =
        unsafe { proxy_get_buffer_bytes(buffer as u32, start, max, &raw mut value.data, &raw mut value.len) };
    if status == STATUS_OK { value.into_vec() } else { Vec::new() }
}

/// Replaces everything in a buffer.
pub fn replace_buffer(buffer: Buffer, bytes: &[u8]) -> HostResult {
    replace_start(buffer, u32::MAX as usize, bytes)
}

/// Replaces the first `len` bytes of a buffer.
pub fn replace_start(buffer: Buffer, len: usize, bytes: &[u8]) -> HostResult {
    // SAFETY: pointer and length describe `bytes`.
    let status = unsafe { proxy_set_buffer_bytes(buffer as u32, 0, len, bytes.as_ptr(), bytes.len()) };
    check("proxy_set_buffer_bytes", status)
}

/// A header of the HTTP response that is being delivered.
pub fn http_response_header(name: &str) -> Option<Vec<u8>> {
    let mut value = Returned::empty();
    // SAFETY: pointers and lengths describe `name` and `value`.
    let status = unsafe {
        proxy_get_header_map_value(
            MAP_HTTP_CALL_RESPONSE_HEADERS,
            name.as_ptr(),
            name.len(),
            &raw mut value.data,
            &raw mut value.len,
        )
    };
    (status == STATUS_OK).then(|| value.into_vec())
}

/// A value that all workers share, with the number of its version; `None` when the key was never set.
pub fn shared_data(key: &str) -> HostResult<Option<(Vec<u8>, u32)>> {
    let mut value = Returned::empty();
    let mut cas = 0;
    // SAFETY: pointers and lengths describe `key`, `value` and `cas`.
    let status = unsafe {
        proxy_get_shared_data(key.as_ptr(), key.len(), &raw mut value.data, &raw mut value.len, &raw mut cas)
    };
    match status {
        STATUS_OK => Ok(Some((value.into_vec(), cas))),
        STATUS_NOT_FOUND => Ok(None),
        status => Err(HostError { function: "proxy_get_shared_data", status }),
    }
}

/// Sets a shared value if its version is still `cas` (0: whatever it is). Whether it was.
pub fn set_shared_data(key: &str, value: &[u8], cas: u32) -> HostResult<bool> {
    // SAFETY: pointers and lengths describe `key` and `value`.
    let status = unsafe { proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), cas) };
    match status {
        STATUS_CAS_MISMATCH => Ok(false),
        status => check("proxy_set_shared_data", status).map(|()| true),
    }
}

/// Lets the following calls act on stream `context`. Fails when it is gone.
pub fn set_effective_context(context: u32) -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_set_effective_context", unsafe { proxy_set_effective_context(context) })
}

/// Lets the stream's connection go on to the next filter. Carried out when the current callback has returned.
pub fn resume_downstream() -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_continue_stream", unsafe { proxy_continue_stream(STREAM_DOWNSTREAM) })
}

/// Closes the stream's connection after what is written. Carried out when the current callback has returned.
pub fn close_downstream() -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_close_stream", unsafe { proxy_close_stream(STREAM_DOWNSTREAM) })
}

/// Arms the root context's tick timer anew; 0 stops it.
pub fn set_tick_period(millis: u32) -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_set_tick_period_milliseconds", unsafe { proxy_set_tick_period_milliseconds(millis) })
}

/// Defines a metric, or finds it by its name. Its number.
pub fn define_metric(kind: MetricType, name: &str) -> HostResult<u32> {
    let mut id = 0;
    // SAFETY: pointers and lengths describe `name` and `id`.
    let status = unsafe { proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &raw mut id) };
    check("proxy_define_metric", status).map(|()| id)
}

/// Adds to a metric.
pub fn increment_metric(id: u32, offset: i64) -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_increment_metric", unsafe { proxy_increment_metric(id, offset) })
}

/// Sets a metric.
pub fn record_metric(id: u32, value: u64) -> HostResult {
    // SAFETY: no memory is passed.
    check("proxy_record_metric", unsafe { proxy_record_metric(id, value) })
}

/// A header map without headers: their number.
const NO_HEADERS: [u8; 4] = [0; 4];

/// Sends an HTTP request to a cluster; `headers` as the ABI serialises them. The token of the response, which comes to
/// the root context, whatever becomes of the connection that the request was made for.
pub fn http_call(cluster: &str, headers: &[u8], body: &[u8], timeout: Duration) -> HostResult<u32> {
    let mut token = 0;
    // SAFETY: pointers and lengths describe `cluster`, `headers`, `body`, no trailers, and `token`.
    let status = unsafe {
        proxy_http_call(
            cluster.as_ptr(),
            cluster.len(),
            headers.as_ptr(),
            headers.len(),
            body.as_ptr(),
            body.len(),
            NO_HEADERS.as_ptr(),
            NO_HEADERS.len(),
            u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX),
            &raw mut token,
        )
    };
    check("proxy_http_call", status).map(|()| token)
}

/// Random bytes. Of a host that has none they are zero.
pub fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    _ = getrandom::fill(&mut bytes);
    bytes
}

/// Calls a function of the host that is not part of the ABI. What it returns is dropped.
pub fn call_foreign_function(name: &str, argument: &[u8]) -> HostResult {
    let mut result = Returned::empty();
    // SAFETY: pointers and lengths describe `name`, `argument` and `result`.
    let status = unsafe {
        proxy_call_foreign_function(
            name.as_ptr(),
            name.len(),
            argument.as_ptr(),
            argument.len(),
            &raw mut result.data,
            &raw mut result.len,
        )
    };
    drop(result.into_vec());
    check("proxy_call_foreign_function", status)
}
