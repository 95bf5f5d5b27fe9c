//! Properties: which there are, when, and in which form.

use crate::call::{
    DOWNSTREAM, Show, UPSTREAM, close_stream, get_property, get_property_at, set_buffer,
    set_effective_context, set_property, set_tick_period,
};
use crate::probe::{Action, Probe};

/// All that a network filter could ask for.
const PATHS: [(&[&str], Show); 80] = [
    (&["source", "address"], Show::Bytes),
    (&["source", "port"], Show::Number),
    (&["source"], Show::Bytes),
    (&["source", "absent"], Show::Bytes),
    (&["destination", "address"], Show::Bytes),
    (&["destination", "port"], Show::Number),
    (&["connection", "id"], Show::Length),
    (&["connection", "mtls"], Show::Bytes),
    (&["connection", "requested_server_name"], Show::Bytes),
    (&["connection", "tls_version"], Show::Bytes),
    (&["connection", "subject_local_certificate"], Show::Bytes),
    (&["connection", "subject_peer_certificate"], Show::Bytes),
    (&["connection", "uri_san_local_certificate"], Show::Bytes),
    (&["connection", "uri_san_peer_certificate"], Show::Bytes),
    (&["connection", "dns_san_local_certificate"], Show::Bytes),
    (&["connection", "dns_san_peer_certificate"], Show::Bytes),
    (&["connection", "sha256_peer_certificate_digest"], Show::Bytes),
    (&["connection", "termination_details"], Show::Bytes),
    (&["connection", "transport_failure_reason"], Show::Bytes),
    (&["connection", "absent"], Show::Bytes),
    (&["connection"], Show::Bytes),
    (&["connection_id"], Show::Length),
    (&["upstream", "transport_failure_reason"], Show::Bytes),
    (&["upstream", "tls_version"], Show::Bytes),
    (&["upstream", "request_attempt_count"], Show::Number),
    (&["upstream", "address"], Show::Bytes),
    (&["upstream", "port"], Show::Number),
    (&["upstream", "local_address"], Show::Length),
    (&["upstream", "cx_pool_ready_duration"], Show::Length),
    (&["upstream", "locality"], Show::Bytes),
    (&["upstream", "locality", "region"], Show::Bytes),
    (&["upstream", "locality", "absent"], Show::Bytes),
    (&["upstream", "num_endpoints"], Show::Number),
    (&["upstream", "absent"], Show::Bytes),
    (&["upstream"], Show::Bytes),
    (&["request", "path"], Show::Bytes),
    (&["request", "time"], Show::Length),
    (&["request", "duration"], Show::Length),
    (&["request", "protocol"], Show::Bytes),
    (&["request", "headers"], Show::Bytes),
    (&["request", "size"], Show::Number),
    (&["request", "total_size"], Show::Number),
    (&["request", "id"], Show::Bytes),
    (&["response", "code"], Show::Number),
    (&["response", "flags"], Show::Number),
    (&["response", "size"], Show::Number),
    (&["response", "total_size"], Show::Number),
    (&["response", "headers_bytes"], Show::Number),
    (&["response", "backend_latency"], Show::Length),
    (&["response", "code_details"], Show::Bytes),
    (&["plugin_name"], Show::Bytes),
    (&["plugin_root_id"], Show::Bytes),
    (&["plugin_vm_id"], Show::Bytes),
    (&["node"], Show::Bytes),
    (&["cluster_name"], Show::Bytes),
    (&["listener_direction"], Show::Bytes),
    (&["listener_metadata"], Show::Bytes),
    (&["xds", "cluster_name"], Show::Bytes),
    (&["xds", "node", "id"], Show::Bytes),
    (&["xds", "node", "cluster"], Show::Bytes),
    (&["xds", "node", "user_agent_name"], Show::Bytes),
    (&["xds", "node", "locality"], Show::Bytes),
    (&["xds", "node", "locality", "region"], Show::Bytes),
    (&["xds", "node", "metadata"], Show::Bytes),
    (&["xds", "node", "absent"], Show::Bytes),
    (&["xds", "node", "id", "absent"], Show::Bytes),
    (&["xds", "upstream_host_metadata"], Show::Bytes),
    (&["xds", "upstream_host_locality_metadata"], Show::Bytes),
    (&["xds", "virtual_host_name"], Show::Bytes),
    (&["xds", "absent"], Show::Bytes),
    (&["xds"], Show::Bytes),
    (&["xds", "cluster_metadata"], Show::Bytes),
    (&["xds", "route_name"], Show::Bytes),
    (&["xds", "listener_direction"], Show::Number),
    (&["xds", "listener_metadata"], Show::Bytes),
    (&["xds", "filter_chain_name"], Show::Bytes),
    (&["metadata"], Show::Bytes),
    (&["filter_state", "absent"], Show::Bytes),
    (&["absent"], Show::Bytes),
    (&["absent", "absent"], Show::Bytes),
];

fn ask() {
    for (path, show) in PATHS {
        get_property(path, show);
    }
    get_property_at(b"plugin_name\0", Show::Bytes);
    get_property_at(b"plugin_name\0\0", Show::Bytes);
    get_property_at(b"\0plugin_name", Show::Bytes);
    get_property_at(b"", Show::Bytes);
    get_property_at(b"\0", Show::Bytes);
    get_property_at(b"\xff", Show::Bytes);
}

/// All of them in every kind of callback.
pub(crate) struct Properties;

impl Probe for Properties {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        ask();
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        ask();
        Action::Continue
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        ask();
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        ask();
        set_effective_context(2);
        ask();
        close_stream(DOWNSTREAM);
    }
    fn log(&mut self, _: u32) {
        ask();
    }
}

/// What counts as sent and received, while the module changes what passes.
pub(crate) struct Sizes;

fn sizes() {
    for group in ["request", "response"] {
        get_property(&[group, "size"], Show::Number);
        get_property(&[group, "total_size"], Show::Number);
    }
}

impl Probe for Sizes {
    fn downstream_data(&mut self, _: u32, len: u32, _: bool) -> Action {
        sizes();
        set_buffer(DOWNSTREAM, 0, len, b"longer than it was");
        sizes();
        if len == 5 { Action::Pause } else { Action::Continue }
    }
    fn upstream_data(&mut self, _: u32, len: u32, _: bool) -> Action {
        sizes();
        set_buffer(UPSTREAM, 0, len, b"longer than it was");
        sizes();
        Action::Continue
    }
    fn downstream_close(&mut self, _: u32, _: u32) {
        sizes();
    }
    fn log(&mut self, _: u32) {
        sizes();
    }
}

/// Sets properties and looks for them under every name.
pub(crate) struct Set;

impl Probe for Set {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        set_property("from_root", b"1");
        get_property(&["from_root"], Show::Bytes);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        set_property("mine", b"one");
        get_property(&["mine"], Show::Bytes);
        get_property(&["wasm.mine"], Show::Bytes);
        get_property(&["filter_state", "wasm.mine"], Show::Bytes);
        get_property(&["filter_state", "mine"], Show::Bytes);
        get_property(&["wasm", "mine"], Show::Bytes);
        get_property(&["mine", "deeper"], Show::Bytes);
        set_property("mine", b"two");
        get_property(&["mine"], Show::Bytes);
        set_property("mine", b"");
        get_property(&["mine"], Show::Bytes);
        set_property("two\0segments", b"three");
        get_property(&["two", "segments"], Show::Bytes);
        get_property(&["two"], Show::Bytes);
        get_property(&["filter_state", "wasm.two\0segments"], Show::Bytes);
        set_property("source\0address", b"elsewhere");
        get_property(&["source", "address"], Show::Bytes);
        set_property("plugin_name", b"elsewhere");
        get_property(&["plugin_name"], Show::Bytes);
        set_property("with.dots", b"four");
        get_property(&["with.dots"], Show::Bytes);
        get_property(&["with", "dots"], Show::Bytes);
        set_property("trailing\0", b"five");
        get_property(&["trailing"], Show::Bytes);
        set_property("", b"no name");
        get_property(&[""], Show::Bytes);
        set_property("binary", b"\0\xff\0");
        get_property(&["binary"], Show::Bytes);
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        get_property(&["with.dots"], Show::Bytes);
        set_property("late", b"root");
        set_effective_context(2);
        get_property(&["with.dots"], Show::Bytes);
        set_property("late", b"stream");
        get_property(&["late"], Show::Bytes);
    }
    fn log(&mut self, _: u32) {
        get_property(&["late"], Show::Bytes);
        set_property("last", b"words");
        get_property(&["last"], Show::Bytes);
    }
}
