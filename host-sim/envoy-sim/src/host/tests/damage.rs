//! Damaged modules: whatever the file is, the host says something and goes on.

use super::bad_modules::LIMITS;
use super::bench::Bench;
use crate::{Driven, FailurePolicy, Host, Module, Now, Reloads, Settings};

/// Damaged files that are tried.
const TRIES: u64 = 1_000;

/// A module that does something in each callback.
const WHOLE: &str = r#"(module
(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
(import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_buffer_bytes" (func $set (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_tick_period_milliseconds" (func $tick (param i32) (result i32)))
(import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
(import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
(import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
(memory (export "memory") 2)
(data (i32.const 1024) "hello")
(global $heap (mut i32) (i32.const 65536))
(func (export "malloc") (param i32) (result i32)
  (global.set $heap (i32.add (global.get $heap) (local.get 0)))
  (i32.sub (global.get $heap) (local.get 0)))
(func (export "proxy_abi_version_0_2_1"))
(func $hello (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 5))))
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (drop (call $get (i32.const 7) (i32.const 0) (local.get 1) (i32.const 0) (i32.const 4)))
  (drop (call $tick (i32.const 5))) (call $hello) (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32) (call $hello) (i32.const 1))
(func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
  (drop (call $get (i32.const 2) (i32.const 0) (local.get 1) (i32.const 0) (i32.const 4)))
  (drop (call $set (i32.const 2) (i32.const 0) (i32.const 1) (i32.load (i32.const 0)) (i32.load (i32.const 4))))
  (i32.const 1))
(func (export "proxy_on_tick") (param i32)
  (drop (call $effective (i32.const 2))) (drop (call $continue (i32.const 2))))
(func (export "proxy_on_upstream_data") (param i32 i32 i32) (result i32)
  (drop (call $close (i32.const 2))) (i32.const 0))
(func (export "proxy_on_done") (param i32) (result i32) (i32.const 0)))"#;

/// Some bytes changed, cut out, or doubled.
fn damage(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..3) {
        let at = random.usize(8..bytes.len());
        let to = (at + random.usize(1..16)).min(bytes.len());
        match random.u8(0..12) {
            0..5 => bytes[at] = random.u8(0..64),
            5..10 => bytes[at] ^= 1 << random.u8(0..8),
            10 => drop(bytes.drain(at..to)),
            _ => bytes.splice(at..at, bytes[at..to].to_vec()).for_each(drop),
        }
    }
}

/// How far a damaged module comes: 0 is not loaded, 1 not started, 2 failed, 3 alive.
fn try_out(bytes: &[u8]) -> usize {
    let Ok(module) = Module::from_bytes("damaged.wasm", bytes) else { return 0 };
    let failure_policy = FailurePolicy::FAIL_RELOAD;
    let settings = Settings { limits: LIMITS, failure_policy, ..Settings::postscreen("configuration") };
    let Ok(host) = Host::start(&module, settings, Now::default()) else { return 1 };
    let mut bench = Bench { host, now: Now::default() };
    let client = bench.accept();
    bench.send(client, "EHLO a\r\n");
    bench.wait(10);
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    let _ = bench.host.reconfigure("other", bench.now);
    bench.accept();
    bench.end(client);
    bench.wait(2000);
    bench.accept();
    bench.host.stop(bench.now);
    let unhurt = bench.host.failed_workers().is_empty() && bench.host.reloads() == Reloads::default();
    if unhurt { 3 } else { 2 }
}

#[test]
fn no_damage_to_a_module_makes_the_host_panic() {
    let whole = wat::parse_str(WHOLE).unwrap();
    assert_eq!(try_out(&whole), 3);
    let mut reached = [0; 4];
    for seed in 0..TRIES {
        let mut bytes = whole.clone();
        damage(&mut bytes, &mut fastrand::Rng::with_seed(seed));
        reached[try_out(&bytes)] += 1;
    }
    assert!(reached.iter().all(|count| *count > 0), "damage of every depth: {reached:?}");
}

#[test]
fn no_damage_to_its_text_makes_the_host_panic() {
    for seed in 0..TRIES {
        let mut bytes = WHOLE.as_bytes().to_vec();
        damage(&mut bytes, &mut fastrand::Rng::with_seed(seed));
        try_out(&bytes);
    }
}
