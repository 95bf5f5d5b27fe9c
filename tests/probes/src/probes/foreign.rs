//! Foreign functions.

use crate::call::{
    Show, call_foreign_function, get_property, set_effective_context, set_property, set_tick_period,
};
use crate::probe::{Action, Probe};

/// A field of bytes in a protobuf message.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let len = u8::try_from(value.len()).unwrap_or(u8::MAX);
    [&[number << 3 | 2, len][..], value].concat()
}

/// A field with a number below 128.
fn number(field: u8, value: u8) -> Vec<u8> {
    vec![field << 3, value]
}

/// Everything but filter state and declared properties.
pub(crate) struct Foreign;

impl Probe for Foreign {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        call_foreign_function("absent", b"", Show::Bytes);
        call_foreign_function("compress", b"abc", Show::Length);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        for name in ["", "absent", "Compress", "clear_route_cache"] {
            call_foreign_function(name, b"", Show::Bytes);
        }
        let text = b"abcabcabcabcabcabcabcabc";
        let compressed = call_foreign_function("compress", text, Show::Length);
        call_foreign_function("uncompress", &compressed, Show::Bytes);
        call_foreign_function("uncompress", b"no zlib stream", Show::Bytes);
        call_foreign_function("uncompress", b"", Show::Bytes);
        call_foreign_function("compress", b"", Show::Length);
        call_foreign_function("verify_signature", b"", Show::Bytes);
        call_foreign_function("verify_signature", b"\xff", Show::Bytes);
        let unknown_hash = [field(1, b"md4"), field(2, b"key"), field(3, b"sig"), field(4, b"text")].concat();
        call_foreign_function("verify_signature", &unknown_hash, Show::Bytes);
        call_foreign_function("sign", b"", Show::Bytes);
        call_foreign_function("sign", b"\xff", Show::Bytes);
        Action::Continue
    }
}

/// `SetEnvoyFilterStateArguments`
fn filter_state(path: &str, value: &[u8], span: u8) -> Vec<u8> {
    [field(1, path.as_bytes()), field(2, value), number(3, span)].concat()
}

/// Envoy's own objects.
pub(crate) struct FilterState;

const SET: &str = "set_envoy_filter_state";
const CLUSTER: &str = "envoy.tcp_proxy.cluster";
const IDLE: &str = "envoy.tcp_proxy.per_connection_idle_timeout_ms";

impl Probe for FilterState {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        call_foreign_function(SET, &filter_state(CLUSTER, b"other", 0), Show::Bytes);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        call_foreign_function(SET, b"", Show::Bytes);
        call_foreign_function(SET, b"\xff", Show::Bytes);
        for (key, value) in [
            ("absent.key", &b"x"[..]),
            (CLUSTER, b"backend"),
            (CLUSTER, b""),
            (IDLE, b"600000"),
            (IDLE, b"soon"),
            (IDLE, b"-1"),
            (IDLE, b""),
            ("envoy.string", b"text"),
            ("envoy.hashable_string", b"text"),
            ("envoy.network.ip", b"192.0.2.1"),
            ("envoy.network.ip", b"no address"),
            ("envoy.network.upstream_server_name", b"mx.test"),
            ("envoy.network.application_protocols", b"h2,http/1.1"),
            ("envoy.network.upstream_subject_alt_names", b"a,b"),
            ("envoy.tcp_proxy.disable_tunneling", b"true"),
            ("envoy.tcp_proxy.disable_tunneling", b"maybe"),
            ("envoy.upstream.dynamic_host", b"mx.test"),
            ("envoy.upstream.dynamic_port", b"25"),
            ("envoy.upstream.dynamic_port", b"many"),
            ("envoy.network.transport_socket.original_dst_address", b"192.0.2.1:25"),
            ("envoy.network.transport_socket.original_dst_address", b"nowhere"),
        ] {
            call_foreign_function(SET, &filter_state(key, value, 0), Show::Bytes);
            get_property(&["filter_state", key], Show::Bytes);
        }
        call_foreign_function(SET, &filter_state("envoy.string", b"\xff", 0), Show::Bytes);
        call_foreign_function(SET, &filter_state("envoy.string", b"in another span", 2), Show::Bytes);
        get_property(&["filter_state", "envoy.string"], Show::Bytes);
        call_foreign_function(SET, &filter_state("envoy.string", b"in no span", 9), Show::Bytes);
        let unknown_field = [filter_state("envoy.string", b"more", 0), number(9, 1)].concat();
        call_foreign_function(SET, &unknown_field, Show::Bytes);
        set_tick_period(20);
        Action::Pause
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        call_foreign_function(SET, &filter_state(CLUSTER, b"other", 0), Show::Bytes);
        set_effective_context(2);
        call_foreign_function(SET, &filter_state(CLUSTER, b"other", 0), Show::Bytes);
        get_property(&["filter_state", CLUSTER], Show::Bytes);
        crate::call::continue_stream(crate::call::DOWNSTREAM);
    }
}

/// `DeclarePropertyArguments`: name, read-only, type, schema, span.
fn declaration(name: &str, read_only: u8, kind: u8) -> Vec<u8> {
    [field(1, name.as_bytes()), number(2, read_only), number(3, kind), number(5, 0)].concat()
}

/// Properties that are declared before they are set.
pub(crate) struct DeclareProperty;

const DECLARE: &str = "declare_property";

impl Probe for DeclareProperty {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        call_foreign_function(DECLARE, b"", Show::Bytes);
        call_foreign_function(DECLARE, b"\xff", Show::Bytes);
        call_foreign_function(DECLARE, &declaration("text", 0, 1), Show::Bytes);
        call_foreign_function(DECLARE, &declaration("text", 0, 1), Show::Bytes);
        call_foreign_function(DECLARE, &declaration("fixed", 1, 1), Show::Bytes);
        call_foreign_function(DECLARE, &declaration("strange", 0, 9), Show::Bytes);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        call_foreign_function(DECLARE, &declaration("text", 0, 1), Show::Bytes);
        call_foreign_function(DECLARE, &declaration("late", 0, 1), Show::Bytes);
        for name in ["text", "fixed", "late", "undeclared"] {
            set_property(name, b"one");
            get_property(&[name], Show::Bytes);
            set_property(name, b"two");
            get_property(&[name], Show::Bytes);
        }
        Action::Continue
    }
}
