use super::bench::{hex, start};
use crate::abi::foreign::{DECLARED_BYTES_MAX, DECLARED_OVERHEAD_BYTES};

/// Calls the function with the message for each client, and logs the status and the result.
fn caller(name: &str, message: &[u8]) -> String {
    format!(
        r#"(data (i32.const 1024) "{name}") (data (i32.const 1100) "{message}")
           (func $call (param $ptr_out i32) (param $len_out i32)
             (call $say (call $foreign (i32.const 1024) (i32.const {name_len}) (i32.const 1100)
               (i32.const {len}) (local.get $ptr_out) (local.get $len_out))))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (i32.store (i32.const 0) (i32.const 77)) (i32.store (i32.const 4) (i32.const 77))
             (call $call (i32.const 0) (i32.const 4))
             (call $call (i32.const 16) (i32.const 20))
             (call $text (i32.load (i32.const 16)) (i32.load (i32.const 20)))
             (i32.const 1))"#,
        message = hex(message),
        name_len = name.len(),
        len = message.len(),
    )
}

/// Status and result of one call.
fn called(name: &str, message: &[u8]) -> [String; 2] {
    let mut bench = start(&caller(name, message));
    bench.accept();
    let seen = bench.seen();
    [seen[1].clone(), seen[2].clone()]
}

#[test]
fn an_unknown_name_is_not_found() {
    for name in ["nonsense", "Compress", ""] {
        assert_eq!(called(name, b""), ["001", ""], "{name:?}");
    }
}

#[test]
fn a_result_comes_in_memory_of_the_modules_own() {
    let hello = b"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15";
    assert_eq!(called("uncompress", hello), ["000", "hello"]);
    assert_eq!(called("uncompress", b"nonsense"), ["003", ""]);
    assert_eq!(called("compress", b"hello")[0], "000");
}

#[test]
fn what_needs_no_result_has_none() {
    assert_eq!(called("clear_route_cache", b"anything"), ["000", ""]);
}

#[cfg(feature = "cel")]
#[test]
fn an_expression_has_a_token_of_four_bytes() {
    assert_eq!(called("expr_create", b"1 + 1"), ["000", "\x01\0\0\0"], "the second call of the two");
    assert_eq!(called("expr_create", b"1 +"), ["002", ""]);
    assert_eq!(called("expr_evaluate", b"\0\0\0\0"), ["001", ""]);
    for function in ["expr_evaluate", "expr_delete"] {
        for token in [&b""[..], b"\0\0\0", b"\0\0\0\0\0"] {
            assert_eq!(called(function, token), ["002", ""], "{function} {token:?}");
        }
    }
    assert_eq!(called("expr_delete", b"\0\0\0\0"), ["000", ""]);
}

#[cfg(feature = "cel")]
#[test]
fn a_stream_evaluates_what_its_root_has_created() {
    // The root creates an expression, and each client evaluates token 0.
    let mut bench = start(
        r#"(data (i32.const 1024) "expr_create") (data (i32.const 1100) "source.address")
           (data (i32.const 1200) "expr_evaluate")
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $foreign (i32.const 1024) (i32.const 11) (i32.const 1100) (i32.const 14)
               (i32.const 16) (i32.const 20)))
             (call $evaluate) (i32.const 1))
           (func $evaluate
             (i32.store (i32.const 24) (i32.const 0))
             (call $say (call $foreign (i32.const 1200) (i32.const 13) (i32.const 24) (i32.const 4)
               (i32.const 16) (i32.const 20)))
             (call $text (i32.load (i32.const 16)) (i32.load (i32.const 20))))
           (func (export "proxy_on_new_connection") (param i32) (result i32) (call $evaluate) (i32.const 1))"#,
    );
    assert_eq!(bench.seen(), ["010", ""].repeat(3), "canary, main thread, worker");
    bench.accept();
    assert_eq!(bench.seen(), ["000", "203.0.113.9:4242"]);
}

#[test]
fn a_key_has_a_factory_that_takes_the_value_or_not() {
    for (key, value, status) in [
        ("envoy.tcp_proxy.cluster", "anything", "000"),
        ("envoy.tcp_proxy.per_connection_idle_timeout_ms", "1000", "000"),
        ("envoy.tcp_proxy.per_connection_idle_timeout_ms", "-1", "002"),
        ("envoy.tcp_proxy.per_connection_idle_timeout_ms", "18446744073709551615", "000"),
        ("envoy.tcp_proxy.per_connection_idle_timeout_ms", "18446744073709551616", "002"),
        ("envoy.tcp_proxy.disable_tunneling", "whatever", "000"),
        ("envoy.upstream.dynamic_port", "4294967295", "000"),
        ("envoy.upstream.dynamic_port", "4294967296", "002"),
        ("envoy.network.ip", "192.0.2.1", "000"),
        ("envoy.network.ip", "192.0.2.1:25", "002"),
        ("envoy.network.transport_socket.original_dst_address", "[2001:db8::1]:25", "000"),
        ("envoy.network.transport_socket.original_dst_address", "2001:db8::1", "002"),
        ("envoy.string", "", "000"),
        ("postscreen.verdict", "PASS", "001"),
        ("", "", "001"),
    ] {
        let field =
            |number: u8, text: &str| [&[number, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let message = [field(0x0a, key), field(0x12, value), vec![0x18, 2]].concat();
        assert_eq!(called("set_envoy_filter_state", &message), [status, ""], "{key} {value}");
    }
    assert_eq!(called("set_envoy_filter_state", b"\x0a"), ["002", ""], "not a message");
    assert_eq!(called("set_envoy_filter_state", b"\x0a\x01\xff"), ["002", ""], "not text");
}

#[test]
fn an_output_at_address_0_is_not_wanted() {
    let mut bench = start(&caller("compress", b"x"));
    bench.accept();
    // The first call has its outputs at 0 and 4: only the length is written.
    assert_eq!(bench.seen()[0], "000");
    let mut bench = start(
        r#"(data (i32.const 1024) "compress")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (i32.store (i32.const 0) (i32.const 77)) (i32.store (i32.const 4) (i32.const 77))
             (drop (call $foreign (i32.const 1024) (i32.const 8) (i32.const 1024) (i32.const 8)
               (i32.const 0) (i32.const 4)))
             (call $say (i32.load (i32.const 0)))
             (call $say (i32.eq (i32.load (i32.const 4)) (i32.const 77)))
             (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["077", "000"]);
}

#[test]
fn declared_names_have_so_much_room() {
    let full = DECLARED_BYTES_MAX - DECLARED_OVERHEAD_BYTES;
    for (len, status) in [(full - 1, "000"), (full, "000"), (full + 1, "010")] {
        // The field's length has three bytes; the name is all NUL.
        let bytes =
            [len & 0x7f | 0x80, len >> 7 & 0x7f | 0x80, len >> 14].map(|byte| u8::try_from(byte).unwrap());
        let mut bench = start(&format!(
            r#"(data (i32.const 1024) "declare_property") (data (i32.const 70000) "\0a{}")
               (func (export "proxy_on_new_connection") (param i32) (result i32)
                 (drop (memory.grow (i32.const 32)))
                 (call $say (call $foreign (i32.const 1024) (i32.const 16) (i32.const 70000) (i32.const {})
                   (i32.const 16) (i32.const 20)))
                 (i32.const 1))"#,
            hex(&bytes),
            len + 4
        ));
        bench.accept();
        assert_eq!(bench.seen(), [status], "{len}");
    }
}
