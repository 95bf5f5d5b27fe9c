use super::bench::start;
use crate::{Driven, Input};

/// Says what it is asked at its end. The root has something to do until its second tick, then calls `proxy_done`
/// twice.
const LAST_WORDS: &str = r#"
(data (i32.const 1024) "tickdonedeleteclose")
(global $ticks (mut i32) (i32.const 0))
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (call $say (call $done)) (drop (call $tick_period (i32.const 10))) (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 1))
(func (export "proxy_on_tick") (param i32)
  (call $text (i32.const 1024) (i32.const 4))
  (global.set $ticks (i32.add (global.get $ticks) (i32.const 1)))
  (if (i32.eq (global.get $ticks) (i32.const 2)) (then
    (call $say (call $done)) (call $say (call $done)))))
(func (export "proxy_on_downstream_connection_close") (param i32) (param $peer i32)
  (call $text (i32.const 1038) (i32.const 5)) (call $say (local.get $peer)))
(func (export "proxy_on_done") (param $id i32) (result i32)
  (call $text (i32.const 1028) (i32.const 4)) (call $say (local.get $id)) (i32.const 0))
(func (export "proxy_on_delete") (param $id i32)
  (call $text (i32.const 1032) (i32.const 6)) (call $say (local.get $id)))
"#;

#[test]
fn a_root_that_has_something_to_do_lives_until_it_calls_done() {
    let mut bench = start(LAST_WORDS);
    // On canary, main thread and worker: nobody waits for this.
    assert_eq!(bench.seen(), ["001"; 3]);
    bench.host.stop(bench.now);
    assert_eq!(bench.seen(), ["done", "001"].repeat(2), "of the main thread and of the worker");
    assert!(!bench.host.is_over());
    bench.wait(10);
    assert_eq!(bench.seen(), ["tick"; 2]);
    bench.wait(10);
    let end = ["tick", "000", "001", "delete", "001"];
    assert_eq!(bench.seen(), end.repeat(2), "done is heard once, and then the root is deleted");
    assert!(bench.host.is_over());
    assert_eq!(bench.host.next_deadline(), None);
}

#[test]
fn a_root_without_anything_to_do_ends_at_once() {
    let mut bench = start(r#"(func (export "proxy_on_delete") (param $id i32) (call $say (local.get $id)))"#);
    bench.host.stop(bench.now);
    assert_eq!(bench.seen(), ["001"; 2]);
    assert!(bench.host.is_over());
}

#[test]
fn a_stop_closes_every_client_before_its_root_and_turns_new_ones_away() {
    let mut bench = start(LAST_WORDS);
    bench.accept();
    bench.seen();
    bench.host.stop(bench.now);
    assert_eq!(
        bench.seen(),
        [
            "close client",
            "close",
            "001",
            "done",
            "002",
            "delete",
            "002",
            "ended",
            "done",
            "001",
            "done", // the main thread's
            "001"
        ]
    );
    bench.accept();
    assert_eq!(bench.seen(), ["close client", "ended"]);
    assert_eq!(bench.host.open_connections(), 0);
}

#[test]
fn done_is_not_found_while_nobody_waits_for_it() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $done)) (i32.const 1))
           (func (export "proxy_on_done") (param i32) (result i32) (call $say (call $done)) (i32.const 0))"#,
    );
    let client = bench.accept();
    bench.handle(Input::ClientReset { connection: client });
    assert_eq!(bench.seen(), ["001", "close client", "001", "ended"]);
}

#[test]
fn a_stop_shuts_the_newest_root_down_first_on_the_workers_and_then_on_the_main_thread() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 1))
           (func (export "proxy_on_delete") (param $id i32) (call $say (local.get $id)))"#,
    );
    bench.accept();
    bench.host.reconfigure("new", bench.now).unwrap();
    assert_eq!(bench.logged(), ["001"], "the main thread has no stream of the old root");
    bench.host.stop(bench.now);
    assert_eq!(bench.logged(), ["002", "003", "001", "002"]);
}
