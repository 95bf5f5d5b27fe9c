//! Restricted capabilities: which functions a module may still use, and which of its callbacks are still called.

use super::table;
use crate::probe::ProbeStep::{Connect, End, Reset};
use crate::probe::{ProbePlay, ProbeStep, send, serve, serve_last, wait};

/// Every callback of a module that has clients and nothing else.
const CALLBACKS: [&str; 11] = [
    "proxy_on_context_create",
    "proxy_on_vm_start",
    "proxy_on_configure",
    "proxy_on_new_connection",
    "proxy_on_downstream_data",
    "proxy_on_upstream_data",
    "proxy_on_downstream_connection_close",
    "proxy_on_upstream_connection_close",
    "proxy_on_done",
    "proxy_on_log",
    "proxy_on_delete",
];

/// What a guest needs to know which probe it is, and to tell.
const GUEST: [&str; 2] = ["proxy_log", "proxy_get_buffer_bytes"];

pub(super) fn all() -> Vec<ProbePlay> {
    [lists(), functions(), callbacks(), modules(), table::restricted()].into_iter().flatten().collect()
}

/// What a list means.
fn lists() -> Vec<ProbePlay> {
    vec![
        allowing(&[], ProbePlay::again("restricted-empty", "events", talk())),
        allowing(&["no_such_function"], ProbePlay::again("restricted-unknown", "events", talk())),
        allowing(&CALLBACKS, ProbePlay::again("restricted-silent", "events", talk())),
    ]
}

/// All callbacks that there are for a client, and only these other functions and callbacks.
fn functions() -> Vec<ProbePlay> {
    let guest = |name, guest, script, more: &[&'static str]| {
        allowing(&[&GUEST, &CALLBACKS[..], more].concat(), ProbePlay::again(name, guest, script))
    };
    let line = |line: &str| vec![Connect, send(0, line), wait(50), End(0)];
    let queues = [
        "proxy_register_shared_queue",
        "proxy_resolve_shared_queue",
        "proxy_enqueue_shared_queue",
        "proxy_dequeue_shared_queue",
    ];
    vec![
        guest("restricted-system", "system", talk(), &["proxy_get_current_time_nanoseconds"]),
        guest("restricted-streams", "streams", talk(), &["proxy_continue_stream", "proxy_on_tick"]),
        guest("restricted-close", "close-downstream", line("bye"), &[]),
        guest("restricted-foreign", "foreign-filter-state", talk(), &[]),
        guest("restricted-metrics", "metrics", talk(), &["proxy_define_metric", "proxy_get_metric"]),
        guest("restricted-wasi", "wasi", talk(), &["environ_get", "clock_time_get", "random_get"]),
        guest("restricted-exit", "wasi-exit", talk(), &[]),
        guest("restricted-call", "callouts", line("http /200 5000"), &["proxy_on_http_call_response"]),
        guest("restricted-response", "callouts", line("http /200 5000"), &["proxy_http_call"]),
        guest("restricted-grpc", "grpc-call", line("http ok 5000"), &["proxy_on_grpc_close"]),
        guest("restricted-message", "grpc-call", line("http ok 5000"), &["proxy_grpc_call"]),
        guest("restricted-tick", "tick", talk(), &["proxy_set_tick_period_milliseconds"]),
        guest("restricted-queue", "queues", talk(), &queues),
    ]
}

/// Callbacks that are left out: most guests here would refuse, hold, trap or wait in them.
fn callbacks() -> Vec<ProbePlay> {
    let guest = |name, guest, callbacks: &[&'static str]| {
        allowing(&[&GUEST, callbacks].concat(), ProbePlay::again(name, guest, talk()))
    };
    let but = |left_out: &str| -> Vec<_> { CALLBACKS.into_iter().filter(|name| *name != left_out).collect() };
    vec![
        guest("restricted-create", "events", &but("proxy_on_context_create")),
        guest("restricted-start", "refuse-start", &but("proxy_on_vm_start")),
        guest("restricted-configure", "refuse-configure", &but("proxy_on_configure")),
        guest("restricted-new", "pause-new", &but("proxy_on_new_connection")),
        guest("restricted-downstream", "trap-data", &but("proxy_on_downstream_data")),
        guest("restricted-upstream", "trap-upstream", &but("proxy_on_upstream_data")),
        guest("restricted-done", "contexts-done", &but("proxy_on_done")),
        guest("restricted-log", "contexts-done", &but("proxy_on_log")),
        guest("restricted-delete", "contexts", &but("proxy_on_delete")),
        guest("restricted-end", "events", &["proxy_on_new_connection", "proxy_on_delete"]),
    ]
}

/// What is neither a function of Proxy-Wasm or WASI nor a callback of Proxy-Wasm: no list forbids it.
fn modules() -> Vec<ProbePlay> {
    let text = |name, text: &'static str, more: &[&'static str]| {
        allowing(&[&GUEST, more].concat(), ProbePlay::text(name, text, talk()))
    };
    let resolve = ProbePlay::text(
        "restricted-resolve-dns",
        include_str!("../modules/resolve_dns.wat"),
        vec![Connect, send(0, "a"), Reset(0)],
    );
    vec![
        allowing(&[&GUEST[..], &["proxy_on_downstream_data", "proxy_on_log"]].concat(), resolve),
        text("restricted-initialize", include_str!("../modules/initialize.wat"), &[]),
        text("restricted-initialize-calls", include_str!("../modules/initialize_calls.wat"), &[]),
        text("restricted-start-function", include_str!("../modules/start.wat"), &[]),
        text("restricted-malloc", include_str!("../modules/malloc.wat"), &["proxy_on_downstream_data"]),
    ]
}

fn talk() -> Vec<ProbeStep> {
    vec![Connect, send(0, "abcdef"), serve(0, "ghi"), End(0), serve_last(0, "jkl")]
}

fn allowing(names: &[&'static str], probe: ProbePlay) -> ProbePlay {
    probe.with(|setup| setup.allowed = Some(names.to_vec()))
}
