use envoy_sim::{Effect, HttpFailure, Input};

use super::super::testbed::EFFECTS_MAX;
use super::*;

/// Asks the cluster `dns` for every client, and logs the status code of the answer. The pairs are `:method`,
/// `:path` and
/// `:authority`, each with a value of one byte.
const ASKER: &str = r#"(module
  (import "env" "proxy_http_call"
    (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value" (func $header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "dns:status")
  (data (i32.const 100) "\03\00\00\00\07\00\00\00\01\00\00\00\05\00\00\00\01\00\00\00\0a\00\00\00\01\00\00\00")
  (data (i32.const 128) ":method\00G\00:path\00/\00:authority\00x\00")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 4096))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $call (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 59) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 1000) (i32.const 512)))
    (i32.const 1))
  (func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32)
    (drop (call $header (i32.const 6) (i32.const 3) (i32.const 7) (i32.const 512) (i32.const 516)))
    (drop (call $log (i32.const 2) (i32.load (i32.const 512)) (i32.load (i32.const 516))))))"#;

fn ask() -> (Sim, Client) {
    let sim = Sim::wat(ASKER).call_cluster("dns").start();
    let client = sim.connect("203.0.113.9");
    (sim, client)
}

#[test]
fn a_call_waits_for_the_test() {
    let (sim, _) = ask();
    let call = sim.next_call();
    assert_eq!((call.cluster(), call.header(":path").as_deref(), call.body()), ("dns", Some("/"), &[][..]));
    assert_eq!(call.request().timeout, Some(Duration::from_secs(1)));
    assert_eq!(call.header("none"), None);
    call.respond(Answer::status(204, ""));
    sim.assert_log(["204"]);
    assert!(sim.calls().is_empty());
}

#[test]
fn an_answer_may_take_its_time() {
    let (sim, _) = ask();
    sim.next_call().respond(Answer::ok("x").header("server", "y").after(Duration::from_millis(5)));
    sim.assert_log([]);
    sim.advance(Duration::from_millis(5));
    sim.assert_log(["200"]);
}

#[test]
fn a_call_fails_as_envoy_lets_it_fail() {
    let (sim, _) = ask();
    sim.next_call().fail(HttpFailure::Unreachable);
    sim.assert_log(["503"]);
}

#[test]
fn a_call_that_nobody_answers_ends_with_its_timeout() {
    let (sim, _) = ask();
    sim.next_call().respond(Answer::never());
    sim.advance(Duration::from_secs(1));
    sim.assert_log(["504"]);
    sim.connect("203.0.113.9");
    sim.advance(Duration::from_secs(1));
    assert!(sim.calls().is_empty(), "a call that has timed out waits no more");
}

#[test]
fn calls_are_answered_by_script() {
    let sim = Sim::wat(ASKER).call_cluster("dns").start();
    let mut count = 200;
    sim.answer_calls("dns", move |call| {
        assert_eq!(call.cluster, "dns");
        count += 1;
        Answer::status(count, "")
    });
    sim.connect("203.0.113.9");
    sim.connect("203.0.113.10");
    sim.assert_log(["201", "202"]);
}

/// Answers so many questions at once; the module asks again each time.
fn insist(answers: usize) {
    let again = r#"(func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32)
      (drop (call $call (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 59) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 1000) (i32.const 512)))))"#;
    let (before, _) = ASKER.split_once("(func (export \"proxy_on_http_call_response\")").unwrap();
    let sim = Sim::wat(&format!("{before}{again}")).call_cluster("dns").start();
    let mut left = answers;
    sim.answer_calls("dns", move |_| {
        let more = left > 0;
        left = left.saturating_sub(1);
        if more { Answer::ok("") } else { Answer::never() }
    });
    sim.connect("203.0.113.9");
}

/// A question and its answer are two effects; the last question, and seeing that there is nothing more, are two.
const ANSWERS_MAX: usize = EFFECTS_MAX / 2 - 1;

#[test]
fn a_module_may_insist_up_to_the_limit() {
    insist(ANSWERS_MAX - 1);
    insist(ANSWERS_MAX);
}

#[test]
#[should_panic(expected = "do not come to rest")]
fn a_module_that_never_comes_to_rest_ends_at_the_limit() {
    insist(ANSWERS_MAX + 1);
}

#[test]
fn a_dead_cluster_and_an_unknown_one_get_no_call() {
    for builder in [Sim::wat(ASKER).dead_call_cluster("dns"), Sim::wat(ASKER)] {
        let sim = builder.start();
        sim.connect("203.0.113.9");
        assert!(sim.calls().is_empty());
    }
}

/// Looks up a name for every client, and logs when it hears of it.
const LOOKER: &str = r#"(module
  (import "env" "envoy_resolve_dns" (func $resolve (param i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "mx.example")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $resolve (i32.const 0) (i32.const 10) (i32.const 64)))
    (i32.const 1))
  (func (export "envoy_on_resolve_dns") (param i32 i32 i32)
    (drop (call $log (i32.const 2) (i32.const 0) (i32.const 2)))))"#;

#[test]
fn a_look_up_is_declined_unless_the_test_wants_it() {
    let sim = Sim::wat(LOOKER).start();
    sim.connect("203.0.113.9");
    sim.assert_log(["mx"]);
    assert_eq!(sim.take_effects(), []);

    sim.keep_effects();
    sim.connect("203.0.113.9");
    sim.assert_log(["mx"]);
    let effects = sim.take_effects();
    let [Effect::ResolveDns { call, name }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(name, "mx.example");
    sim.handle(Input::DnsAnswer { call: *call, answer: Some(Vec::new()) });
    sim.assert_log(["mx", "mx"]);
    assert_eq!(sim.take_effects(), []);
}

#[test]
fn names_of_headers_are_in_lower_case_as_in_envoy() {
    let answer = Answer::ok("").header("Content-Type", "text/plain");
    assert_eq!(answer, Answer::ok("").header("content-type", "text/plain"));
    let (sim, _) = ask();
    assert_eq!(sim.next_call().header(":Path").as_deref(), Some("/"));
}
