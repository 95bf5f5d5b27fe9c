use std::time::Duration;

use super::bench::start;
use crate::Driven;

/// Starts a tick of 10 ms at configuration; on each tick logs, and runs `on_tick`.
fn ticker(on_tick: &str) -> String {
    format!(
        r#"(global $count (mut i32) (i32.const 0))
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 30))) (i32.const 1))
           (func (export "proxy_on_tick") (param i32)
             (global.set $count (i32.add (global.get $count) (i32.const 1)))
             {on_tick})"#
    )
}

#[test]
fn the_timer_is_armed_again_after_each_tick() {
    let mut bench = start(&ticker("(call $say (global.get $count))"));
    bench.wait(35);
    // The main thread's machine ticks as well as the worker's.
    assert_eq!(bench.logged(), ["001", "001", "002", "002", "003", "003"]);
}

#[test]
fn a_late_driver_gets_one_tick_not_the_missed_ones() {
    let mut bench = start(&ticker("(call $say (global.get $count))"));
    bench.now = bench.now.after(Duration::from_millis(95));
    bench.handle(crate::Input::TimePassed);
    assert_eq!(bench.logged(), ["001", "001"]);
    assert_eq!(bench.host.next_deadline(), Some(Duration::from_millis(105)));
}

#[test]
fn a_new_period_starts_anew_at_once() {
    let mut bench = start(&ticker(""));
    bench.wait(5);
    bench.accept_on(0);
    // The main thread's timer is still at 10; the worker's has moved from 10 to 35.
    assert_eq!(bench.host.next_deadline(), Some(Duration::from_millis(10)));
    bench.wait(24);
    bench.logged();
    bench.wait(6);
    assert_eq!(bench.host.next_deadline(), Some(Duration::from_millis(40)));
}

#[test]
fn zero_stops_the_timer() {
    let mut bench = start(&ticker("(drop (call $tick_period (i32.const 0)))"));
    bench.wait(10);
    assert_eq!(bench.host.next_deadline(), None);
}

#[test]
fn a_period_set_in_a_tick_counts_from_the_tick() {
    let mut bench = start(&ticker("(drop (call $tick_period (i32.const 25)))"));
    bench.wait(10);
    assert_eq!(bench.host.next_deadline(), Some(Duration::from_millis(35)));
}
