use super::bench::{start, try_start};
use crate::vm::FRAMES_MAX;
use crate::{Driven, Effect, LogLevel, Now, Settings, StartError, VmId};

const TRAP_ON_DATA: &str = r#"
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (drop (call $tick_period (i32.const 10))) (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 1))
(func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) unreachable)
(func (export "proxy_on_tick") (param i32) (call $say (i32.const 7)))
"#;

#[test]
fn a_trap_closes_its_connection_and_fails_the_machine() {
    let mut bench = start(TRAP_ON_DATA);
    let client = bench.accept();
    bench.send(client, "x");
    assert_eq!(
        bench.seen(),
        [
            "Function: proxy_on_downstream_data failed: wasm trap: wasm `unreachable` instruction executed",
            "It panicked or aborted: what it logged before may say why. Calls in test that led there, innermost first:",
            "  0: proxy_on_downstream_data, at 0x36f",
            "close client",
            "ended"
        ]
    );
    assert_eq!(bench.host.failed_workers(), [0]);
}

#[test]
fn a_trap_is_told_once_before_its_log_lines() {
    let mut bench = start(TRAP_ON_DATA);
    let (client, other) = (bench.accept(), bench.accept());
    assert_eq!(bench.host.worker_of(client), Some(0));
    bench.send(client, "x");
    assert_eq!(bench.host.worker_of(client), None);
    bench.send(other, "x");
    let effects: Vec<_> = std::iter::from_fn(|| bench.host.poll_effect()).collect();
    let trapped = |effect: &Effect| matches!(effect, Effect::Trapped { .. });
    assert_eq!(effects.iter().filter(|effect| trapped(effect)).count(), 1);
    let [Effect::Trapped { vm, headline }, Effect::Log(line), ..] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((*vm, headline), (VmId::Worker(0), &line.text));
}

#[test]
fn a_failed_machine_refuses_new_clients_and_leaves_silent_ones_hanging() {
    let mut bench = start(TRAP_ON_DATA);
    let silent = bench.accept();
    let client = bench.accept();
    bench.send(client, "x");
    bench.seen();
    bench.wait(20);
    // The main thread's machine goes on ticking, the worker's does not.
    assert_eq!(bench.seen(), ["007", "007"]);
    bench.accept();
    assert_eq!(bench.seen(), ["close client", "ended"]);
    bench.send(silent, "x");
    assert_eq!(bench.seen(), ["close client", "ended"]);
}

#[test]
fn a_refused_configuration_is_an_error_with_what_was_logged() {
    let result = try_start(
        r#"(data (i32.const 1024) "configuration: greet_wait")
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $proxy_log (i32.const 4) (i32.const 1024) (i32.const 25))) (i32.const 0))"#,
        Settings::postscreen("{}"),
        Now::default(),
    );
    let error = result.err().unwrap();
    assert_eq!(error.to_string(), "test refused its configuration (proxy_on_configure on the canary)");
    let lines: Vec<_> = error.log().iter().map(|line| (line.level, line.text.as_str())).collect();
    assert_eq!(lines, [(LogLevel::Error, "configuration: greet_wait")]);
    assert_eq!(error.headline(), "configuration: greet_wait");
}

#[test]
fn a_trap_at_the_start_is_an_error_that_names_the_callback() {
    for (export, params) in [("_initialize", ""), ("proxy_on_configure", "(param i32 i32) (result i32)")] {
        let body = format!(r#"(func (export "{export}") {params} unreachable)"#);
        let error = try_start(&body, Settings::postscreen("{}"), Now::default()).err().unwrap();
        assert!(matches!(error, StartError::Trapped { .. }), "{export}");
        assert!(error.to_string().contains(&format!("Function: {export} failed")), "{error}");
        assert_eq!(error.headline(), error.to_string());
    }
}

#[test]
fn host_functions_are_out_of_bounds_while_the_module_initialises_itself() {
    let body = r#"(func (export "_initialize") (drop (call $tick_period (i32.const 1))))"#;
    let error = try_start(body, Settings::postscreen("{}"), Now::default()).err().unwrap();
    assert!(error.to_string().contains("restricted_callback"), "{error}");
}

#[test]
fn a_pointer_outside_the_memory_is_a_status_not_a_trap() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $get_property (i32.const -1) (i32.const 4) (i32.const 0) (i32.const 4)))
             (call $say (call $set_shared
               (i32.const 0) (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0)))
             (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["006", "006"]);
}

/// The lines below the headline when `depth` functions, the callback among them, have called each other.
fn calls(depth: usize) -> Vec<String> {
    let chain = (1..depth).map(|number| match number {
        1 => "(func $f1 unreachable)".to_owned(),
        _ => format!("(func $f{number} (call $f{}))", number - 1),
    });
    let chain: Vec<String> = chain.collect();
    let callback = r#"(func (export "proxy_on_new_connection") (param i32) (result i32)"#;
    let mut bench = start(&format!("{} {callback} (call $f{}) (i32.const 0))", chain.concat(), depth - 1));
    bench.accept();
    let seen = bench.seen();
    let lines = seen.iter().skip(2).filter(|line| line.starts_with("  "));
    lines.map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_calls_that_led_to_a_trap_are_named_up_to_a_screenful() {
    for depth in [FRAMES_MAX - 1, FRAMES_MAX] {
        let lines = calls(depth);
        assert_eq!(lines.len(), depth);
        assert_eq!(lines[0], "  0: f1");
        assert_eq!(lines[depth - 1], format!("  {}: proxy_on_new_connection", depth - 1));
    }
    for depth in [FRAMES_MAX + 1, 100] {
        let lines = calls(depth);
        assert_eq!(lines.len(), FRAMES_MAX + 1);
        assert_eq!(lines[FRAMES_MAX], "  …");
    }
}
