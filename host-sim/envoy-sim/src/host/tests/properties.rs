use super::bench::{Bench, hex, start};
use crate::{ConnectionId, Input, UpstreamEnds};

/// `$get` logs status and value (as digits of its bytes where it is no text) of a property whose path the client sends;
/// `=` before it sets the property to `x` instead.
const ASK: &str = r#"
(func (export "proxy_on_downstream_data") (param i32) (param $len i32) (param i32) (result i32)
  (local $path i32)
  (drop (call $get_buffer (i32.const 2) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
  (local.set $path (i32.load (i32.const 0)))
  (drop (call $set_buffer (i32.const 2) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)))
  (i32.store8 (i32.const 1020) (i32.const 120))
  (i32.store (i32.const 0) (i32.const 0)) (i32.store (i32.const 4) (i32.const 0))
  (if (i32.eq (i32.load8_u (local.get $path)) (i32.const 61))
    (then (call $say (call $set_property (i32.add (local.get $path) (i32.const 1))
      (i32.sub (local.get $len) (i32.const 1)) (i32.const 1020) (i32.const 1))))
    (else (call $say (call $get_property (local.get $path) (local.get $len) (i32.const 0) (i32.const 4)))
      (call $given)))
  (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const ACTION))
"#;

fn connected(action: &str, more: &str) -> (Bench, ConnectionId) {
    let mut bench = start(&format!("{more}\n{}", ASK.replace("ACTION", action)));
    let client = bench.accept();
    bench.seen();
    (bench, client)
}

fn asked(bench: &mut Bench, client: ConnectionId, path: &str) -> Vec<String> {
    bench.send(client, path);
    bench.seen()
}

fn number(number: i64) -> String {
    String::from_utf8_lossy(&number.to_le_bytes()).into_owned()
}

#[test]
fn a_stream_has_the_attributes_of_a_connection_without_http() {
    let (mut bench, client) = connected("1", "");
    let lookup = "\0\0\0\0";
    for (path, value) in [
        ("source\0address", "203.0.113.9:4242"),
        ("source\0address\0", "203.0.113.9:4242"),
        ("source\0port", &number(4242)),
        ("destination\0address", "192.0.2.1:25"),
        ("destination\0port", &number(25)),
        ("connection\0id", &number(1)),
        ("connection_id", &number(1)),
        ("connection\0mtls", "\0"),
        ("connection\0requested_server_name", ""),
        ("plugin_name", "postscreen"),
        ("plugin_root_id", "postscreen"),
        ("plugin_vm_id", "postscreen"),
        ("request\0headers", lookup),
        ("request\0time", &number(1_700_000_000_000_000_000)),
        ("response\0flags", &number(0)),
        ("response\0size", &number(0)),
        ("xds\0filter_chain_name", ""),
        ("xds\0listener_direction", &number(0)),
        ("xds\0listener_metadata", ""),
        ("metadata", ""),
        ("upstream\0transport_failure_reason", ""),
        ("metadata\0filter_metadata", lookup),
    ] {
        assert_eq!(asked(&mut bench, client, path), ["000", value], "{path:?}");
    }
}

#[test]
fn a_whole_group_has_no_form() {
    let (mut bench, client) = connected("1", "");
    for path in ["source", "upstream", "filter_state"] {
        assert_eq!(asked(&mut bench, client, path), ["003", ""], "{path:?}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let (mut bench, client) = connected("1", "");
    for path in [
        "nonsense",
        "source\0nonsense",
        "source\0address\0more",
        "connection\0tls_version",
        "connection\0termination_details",
        "request\0path",
        "response\0code",
        "upstream\0address",
        "xds\0cluster_name",
        "xds\0route_name",
        "metadata\0filter_metadata\0ns",
        "filter_state\0envoy.tcp_proxy.cluster",
        "node",
        "\0",
        "source\0\0address",
    ] {
        assert_eq!(asked(&mut bench, client, path), ["001", ""], "{path:?}");
    }
}

#[test]
fn no_path_at_all_cannot_be_serialised() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $get_property (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)))
             (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["003"]);
}

#[test]
fn the_upstream_is_known_when_the_proxy_has_chosen_it() {
    let (mut bench, client) = connected("0", "");
    for (path, value) in [
        ("xds\0cluster_name", "backend"),
        ("xds\0cluster_metadata", ""),
        ("upstream\0transport_failure_reason", ""),
        ("upstream\0request_attempt_count", &number(1)),
    ] {
        assert_eq!(asked(&mut bench, client, path), ["000", value], "{path:?}");
    }
    assert_eq!(asked(&mut bench, client, "upstream\0locality"), ["001", ""], "no server yet");
}

#[test]
fn a_property_is_there_under_its_name_and_as_filter_state() {
    let (mut bench, client) = connected("1", "");
    assert_eq!(asked(&mut bench, client, "=verdict"), ["000"]);
    assert_eq!(asked(&mut bench, client, "verdict"), ["000", "x"]);
    assert_eq!(asked(&mut bench, client, "filter_state\0wasm.verdict"), ["000", "x"]);
    // A path of two segments is one key, which no path finds again.
    assert_eq!(asked(&mut bench, client, "=two\0segments"), ["000"]);
    assert_eq!(asked(&mut bench, client, "two\0segments"), ["001", ""]);
    bench.handle(Input::ClientReset { connection: client });
    assert!(bench.ended().filter_state.contains_key("wasm.two\0segments"));
}

#[test]
fn an_address_in_the_filter_state_is_a_map() {
    let key = "envoy.network.transport_socket.original_dst_address";
    let message = [&[0x0a, 51], key.as_bytes(), &[0x12, 12], b"192.0.2.7:25"].concat();
    assert_eq!(key.len(), 51);
    let more = format!(
        r#"(data (i32.const 1024) "set_envoy_filter_state") (data (i32.const 1100) "{}")
           (func (export "proxy_on_context_create") (param $context i32) (param i32)
             (drop (call $effective (local.get $context)))
             (drop (call $foreign (i32.const 1024) (i32.const 22) (i32.const 1100) (i32.const {})
               (i32.const 16) (i32.const 20))))"#,
        hex(&message),
        message.len()
    );
    let (mut bench, client) = connected("1", &more);
    let path = |field: &str| format!("filter_state\0{key}{field}");
    assert_eq!(asked(&mut bench, client, &path("")), ["000", "\0\0\0\0"]);
    assert_eq!(asked(&mut bench, client, &path("\0ip")), ["000", "192.0.2.7"]);
    assert_eq!(asked(&mut bench, client, &path("\0port")), ["000", &number(25)]);
    assert_eq!(asked(&mut bench, client, &path("\0zone")), ["001", ""]);
}

/// Declares `once`, read-only, in the callback of this name, and logs the status of two declarations.
fn declare(callback: &str) -> String {
    let (params, result) = match callback {
        "proxy_on_configure" => ("(param i32 i32) (result i32)", "(i32.const 1)"),
        _ => ("(param i32 i32)", ""),
    };
    format!(
        r#"(data (i32.const 1024) "declare_property") (data (i32.const 1100) "\0a\04once\10\01\18\01")
           (func $declare (call $say (call $foreign (i32.const 1024) (i32.const 16) (i32.const 1100) (i32.const 10)
             (i32.const 16) (i32.const 20))))
           (func (export "{callback}") {params} (call $declare) (call $declare) {result})"#
    )
}

#[test]
fn a_property_that_the_root_declared_read_only_is_set_once() {
    let mut bench = start(&format!("{}\n{}", declare("proxy_on_configure"), ASK.replace("ACTION", "1")));
    assert_eq!(bench.seen(), ["000", "002"].repeat(3), "canary, main thread, worker");
    let client = bench.accept();
    assert_eq!(asked(&mut bench, client, "=once"), ["000"]);
    assert_eq!(asked(&mut bench, client, "=once"), ["002"]);
    assert_eq!(asked(&mut bench, client, "=other"), ["000"]);
    assert_eq!(asked(&mut bench, client, "=other"), ["000"]);
    let other = bench.accept();
    assert_eq!(asked(&mut bench, other, "=once"), ["000"], "another stream");
}

#[test]
fn a_declaration_from_a_stream_is_accepted_and_has_no_effect() {
    let module =
        format!("{}\n{}", declare("proxy_on_downstream_connection_close"), ASK.replace("ACTION", "1"));
    let module = module
        .replace("proxy_on_downstream_connection_close", "proxy_on_log")
        .replace(r#"(export "proxy_on_log") (param i32 i32)"#, r#"(export "proxy_on_log") (param i32)"#);
    let mut bench = start(&module);
    let first = bench.accept();
    bench.handle(Input::ClientReset { connection: first });
    assert_eq!(bench.logged(), ["000", "002"]);
    let second = bench.accept();
    assert_eq!(asked(&mut bench, second, "=once"), ["000"]);
    assert_eq!(asked(&mut bench, second, "=once"), ["000"]);
}

#[test]
fn filter_state_has_a_limit() {
    let max = crate::properties::FILTER_STATE_BYTES_MAX;
    // The key is `wasm.p`, and the module stores three times.
    for (room, status) in [(-1, "000"), (0, "000"), (1, "010")] {
        let len = i64::try_from(max - "wasm.p".len()).unwrap() + room;
        let mut bench = start(&format!(
            r#"(data (i32.const 1024) "p")
               (func (export "proxy_on_new_connection") (param i32) (result i32)
                 (drop (memory.grow (i32.const 32)))
                 (call $say (call $set_property (i32.const 1024) (i32.const 1) (i32.const 0) (i32.const {len})))
                 (call $say (call $set_property (i32.const 1024) (i32.const 1) (i32.const 0) (i32.const {len})))
                 (i32.const 1))"#
        ));
        bench.accept();
        assert_eq!(bench.seen(), [status; 2], "{room}");
    }
}

#[test]
fn the_server_is_known_when_it_is_connected() {
    let (mut bench, client) = connected("0", "");
    bench.wait(30);
    let ends = UpstreamEnds {
        local: "198.51.100.1:49152".parse().unwrap(),
        server: "198.51.100.2:25".parse().unwrap(),
    };
    bench.handle(Input::UpstreamConnected { connection: client, ends: Some(ends) });
    for (path, value) in [
        ("upstream\0address", "198.51.100.2:25"),
        ("upstream\0port", &number(25)),
        ("upstream\0local_address", "198.51.100.1:49152"),
        ("upstream\0cx_pool_ready_duration", &number(30_000_000)),
        ("upstream\0locality", ""),
        ("upstream\0locality\0zone", ""),
        ("upstream\0num_endpoints", &number(1)),
    ] {
        assert_eq!(asked(&mut bench, client, path), ["000", value], "{path:?}");
    }
    assert_eq!(asked(&mut bench, client, "xds\0upstream_host_metadata"), ["003", ""]);
}

#[test]
fn a_driver_without_addresses_has_no_properties_of_theirs() {
    let (mut bench, client) = connected("0", "");
    bench.connected(client);
    for field in ["address", "port", "local_address"] {
        assert_eq!(asked(&mut bench, client, &format!("upstream\0{field}")), ["001", ""], "{field}");
    }
    assert_eq!(asked(&mut bench, client, "upstream\0locality\0region"), ["000", ""]);
}

/// As Envoy 1.40 does: what a module has paused is counted again with every read.
#[test]
fn bytes_are_counted_when_they_are_read_and_when_they_are_passed_on() {
    let (mut bench, client) = connected("0", "");
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    bench.seen();
    assert_eq!(asked(&mut bench, client, "response\0size"), ["000", &number(8)]);
    // The module takes the paths away, so that only new bytes count.
    let asked_before = "response\0size".len();
    let path = "request\0size";
    let read = i64::try_from(asked_before + path.len()).unwrap();
    assert_eq!(asked(&mut bench, client, path), ["000", &number(read)]);
}
