use super::*;

/// Defines a metric, keeps shared data and filter state, and logs on every machine.
const KEEPER: &str = r#"(module
  (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
  (import "env" "proxy_set_shared_data" (func $share (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_property" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "seen")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (drop (call $log (i32.const 3) (i32.const 0) (i32.const 4)))
    (drop (call $define (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 64)))
    (i32.const 1))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $increment (i32.load (i32.const 64)) (i64.const 1)))
    (drop (call $share (i32.const 0) (i32.const 4) (i32.const 1) (i32.const 2) (i32.const 0)))
    (drop (call $set (i32.const 0) (i32.const 4) (i32.const 2) (i32.const 2)))
    (i32.const 0)))"#;

#[test]
fn metrics_shared_data_and_filter_state_can_be_read() {
    let sim = Sim::wat(KEEPER).start();
    assert_eq!((sim.metric("seen"), sim.shared_data("seen")), (0, None));
    let client = sim.connect("203.0.113.9");
    assert_eq!(sim.metric("seen"), 1);
    assert_eq!(sim.metrics().len(), 1);
    assert_eq!(sim.shared_data("seen").as_deref(), Some(&b"ee"[..]));
    assert_eq!(client.filter_state("wasm.seen").as_deref(), Some(&b"en"[..]));
    assert_eq!(client.filter_state("wasm.other"), None);
    client.reset();
    assert_eq!(client.filter_state("wasm.seen").as_deref(), Some(&b"en"[..]), "also after its end");
}

#[test]
fn the_log_of_the_workers_leaves_out_the_other_machines() {
    let sim = Sim::wat(KEEPER).workers(2).start();
    assert_eq!(sim.log().len(), 4, "canary, main thread and two workers");
    sim.assert_log(["seen", "seen"]);
    sim.assert_logged("ee");
}

#[test]
fn settings_reach_the_module() {
    let sim = Sim::wat(KEEPER).settings(|settings| settings.log_level = envoy_sim::LogLevel::Error).start();
    assert!(sim.log().is_empty());
}

#[test]
fn a_trace_has_every_call_with_its_arguments() {
    let sim = Sim::wat(KEEPER).traced().start();
    sim.connect("203.0.113.9");
    let trace = sim.trace();
    assert!(trace.contains("canary"), "{trace}");
    let call = r#"proxy_define_metric(kind: Counter, name: "seen") = Ok, id: 4"#;
    assert_eq!(trace.matches(call).count(), 3, "{trace}");
    assert!(Sim::wat(KEEPER).start().trace().is_empty());
}

#[test]
fn a_new_configuration_is_tried_and_reaches_every_machine() {
    let sim = Sim::wat(KEEPER).start();
    let client = sim.connect("203.0.113.9");
    sim.reconfigure("{}").unwrap();
    assert_eq!(sim.log().len(), 6, "canary, main thread and worker, twice");
    client.assert_open();
    sim.stop();
    client.assert_closed();
}

#[test]
fn a_configuration_that_is_refused_changes_nothing() {
    let refuses_any_but_none = r#"(module
      (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (i32.const 1024))
      (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.eqz (local.get 1))))"#;
    let sim = Sim::wat(refuses_any_but_none).start();
    let error = sim.reconfigure("x").unwrap_err();
    assert!(error.to_string().contains("refused its configuration"), "{error}");
    sim.connect("203.0.113.9").assert_open();
}

#[test]
fn handles_can_be_shown() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    assert_eq!(format!("{sim:?}"), "Sim { elapsed: 2s, .. }");
    assert_eq!(format!("{client:?}"), "Client { address: 203.0.113.9:40000, closing: None, .. }");
    assert_eq!(format!("{:?}", client.upstream()), "Upstream { cluster: \"backend\", .. }");
    // So that this compiles.
    Sim::wat("(module)").try_start().unwrap_err();
}

#[test]
fn a_server_knows_when_it_is_left() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    let server = client.upstream();
    server.assert_silent();
    server.assert_open();
    client.reset();
    server.assert_closed();
}
