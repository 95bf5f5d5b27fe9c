use super::bench::{Bench, start};
use crate::{CallId, DnsAddress, Input, VmId};

/// Each client looks a name up; the answer is logged as its size, then the buffer 8 in three ways.
const LOOKUP: &str = r#"
(import "env" "envoy_resolve_dns" (func $resolve (param i32 i32 i32) (result i32)))
(data (i32.const 1024) "2.0.0.127.zone.example")
(func $call_data
  (call $say (call $get_buffer (i32.const 8) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
  (call $say (i32.load (i32.const 4))))
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (call $say (call $resolve (i32.const 1024) (i32.const 22) (i32.const 8)))
  (call $say (i32.load (i32.const 8)))
  (i32.const 1))
(func (export "envoy_on_resolve_dns") (param $context i32) (param $token i32) (param $size i32)
  (call $say (local.get $context)) (call $say (local.get $token)) (call $say (local.get $size))
  (call $call_data)
  (drop (call $effective (i32.const 2)))
  (call $call_data)
  (drop (call $effective (i32.const 1)))
  (drop (call $get_buffer (i32.const 6) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4)))
  (call $call_data))
"#;

fn asked() -> Bench {
    let mut bench = start(LOOKUP);
    bench.accept();
    assert_eq!(bench.seen(), ["resolve 2.0.0.127.zone.example token 2", "000", "002"]);
    bench
}

const CALL: CallId = CallId { vm: VmId::Worker(0), token: 2 };

fn address(ip: &str, ttl_s: u32) -> DnsAddress {
    DnsAddress { ip: ip.parse().unwrap(), ttl_s }
}

#[test]
fn the_answer_can_be_read_on_the_root_until_it_looks_at_another_buffer() {
    let mut bench = asked();
    let answer = Some(vec![address("127.0.0.2", 60), address("2001:db8::1", 300)]);
    bench.handle(Input::DnsAnswer { call: CALL, answer });
    // A count, two TTLs, and "127.0.0.2:0" and "[2001:db8::1]:0" with a NUL each.
    let size = 4 + 8 + 12 + 16;
    assert_eq!(
        bench.seen(),
        ["001", "002", &format!("{size:03}"), "000", &format!("{size:03}"), "000", "000", "000", "000"]
    );
}

#[test]
fn a_name_without_addresses_is_a_count_and_a_failed_lookup_is_nothing() {
    for (answer, size) in [(Some(Vec::new()), "004"), (None, "000")] {
        let mut bench = asked();
        bench.handle(Input::DnsAnswer { call: CALL, answer });
        assert_eq!(bench.seen()[..5], ["001", "002", size, "000", size]);
    }
}

#[test]
fn a_lookup_is_answered_once_and_the_next_has_the_next_number() {
    let mut bench = asked();
    bench.handle(Input::DnsAnswer { call: CALL, answer: None });
    bench.seen();
    bench.handle(Input::DnsAnswer { call: CALL, answer: None });
    assert!(bench.seen().is_empty());
    bench.accept();
    assert_eq!(bench.seen()[0], "resolve 2.0.0.127.zone.example token 3");
}

#[test]
fn the_bytes_of_an_answer_are_those_of_envoy() {
    let mut lookups = crate::callout::DnsCalls::default();
    lookups.start(2, 1);
    lookups.answer(2, Some(&[address("127.0.0.2", 60), address("::1", 1)]));
    let expected = b"\x02\0\0\0\x3c\0\0\0\x01\0\0\x00127.0.0.2:0\0[::1]:0\0";
    assert_eq!(lookups.call_data, expected);
}
