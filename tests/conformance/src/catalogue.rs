//! All probes, with what happens to them.

mod restricted;
mod table;

use std::time::Duration;

use crate::probe::ProbeStep::{Connect, End, Reset, ServeReset, Wait};
use crate::probe::{
    FailurePolicy, ProbeModule, ProbePlay, ProbeSetup, ProbeStep, send, serve, serve_last, wait,
};

/// Every play, in the order in which they are told.
pub(crate) fn all() -> Vec<ProbePlay> {
    [statuses(), bytes(), callouts(), lives(), modules(), restricted::all(), table::all(), third_party()]
        .into_iter()
        .flatten()
        .collect()
}

/// Functions that answer at once: each is asked for everything that it can say.
fn statuses() -> Vec<ProbePlay> {
    let visit = || vec![Connect, End(0)];
    let talk = || vec![Connect, send(0, "abcdef"), serve(0, "ghijkl"), End(0)];
    let environment = |setup: &mut ProbeSetup| {
        setup.environment.insert("FIRST".into(), "one".into());
        setup.environment.insert("SECOND".into(), "two words".into());
    };
    vec![
        ProbePlay::new("log", visit()),
        ProbePlay::new("system", talk()),
        ProbePlay::new("pointers", visit()),
        ProbePlay::new("contexts", visit()),
        ProbePlay::new("contexts-done", visit()),
        ProbePlay::new(
            "contexts-foreign",
            vec![Connect, Connect, send(0, "first"), send(1, "second"), End(0)],
        ),
        ProbePlay::new("streams", talk()),
        ProbePlay::new("tick", visit()),
        ProbePlay::new("tick-stream", visit()),
        ProbePlay::new("properties", vec![Connect, serve(0, "hello")]),
        ProbePlay::new(
            "properties-sizes",
            vec![
                Connect,
                send(0, "abc"),
                send(0, "abcde"),
                send(0, "abcdefg"),
                serve(0, "hello"),
                serve(0, "you"),
                End(0),
                serve_last(0, "bye"),
            ],
        ),
        ProbePlay::new("properties-set", vec![Connect, End(0)]),
        ProbePlay::new("expressions", visit()),
        ProbePlay::new("expressions-attributes", vec![Connect, serve(0, "hello"), End(0)]),
        ProbePlay::new("expressions-depth", visit()),
        ProbePlay::new("expressions-functions", visit()),
        ProbePlay::new("expressions-tokens", visit()),
        ProbePlay::new("foreign", visit()),
        ProbePlay::new("foreign-filter-state", visit()),
        ProbePlay::new("foreign-property", visit()),
        ProbePlay::new("shared-data", visit()),
        ProbePlay::new("queues", visit()),
        ProbePlay::new("headers", visit()),
        ProbePlay::new("metrics", visit()),
        ProbePlay::new("wasi", visit()).with(environment),
        ProbePlay::new("wasi-exit", visit()),
    ]
}

/// Bytes on their way, paused, changed, lost; and connections that end in every way.
fn bytes() -> Vec<ProbePlay> {
    let events = |name, script| ProbePlay::again(name, "events", script);
    vec![
        ProbePlay::new(
            "buffers",
            vec![Connect, send(0, "abc"), serve(0, "def"), serve_last(0, "ghi"), Reset(0)],
        ),
        ProbePlay::new("buffers-configuration", vec![Connect, End(0)]),
        ProbePlay::new("buffers-downstream", vec![Connect, send(0, "abcdef"), End(0)]),
        ProbePlay::new(
            "buffers-upstream",
            vec![Connect, serve(0, "abcdef"), serve_last(0, "ghijkl"), End(0)],
        ),
        ProbePlay::new("data", vec![Connect, send(0, "one"), serve(0, "two"), send(0, "three"), End(0)]),
        ProbePlay::new(
            "data-swallow",
            vec![Connect, send(0, "one"), serve(0, "two"), serve_last(0, "three"), End(0)],
        ),
        ProbePlay::new("pause-new", vec![Connect, send(0, "early"), send(0, "go"), send(0, "late"), End(0)]),
        ProbePlay::new("pause-unread", vec![Connect, send(0, "early"), wait(1000), send(0, "late"), End(0)])
            .with(|setup| setup.early_data = None),
        ProbePlay::again("pause-new-gone", "pause-new", vec![Connect, send(0, "early"), Reset(0)]),
        ProbePlay::again("pause-new-end", "pause-new", vec![Connect, send(0, "go"), End(0)]),
        ProbePlay::new("pause-release", vec![Connect, send(0, "go"), serve(0, "gone"), End(0)]),
        ProbePlay::new(
            "pause-data",
            vec![Connect, send(0, "abcd"), send(0, "efgh"), send(0, "ijkl"), End(0)],
        ),
        ProbePlay::again(
            "pause-data-end",
            "pause-data",
            vec![Connect, send(0, "abcd"), End(0), serve_last(0, "bye")],
        ),
        ProbePlay::new(
            "pause-continue",
            vec![Connect, send(0, "one"), send(0, "two"), send(0, "three"), End(0)],
        ),
        ProbePlay::new("pause-write", vec![Connect, send(0, "abc"), send(0, "def"), End(0)]),
        ProbePlay::new("pause-upstream", vec![Connect, serve(0, "one"), serve(0, "two"), End(0)]),
        ProbePlay::again(
            "pause-upstream-end",
            "pause-upstream",
            vec![Connect, serve(0, "one"), serve_last(0, "two")],
        ),
        ProbePlay::new("close-new", vec![Connect]),
        ProbePlay::new("close-downstream", vec![Connect, send(0, "bye")]),
        ProbePlay::new("close-upstream", vec![Connect, serve(0, "welcome")]),
        ProbePlay::new("close-later", vec![Connect, serve(0, "welcome")]),
        ProbePlay::new("close-twice", vec![Connect, send(0, "bye")]),
        events("end-client-first", vec![Connect, send(0, "a"), End(0), serve_last(0, "b")]),
        events("end-server-first", vec![Connect, serve_last(0, "a"), send(0, "b"), End(0)]),
        events("end-client-reset", vec![Connect, send(0, "a"), serve(0, "b"), Reset(0)]),
        events("end-server-reset", vec![Connect, send(0, "a"), serve(0, "b"), ServeReset(0)]),
        events("end-server-refuses", vec![Connect, send(0, "a")]).with(|setup| setup.backend = false),
        events("two-clients", vec![Connect, Connect, send(1, "a"), send(0, "b"), End(1), End(0)]),
        events("no-early-data", vec![Connect, send(0, "a"), serve(0, "b"), End(0)])
            .with(|setup| setup.early_data = None),
        events("empty-messages", vec![Connect, send(0, ""), serve(0, ""), End(0)]),
    ]
}

/// Call-outs: every way in which an answer can come or fail.
fn callouts() -> Vec<ProbePlay> {
    let call =
        |name, line: &str| ProbePlay::again(name, "callouts", vec![Connect, send(0, line), wait(50), End(0)]);
    let grpc = |name, line: &str| {
        ProbePlay::again(name, "grpc-call", vec![Connect, send(0, line), wait(50), End(0)])
    };
    let stream = |name, lines: &[&str]| {
        let lines = lines.iter().map(|line| send(0, line));
        ProbePlay::again(name, "grpc-stream", [Connect].into_iter().chain(lines).chain([End(0)]).collect())
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
        ProbePlay::again(
            "call-timeout",
            "callouts",
            vec![Connect, send(0, "http /silence 100"), wait(300), End(0)],
        ),
        ProbePlay::again(
            "call-twice",
            "callouts",
            vec![Connect, send(0, "http /slow 5000"), send(0, "http /200 5000"), wait(2000), End(0)],
        ),
        ProbePlay::new("callouts-wrong", vec![Connect, wait(50), End(0)]),
        ProbePlay::new("callouts-early", vec![wait(50), Connect, End(0)]),
        ProbePlay::new("callouts-stream", vec![Connect, Reset(0), wait(2000)]),
        ProbePlay::new("headers-response", vec![Connect, wait(50), End(0)]),
        grpc("grpc-ok", "http ok 5000"),
        grpc("grpc-empty", "http empty 5000"),
        grpc("grpc-error", "http error 5000"),
        grpc("grpc-both", "http both 5000"),
        grpc("grpc-two", "http two 5000"),
        grpc("grpc-reset", "http reset 5000"),
        grpc("grpc-refused", "refused ok 5000"),
        grpc("grpc-404", "http nowhere 5000"),
        grpc("grpc-cancel", "http silence 5000 cancel"),
        ProbePlay::again(
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
        ProbePlay::new("grpc-wrong", vec![Connect, wait(50), End(0)]),
    ]
}

/// Longer than Envoy waits before it makes a new machine.
const RELOAD: ProbeStep = Wait(Duration::from_millis(2500));

/// Machines: how many there are, how they start, die, and come back.
fn lives() -> Vec<ProbePlay> {
    let trap = |name, guest, policy| {
        ProbePlay::again(
            name,
            guest,
            vec![Connect, send(0, "a"), serve(0, "b"), Connect, send(1, "c"), End(1)],
        )
        .with(|setup| setup.policy = policy)
    };
    let others = |name, policy| {
        let script = vec![Connect, Connect, send(1, "trap"), send(0, "b"), Connect, send(2, "c")];
        ProbePlay::again(name, "trap-other", script).with(|setup| setup.policy = policy)
    };
    vec![
        ProbePlay::again("two-workers", "events", vec![Wait(Duration::from_millis(50))])
            .with(|setup| setup.workers = 2),
        ProbePlay::new("refuse-start", vec![Connect]),
        ProbePlay::new("refuse-configure", vec![Connect]),
        ProbePlay::new("trap-start", vec![Connect]),
        ProbePlay::new("trap-configure", vec![Connect]),
        trap("trap-new-closed", "trap-new", FailurePolicy::Closed),
        trap("trap-new-open", "trap-new", FailurePolicy::Open),
        trap("trap-data-closed", "trap-data", FailurePolicy::Closed),
        trap("trap-data-open", "trap-data", FailurePolicy::Open),
        trap("trap-upstream-closed", "trap-upstream", FailurePolicy::Closed),
        trap("trap-tick-closed", "trap-tick", FailurePolicy::Closed),
        others("trap-other-closed", FailurePolicy::Closed),
        others("trap-other-open", FailurePolicy::Open),
        ProbePlay::again(
            "trap-reload",
            "trap-data",
            vec![Connect, send(0, "a"), RELOAD, Connect, send(1, "b"), RELOAD, Connect],
        )
        .with(|setup| setup.policy = FailurePolicy::Reload),
        ProbePlay::new("trap-memory", vec![Connect, End(0)]),
    ]
}

/// Modules with other exports than `probes.wasm`.
fn modules() -> Vec<ProbePlay> {
    let talk = || vec![Connect, send(0, "a"), serve(0, "b"), End(0)];
    let text = |name, text| ProbePlay::text(name, text, talk());
    let bytes =
        |name, bytes| ProbePlay { module: ProbeModule::Bytes(bytes), ..ProbePlay::new(name, vec![Connect]) };
    vec![
        text("abi-0.2.1-bare", include_str!("modules/bare_0_2_1.wat")),
        text("abi-0.2.0-bare", include_str!("modules/bare_0_2_0.wat")),
        text("abi-0.1.0-bare", include_str!("modules/bare_0_1_0.wat")),
        text("abi-none", include_str!("modules/no_marker.wat")),
        text("no-allocator", include_str!("modules/no_allocator.wat")),
        text("no-memory", include_str!("modules/no_memory.wat")),
        text("no-gift", include_str!("modules/no_gift.wat")),
        text("malloc", include_str!("modules/malloc.wat")),
        text("initialize", include_str!("modules/initialize.wat")),
        text("initialize-calls", include_str!("modules/initialize_calls.wat")),
        text("start-function", include_str!("modules/start.wat")),
        text("unknown-import", include_str!("modules/unknown_import.wat")),
        text("wrong-import-type", include_str!("modules/wrong_import_type.wat")),
        text("wrong-export-type", include_str!("modules/wrong_export_type.wat")),
        text("stack-overflow", include_str!("modules/stack_overflow.wat")),
        text("return-values", include_str!("modules/return_values.wat")),
        ProbePlay::text(
            "resolve-dns",
            include_str!("modules/resolve_dns.wat"),
            vec![Connect, send(0, "a"), Reset(0)],
        ),
        bytes("not-wasm", b"This is no module."),
        bytes("cut-wasm", b"\0asm\x01\0\0\0\x01"),
        bytes("empty-file", b""),
    ]
}

/// Filters that know nothing of this project: what runs in Envoy must run in host-sim.
fn third_party() -> Vec<ProbePlay> {
    let visit = || {
        let talk = [send(0, "EHLO me\r\n"), serve(0, "250 mx\r\n"), serve_last(0, "221 bye\r\n"), End(0)];
        [Connect, serve(0, "220 mx ESMTP\r\n")].into_iter().chain(talk).collect()
    };
    vec![
        ProbePlay::file("third-party-rust", "tcp_routing.wasm", visit()),
        ProbePlay::file("third-party-c", "greeter.wasm", visit()),
    ]
}
