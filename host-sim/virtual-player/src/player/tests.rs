//! The player against a module that lets everybody through, and against one that holds everybody.

use envoy_sim::{Limits, Module};
use postscreen_scenario::parse;

use super::play::{LIMITS, SETTLE};
use super::*;
use crate::Envoy;

/// A module whose callback for new connections answers `action`: 0 lets the client through, 1 holds it.
fn module(action: u8) -> Screener {
    let text = format!(
        r#"(module
          (memory (export "memory") 1)
          (func (export "proxy_abi_version_0_2_1"))
          (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
          (func (export "proxy_on_context_create") (param i32 i32))
          (func (export "proxy_on_vm_start") (param i32 i32) (result i32) i32.const 1)
          (func (export "proxy_on_configure") (param i32 i32) (result i32) i32.const 1)
          (func (export "proxy_on_new_connection") (param i32) (result i32) i32.const {action})
          (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) i32.const {action}))"#
    );
    Screener::ProxyWasm(Module::from_bytes("test", text.as_bytes()).unwrap(), Envoy::default())
}

fn differences(action: u8, yaml: &str) -> (Vec<String>, Duration) {
    let scenario = parse("s", yaml).unwrap();
    let played = Player::new(&module(action)).play(&scenario);
    (played.differences.iter().map(ToString::to_string).collect(), played.virtual_time)
}

#[test]
fn a_client_that_is_let_through_talks_to_the_mail_server() {
    let (differences, time) = differences(
        0,
        r#"
about: x
clients:
  a:
    from: 203.0.113.9
    script:
      - expect: "220 mx.test ESMTP\r\n"
      - send: "EHLO a\r\n"
      - expect: "250 mx.test\r\n"
      - wait: 30s
      - send: "QUIT\r\n"
      - expect: "221 2.0.0 Bye\r\n"
      - closed
      - elapsed: 30s
backend: { sessions: [a] }
log: []
"#,
    );
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(time, Duration::from_secs(30) + SETTLE);
}

#[test]
fn clients_connect_when_the_story_says() {
    let (differences, time) = differences(
        0,
        r#"
about: x
clients:
  third: { from: 203.0.113.9, after: second, wait: 2s, script: [{ expect: "220 mx.test ESMTP\r\n" }] }
  first: { from: 203.0.113.9, script: [{ wait: 10s }] }
  second: { from: "2001:db8::9", at: 3s, script: [{ wait: 1s }] }
backend: { sessions: [first, second, third] }
"#,
    );
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(time, Duration::from_secs(10) + SETTLE);
}

#[test]
fn a_held_client_waits_in_vain_and_no_longer_than_the_limit() {
    let (differences, time) = differences(
        1,
        r#"
about: x
clients:
  a: { from: 203.0.113.9, script: [{ send: "EHLO a\r\n" }, { silence: 5s }, { expect: "220" }] }
backend: untouched
"#,
    );
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(
        differences[0].contains("step 3 (expect)") && differences[0].contains("in vain"),
        "{differences:?}"
    );
    assert_eq!(time, Duration::from_secs(5) + LIMITS.wait + SETTLE);
}

#[test]
fn a_client_may_end_its_half_and_still_hear_the_mail_server() {
    let (differences, _) = differences(
        0,
        r#"
about: x
clients:
  a:
    from: 203.0.113.9
    script:
      - expect: "220 mx.test ESMTP\r\n"
      - send: "NOOP\r\n"
      - end
      - expect: "250 2.0.0 Ok\r\n"
      - closed
  b: { from: 203.0.113.9, script: [reset] }
  c: { from: 203.0.113.9, script: [close, { send: "lost" }, end, reset] }
"#,
    );
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn what_went_another_way_is_told() {
    let (differences, _) = differences(
        0,
        r#"
about: x
clients:
  a: { from: 203.0.113.9, script: [{ expect: "521" }] }
backend: untouched
log: [ "PASS NEW [203.0.113.9]:PORT" ]
metrics: { postscreen_connections_total: 1 }
"#,
    );
    let heads: Vec<_> = differences.iter().filter_map(|text| text.split(':').next()).collect();
    assert_eq!(heads, ["client a", "sessions at the mail server", "log of 203.0.113.9", "metrics"]);
}

#[test]
fn a_module_that_loops_for_ever_fails_its_story_and_not_the_next() {
    let text = r#"(module
      (memory (export "memory") 1)
      (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (i32.const 1024))
      (global $clients (mut i32) (i32.const 0))
      (func $spin (loop $again (br $again)))
      (func (export "proxy_on_new_connection") (param i32) (result i32)
        (global.set $clients (i32.add (global.get $clients) (i32.const 1)))
        (if (i32.eq (global.get $clients) (i32.const 2)) (then (call $spin)))
        i32.const 0))"#;
    let module = Module::from_bytes("test", text.as_bytes()).unwrap();
    let program = Screener::ProxyWasm(
        module,
        Envoy { limits: Limits { fuel: Some(10_000), ..Limits::default() }, ..Envoy::default() },
    );
    let play = |clients: &str| {
        let scenario = parse("s", &format!("about: x\nclients:\n{clients}")).unwrap();
        let played = Player::new(&program).play(&scenario);
        played.differences.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let one = "  a: { from: 203.0.113.9, script: [{ expect: \"220 mx.test ESMTP\\r\\n\" }] }\n";
    let two = format!("{one}{}", one.replace("a:", "b:"));
    let differences = play(&two);
    let host = differences.iter().find(|text| text.starts_with("the host")).unwrap();
    assert!(host.contains("proxy_on_new_connection failed: it used up its fuel of 10000"), "{host}");
    assert!(host.contains("0: spin"), "{host}");
    assert!(play(one).is_empty());
}

#[test]
fn a_teaser_is_kept_apart_from_the_script_and_recorded() {
    let yaml = r#"
about: x
policy: { greet_wait: 2s, myhostname: mx.test }
clients:
  a: { from: 203.0.113.9, script: [{ silence: 1s }, { expect: "220 mx.test ESMTP\r\n" }, { elapsed: 2s }] }
backend: { sessions: [a] }
"#;
    let played = Player::new(&Screener::Native).play(&parse("s", yaml).unwrap());
    assert!(played.differences.is_empty(), "{:?}", played.differences);
    assert_eq!(played.transcript.teasers, [("a".to_owned(), "220-mx.test ESMTP".to_owned())].into());
}
