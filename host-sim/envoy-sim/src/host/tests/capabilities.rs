use super::bench::{Bench, start_with};
use crate::Settings;

/// Logs the status of two functions of Proxy-Wasm and one of WASI for each client and on each tick.
const MODULE: &str = r#"
(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
(import "env" "pthread_equal" (func $equal (param i32 i32) (result i32)))
(import "env" "emscripten_notify_memory_growth" (func $grown (param i32)))
(func $ask
  (call $say (call $effective (i32.const 1)))
  (call $say (call $tick_period (i32.const 10)))
  (call $say (call $random (i32.const 0) (i32.const 4)))
  (call $say (call $equal (i32.const 1) (i32.const 1)))
  (call $grown (i32.const 0)))
(func (export "proxy_on_new_connection") (param i32) (result i32) (call $ask) (i32.const 0))
(func (export "proxy_on_tick") (param i32) (call $ask))
"#;

fn allowing(names: &[&str]) -> Bench {
    let allowed_capabilities = names.iter().map(|name| (*name).to_owned()).collect();
    start_with(MODULE, Settings { allowed_capabilities, ..Settings::postscreen("{}") })
}

#[test]
fn nothing_is_everything() {
    let mut bench = allowing(&[]);
    bench.accept();
    assert_eq!(bench.seen(), ["000", "000", "000", "001", "dial backend"]);
}

#[test]
fn what_is_not_allowed_is_answered_by_the_host() {
    let mut bench = allowing(&[
        "proxy_log",
        "proxy_set_tick_period_milliseconds",
        "proxy_on_new_connection",
        "proxy_on_context_create",
    ]);
    bench.accept();
    assert_eq!(
        bench.seen(),
        [
            "Attempted call to restricted proxy-wasm capability: proxy_set_effective_context",
            "010",
            "000",
            "Attempted call to restricted WASI capability: random_get",
            "076",
            "001",
            "dial backend"
        ]
    );
    bench.wait(20);
    assert!(bench.seen().is_empty(), "proxy_on_tick is not allowed");
}

#[test]
fn a_callback_that_is_not_allowed_is_as_if_the_module_had_none() {
    let mut bench = allowing(&["proxy_log"]);
    bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
}
