//! gRPC call-outs.

use crate::call::{
    ALL, DOWNSTREAM, GRPC_MESSAGE, get_buffer, get_buffer_status, get_headers, get_status, grpc_call,
    grpc_cancel, grpc_close, grpc_send, grpc_stream, wire,
};
use crate::probe::{Action, Probe};

/// The maps of metadata.
const INITIAL_METADATA: u32 = 4;
const TRAILING_METADATA: u32 = 5;

/// `GrpcService` with an Envoy cluster: field 1 is `EnvoyGrpc`, whose field 1 is the cluster's name.
fn service(cluster: &str) -> Vec<u8> {
    let len = u8::try_from(cluster.len()).unwrap_or(u8::MAX);
    [&[0x0a, len + 2, 0x0a, len][..], cluster.as_bytes()].concat()
}

/// Calls the method that the client sends: `CLUSTER METHOD TIMEOUT`.
pub(crate) struct Call;

impl Probe for Call {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        let line = get_buffer(DOWNSTREAM, 0, ALL);
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line.split_ascii_whitespace();
        if let (Some(cluster), Some(method), Some(timeout)) = (words.next(), words.next(), words.next()) {
            let token = grpc_call(
                &service(cluster),
                cluster,
                method,
                &wire(&[("x-meta", "data")]),
                b"question",
                timeout.parse().unwrap_or(0),
            );
            if words.next() == Some("cancel") {
                grpc_cancel(token);
                grpc_cancel(token);
                grpc_close(token);
            }
        }
        Action::Continue
    }
    fn grpc_initial_metadata(&mut self, _: u32, _: u32, _: u32) {
        get_headers(INITIAL_METADATA);
    }
    fn grpc_message(&mut self, _: u32, _: u32, _: u32) {
        get_status();
        get_buffer_status(GRPC_MESSAGE);
        get_buffer(GRPC_MESSAGE, 0, ALL);
        get_headers(INITIAL_METADATA);
    }
    fn grpc_trailing_metadata(&mut self, _: u32, _: u32, _: u32) {
        get_headers(TRAILING_METADATA);
    }
    fn grpc_close(&mut self, _: u32, _: u32, _: u32) {
        get_status();
        get_buffer(GRPC_MESSAGE, 0, ALL);
    }
}

/// A stream: the client's first line opens it, `METHOD`; others are sent, `end` ends it, `close` and `cancel` do so.
#[derive(Default)]
pub(crate) struct Stream {
    token: Option<u32>,
}

impl Probe for Stream {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        let line = get_buffer(DOWNSTREAM, 0, ALL);
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        match (self.token, line.as_str()) {
            (None, method) => {
                self.token =
                    Some(grpc_stream(&service("http"), "http", method, &wire(&[("x-meta", "data")])));
            }
            (Some(token), "end") => grpc_send(token, b"last", true),
            (Some(token), "close") => grpc_close(token),
            (Some(token), "cancel") => grpc_cancel(token),
            (Some(token), "new") => {
                grpc_close(token);
                self.token = None;
            }
            (Some(token), message) => grpc_send(token, message.as_bytes(), false),
        }
        Action::Continue
    }
    fn grpc_initial_metadata(&mut self, _: u32, _: u32, _: u32) {
        get_headers(INITIAL_METADATA);
        get_headers(TRAILING_METADATA);
    }
    fn grpc_message(&mut self, _: u32, _: u32, _: u32) {
        get_buffer(GRPC_MESSAGE, 0, ALL);
    }
    fn grpc_trailing_metadata(&mut self, _: u32, _: u32, _: u32) {
        get_headers(TRAILING_METADATA);
        get_headers(INITIAL_METADATA);
    }
    fn grpc_close(&mut self, _: u32, _: u32, _: u32) {
        get_status();
    }
}

/// Longer than the probe lasts.
const TIMEOUT_MS: u32 = 60_000;

/// Services that are none, and tokens that nobody has.
pub(crate) struct Wrong;

impl Probe for Wrong {
    fn new_connection(&mut self, _: u32) -> Action {
        for (what, service) in [
            ("missing", service("missing")),
            ("the name http", b"http".to_vec()),
            ("the name missing", b"missing".to_vec()),
            ("a broken message", vec![0x0a, 0xff]),
        ] {
            grpc_call(&service, what, "silence", b"", b"question", TIMEOUT_MS);
            grpc_stream(&service, what, "silence", b"");
        }
        grpc_call(&service("http"), "broken metadata", "silence", b"\x01\0\0", b"question", TIMEOUT_MS);
        grpc_stream(&service("http"), "broken metadata", "silence", b"\x01\0\0");
        grpc_call(
            &service("http"),
            "a negative timeout",
            "silence",
            b"",
            b"question",
            (-1_i32).cast_unsigned(),
        );
        for token in [0, 1, 2, 3, 4, 401, 402, u32::MAX] {
            grpc_send(token, b"message", false);
            grpc_cancel(token);
            grpc_close(token);
        }
        Action::Continue
    }
    fn grpc_close(&mut self, _: u32, _: u32, _: u32) {
        get_status();
    }
}
