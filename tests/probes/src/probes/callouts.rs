//! HTTP call-outs: what is refused at once, and every way in which an answer can come.

use crate::call::{
    ALL, HTTP_CALL_BODY, HTTP_CALL_HEADERS, HTTP_CALL_TRAILERS, Show, get_buffer, get_buffer_status,
    get_header, get_headers, get_property, get_status, http_call, http_call_with_trailers, request,
    set_effective_context, wire,
};
use crate::probe::{Action, Probe};

fn tell() {
    get_status();
    get_headers(HTTP_CALL_HEADERS);
    get_header(HTTP_CALL_HEADERS, ":status");
    get_headers(HTTP_CALL_TRAILERS);
    get_buffer_status(HTTP_CALL_BODY);
    get_buffer(HTTP_CALL_BODY, 0, ALL);
    get_buffer(HTTP_CALL_BODY, 2, 3);
}

/// Asks for the path that the client sends: `CLUSTER PATH TIMEOUT`.
pub(crate) struct Callouts;

impl Probe for Callouts {
    fn new_connection(&mut self, _: u32) -> Action {
        get_status();
        Action::Continue
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        let line = get_buffer(crate::call::DOWNSTREAM, 0, ALL);
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line.split_ascii_whitespace();
        if let (Some(cluster), Some(path), Some(timeout)) = (words.next(), words.next(), words.next()) {
            let body = if path == "/echo" { &b"question"[..] } else { b"" };
            http_call(cluster, path, &request(path), body, timeout.parse().unwrap_or(0));
            get_status();
        }
        Action::Continue
    }
    fn http_response(&mut self, _: u32, _: u32, _: u32, _: u32, _: u32) {
        tell();
    }
}

/// Requests that no host makes.
pub(crate) struct Wrong;

impl Probe for Wrong {
    fn new_connection(&mut self, _: u32) -> Action {
        let good = request("/200");
        http_call("missing", "good headers", &good, b"", 100);
        http_call("", "good headers", &good, b"", 100);
        http_call("empty", "good headers", &good, b"", 100);
        http_call("http", "no headers", b"", b"", 100);
        http_call("http", "a broken map", b"\x01\0\0", b"", 100);
        http_call("http", "a map that is too long", &[&good[..], b"x"].concat(), b"", 100);
        http_call("http", "no :path", &wire(&[(":method", "GET"), (":authority", "a")]), b"", 100);
        http_call("http", "no :method", &wire(&[(":path", "/200"), (":authority", "a")]), b"", 100);
        http_call("http", "no :authority", &wire(&[(":method", "GET"), (":path", "/200")]), b"", 100);
        let host = wire(&[(":method", "GET"), (":path", "/200"), ("host", "a")]);
        http_call("http", "host", &host, b"", 5000);
        http_call("http", "a negative timeout", &good, b"", (-1_i32).cast_unsigned());
        http_call_with_trailers("http", "broken trailers", &good, b"", b"\x01\0\0", 5000);
        http_call_with_trailers("http", "trailers", &good, b"", &wire(&[("x-trailer", "1")]), 5000);
        Action::Continue
    }
    fn http_response(&mut self, _: u32, _: u32, _: u32, _: u32, _: u32) {
        get_header(HTTP_CALL_HEADERS, ":status");
    }
}

/// Calls while the machine starts, and again when a client is there.
pub(crate) struct Early;

impl Probe for Early {
    fn context_create(&mut self, _: u32, _: u32) {
        http_call("http", "/200", &request("/200"), b"", 5000);
    }
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        http_call("http", "/200", &request("/200"), b"", 5000);
        true
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        http_call("http", "/200", &request("/200"), b"", 5000);
        true
    }
    fn http_response(&mut self, _: u32, _: u32, _: u32, _: u32, _: u32) {
        get_header(HTTP_CALL_HEADERS, ":status");
    }
}

/// Calls for a stream that is gone when the answer comes, and from one answer the next.
pub(crate) struct FromStream;

impl Probe for FromStream {
    fn new_connection(&mut self, _: u32) -> Action {
        http_call("http", "/slow", &request("/slow"), b"", 5000);
        Action::Continue
    }
    fn http_response(&mut self, _: u32, token: u32, _: u32, _: u32, _: u32) {
        set_effective_context(2);
        get_property(&["source", "address"], Show::Bytes);
        get_header(HTTP_CALL_HEADERS, ":status");
        if token == 4 {
            http_call("http", "/200", &request("/200"), b"", 5000);
        }
    }
}
