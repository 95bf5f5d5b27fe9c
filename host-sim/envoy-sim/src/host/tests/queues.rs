use std::num::NonZeroUsize;

use super::bench::{Bench, start_with};
use crate::host::POSTS_PER_INPUT_MAX;
use crate::{Driven, Settings};

const IMPORTS: &str = r#"
(import "env" "proxy_resolve_shared_queue" (func $resolve (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_dequeue_shared_queue" (func $dequeue (param i32 i32 i32) (result i32)))
(import "env" "proxy_enqueue_shared_queue" (func $enqueue (param i32 i32 i32) (result i32)))
(data (i32.const 1024) "jobsvalue")
(func $register (call $say (call $register_queue (i32.const 1024) (i32.const 4) (i32.const 8))))
"#;

/// With `workers` workers, and the module's `body`.
fn queues(workers: usize, body: &str) -> Bench {
    let mut settings = Settings::postscreen("{}");
    settings.workers = NonZeroUsize::new(workers).unwrap();
    start_with(&format!("{IMPORTS} {body}"), settings)
}

/// Registers when configured; each client puts a value in; who is told takes one out, and asks for one more.
const JOBS: &str = r#"
(func (export "proxy_on_configure") (param i32 i32) (result i32) (call $register) (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (call $say (call $resolve (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 4) (i32.const 8)))
  (call $say (call $enqueue (i32.load (i32.const 8)) (i32.const 1028) (i32.const 5)))
  (i32.const 1))
(func (export "proxy_on_queue_ready") (param $context i32) (param $queue i32)
  (call $say (local.get $context)) (call $say (local.get $queue))
  (call $say (call $dequeue (local.get $queue) (i32.const 0) (i32.const 4)))
  (call $given)
  (call $say (call $dequeue (local.get $queue) (i32.const 0) (i32.const 4))))
"#;

#[test]
fn the_last_who_registered_is_told_in_a_turn_of_its_own() {
    let mut bench = queues(2, JOBS);
    assert_eq!(bench.seen(), ["000"; 4], "canary, main thread and two workers have registered");
    bench.accept_on(0);
    // The callback of the new client is over before the queue's owner is told.
    assert_eq!(bench.seen(), ["000", "000", "001", "001", "000", "value", "007"]);
}

#[test]
fn a_queue_that_nobody_has_is_not_found() {
    let mut bench = queues(
        1,
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $resolve (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 4) (i32.const 8)))
             (call $say (call $enqueue (i32.const 1) (i32.const 1028) (i32.const 5)))
             (call $say (call $dequeue (i32.const 1) (i32.const 0) (i32.const 4)))
             (call $register)
             (call $say (call $resolve (i32.const 1024) (i32.const 4) (i32.const 1024) (i32.const 4) (i32.const 8)))
             (call $say (call $dequeue (i32.load (i32.const 8)) (i32.const 0) (i32.const 4)))
             (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["001", "001", "001", "000", "001", "007"]);
}

#[test]
fn a_stream_that_registers_makes_its_root_the_one_who_is_told() {
    let mut bench = queues(
        1,
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $register)
             (call $say (call $enqueue (i32.load (i32.const 8)) (i32.const 1028) (i32.const 5)))
             (i32.const 1))
           (func (export "proxy_on_queue_ready") (param $context i32) (param $queue i32)
             (call $say (local.get $context)))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["000", "000", "001"]);
}

#[test]
fn a_module_that_feeds_its_own_queue_does_not_stop_the_host() {
    let mut bench = queues(
        1,
        r#"(global $told (mut i32) (i32.const 0))
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $register_queue (i32.const 1024) (i32.const 4) (i32.const 8))) (i32.const 1))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $enqueue (i32.const 1) (i32.const 1028) (i32.const 5)))
             (i32.const 1))
           (func (export "proxy_on_queue_ready") (param i32 i32)
             (drop (call $dequeue (i32.const 1) (i32.const 0) (i32.const 4)))
             (drop (call $enqueue (i32.const 1) (i32.const 1028) (i32.const 5)))
             (global.set $told (i32.add (global.get $told) (i32.const 1)))
             (call $say (i32.div_u (global.get $told) (i32.const 100))))"#,
    );
    bench.seen();
    bench.accept();
    let told = bench.seen();
    assert_eq!(told.len(), POSTS_PER_INPUT_MAX);
    // What is left is due at once, and goes on with the next moment.
    assert_eq!(bench.host.next_deadline(), Some(bench.now.monotonic));
    bench.handle(crate::Input::TimePassed);
    assert_eq!(bench.seen().last().unwrap(), "020");
}
