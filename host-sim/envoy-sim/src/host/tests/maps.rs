use super::bench::start;
use crate::{CallId, HttpFailure, Input, VmId};

/// Makes an HTTP call for each client, and asks about all maps: of each value, pairs and size, without a call-out and
/// in its callback. Then tries to change one.
const MAPS: &str = r#"
(import "env" "proxy_get_header_map_size" (func $size (param i32 i32) (result i32)))
(import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_replace_header_map_value" (func $replace (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_remove_header_map_value" (func $remove (param i32 i32 i32) (result i32)))
(import "env" "proxy_set_header_map_pairs" (func $set (param i32 i32 i32) (result i32)))
(data (i32.const 1024) "resolver")
(data (i32.const 1100) "\03\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\01\00\00\00\0a\00\00\00\01\00\00\00"
  ":method\00GET\00:path\00/\00:authority\00a\00")
(data (i32.const 1200) "X-A")
(func $value (param $map i32)
  (call $say (call $get_header (local.get $map) (i32.const 1200) (i32.const 3) (i32.const 0) (i32.const 4))))
(func $ask (local $map i32)
  (loop $next
    (call $value (local.get $map))
    (local.set $map (i32.add (local.get $map) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $map) (i32.const 9))))
  (call $say (call $get_headers (i32.const 0) (i32.const 0) (i32.const 4))) (call $say (i32.load (i32.const 4)))
  (call $say (call $get_headers (i32.const 6) (i32.const 0) (i32.const 4))) (call $say (i32.load (i32.const 4)))
  (call $say (call $get_headers (i32.const 8) (i32.const 0) (i32.const 4)))
  (call $say (call $size (i32.const 6) (i32.const 8)))
  (call $say (call $add (i32.const 6) (i32.const 1200) (i32.const 3) (i32.const 1200) (i32.const 3)))
  (call $say (call $replace (i32.const 0) (i32.const 1200) (i32.const 3) (i32.const 1200) (i32.const 3)))
  (call $say (call $remove (i32.const 6) (i32.const 1200) (i32.const 3)))
  (call $say (call $remove (i32.const 6) (i32.const -1) (i32.const 3)))
  (call $say (call $set (i32.const 6) (i32.const 1100) (i32.const 4))))
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (drop (call $http_call (i32.const 1024) (i32.const 8) (i32.const 1100) (i32.const 61)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8)))
  (call $ask) (i32.const 1))
(func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32) (call $ask))
"#;

const CALL: CallId = CallId { vm: VmId::Worker(0), token: 4 };
/// Adding, replacing, removing, removing at a bad address, setting.
const CHANGES: [&str; 5] = ["002", "002", "002", "006", "002"];

#[test]
fn without_a_call_out_there_is_no_map_but_an_empty_one_to_copy() {
    let mut bench = start(MAPS);
    bench.accept();
    let seen = bench.seen();
    assert_eq!(seen[0], "call resolver token 4");
    assert_eq!(seen[1..10], ["002"; 9]);
    assert_eq!(seen[10..16], ["000", "000", "000", "000", "002", "002"]);
    assert_eq!(seen[16..], CHANGES);
}

#[test]
fn in_its_callback_a_response_can_be_read_but_neither_measured_nor_changed() {
    let mut bench = start(MAPS);
    bench.accept();
    bench.seen();
    let headers = vec![(b"x-a".to_vec(), b"1".to_vec())];
    bench.handle(Input::HttpResponse { call: CALL, headers, body: Vec::new(), trailers: Vec::new() });
    let seen = bench.seen();
    // There are no trailers, so there is no map of them either.
    assert_eq!(seen[..9], ["002", "002", "002", "002", "002", "002", "000", "002", "002"]);
    // With the header that Envoy adds.
    assert_eq!(seen[9..15], ["000", "000", "000", "058", "002", "002"]);
    assert_eq!(seen[15..], CHANGES);
}

#[test]
fn trailers_are_a_map_when_there_are_any() {
    let mut bench = start(MAPS);
    bench.accept();
    bench.seen();
    let trailers = vec![(b"other".to_vec(), b"1".to_vec())];
    bench.handle(Input::HttpResponse { call: CALL, headers: Vec::new(), body: Vec::new(), trailers });
    assert_eq!(bench.seen()[6..8], ["001", "001"]);
}

#[test]
fn a_call_that_was_reset_has_no_map() {
    let mut bench = start(MAPS);
    bench.accept();
    bench.seen();
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Reset });
    assert_eq!(bench.seen()[..9], ["002"; 9]);
}
