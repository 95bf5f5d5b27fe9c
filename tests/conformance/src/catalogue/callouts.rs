//! Call-outs: every way in which an answer can come or fail.

use crate::probe::Step::{Connect, End, Reset};
use crate::probe::{Probe, send, wait};

pub(super) fn all() -> Vec<Probe> {
    let call =
        |name, line: &str| Probe::again(name, "callouts", vec![Connect, send(0, line), wait(50), End(0)]);
    let grpc =
        |name, line: &str| Probe::again(name, "grpc-call", vec![Connect, send(0, line), wait(50), End(0)]);
    let stream = |name, lines: &[&str]| {
        let lines = lines.iter().map(|line| send(0, line));
        Probe::again(name, "grpc-stream", [Connect].into_iter().chain(lines).chain([End(0)]).collect())
    };
    vec![
        call("call-200", "http /200 5000"),
        call("call-204", "http /204 5000"),
        call("call-404", "http /404 5000"),
        call("call-echo", "http /echo 0"),
        call("call-big", "http /big 5000"),
        call("call-trailers", "http /trailers 5000"),
        call("call-break", "http /break 5000"),
        call("call-reset", "http /reset 5000"),
        call("call-refused", "refused /200 5000"),
        Probe::again(
            "call-timeout",
            "callouts",
            vec![Connect, send(0, "http /silence 100"), wait(300), End(0)],
        ),
        Probe::again(
            "call-twice",
            "callouts",
            vec![Connect, send(0, "http /slow 5000"), send(0, "http /200 5000"), wait(2000), End(0)],
        ),
        Probe::new("callouts-wrong", vec![Connect, wait(50), End(0)]),
        Probe::new("callouts-early", vec![wait(50), Connect, End(0)]),
        Probe::new("callouts-stream", vec![Connect, Reset(0), wait(2000)]),
        Probe::new("headers-response", vec![Connect, wait(50), End(0)]),
        grpc("grpc-ok", "http ok 5000"),
        grpc("grpc-empty", "http empty 5000"),
        grpc("grpc-error", "http error 5000"),
        grpc("grpc-both", "http both 5000"),
        grpc("grpc-two", "http two 5000"),
        grpc("grpc-reset", "http reset 5000"),
        grpc("grpc-refused", "refused ok 5000"),
        grpc("grpc-404", "http nowhere 5000"),
        grpc("grpc-cancel", "http silence 5000 cancel"),
        Probe::again(
            "grpc-timeout",
            "grpc-call",
            vec![Connect, send(0, "http silence 100"), wait(300), End(0)],
        ),
        stream("grpc-stream-ok", &["ok", "one", "end"]),
        stream("grpc-stream-two", &["two", "one", "end"]),
        stream("grpc-stream-error", &["error", "one"]),
        stream("grpc-stream-reset", &["reset", "one"]),
        stream("grpc-stream-close", &["silence", "one", "close", "two"]),
        stream("grpc-stream-cancel", &["silence", "one", "cancel", "two"]),
        Probe::new("grpc-wrong", vec![Connect, wait(50), End(0)]),
    ]
}
