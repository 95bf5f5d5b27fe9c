use std::num::NonZeroUsize;

use super::bench::{Bench, start, start_with};
use crate::vm::DEFERRED_MAX;
use crate::{ConnectionId, Driven, Effect, Settings, VmId};

#[test]
fn workers_share_data_and_a_stale_number_is_a_mismatch() {
    let mut settings = Settings::postscreen("{}");
    settings.workers = NonZeroUsize::new(2).unwrap();
    let mut bench = start_with(
        r#"(data (i32.const 1024) "keyone")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $get_shared
               (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 8)))
             (call $given)
             (call $say (call $set_shared
               (i32.const 1024) (i32.const 3) (i32.const 1027) (i32.const 3) (i32.const 9)))
             (i32.const 1))"#,
        settings,
    );
    bench.accept_on(0);
    assert_eq!(bench.seen(), ["001", "", "000"]);
    bench.accept_on(1);
    assert_eq!(bench.seen(), ["000", "one", "008"]);
}

#[test]
fn properties_of_a_stream_and_what_it_stores_are_there() {
    let mut bench = start(
        r#"(data (i32.const 1024) "source\00address")
           (data (i32.const 1100) "postscreen.verdict")
           (data (i32.const 1200) "PASS NEW")
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (call $say (call $get_property (i32.const 1024) (i32.const 14) (i32.const 0) (i32.const 4)))
             (call $say (call $set_property (i32.const 1100) (i32.const 18) (i32.const 1200) (i32.const 8)))
             (i32.const 1))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $get_property (i32.const 1024) (i32.const 14) (i32.const 0) (i32.const 4)))
             (call $given)
             (call $say (call $set_property (i32.const 1100) (i32.const 18) (i32.const 1200) (i32.const 8)))
             (i32.const 1))"#,
    );
    assert_eq!(bench.logged(), ["001"; 6], "the root has no stream");
    let client = bench.accept();
    assert_eq!(bench.logged(), ["000", "203.0.113.9:4242", "000"]);
    bench.handle(crate::Input::ClientReset { connection: client });
    let end = bench.ended();
    assert_eq!(end.filter_state_text("wasm.postscreen.verdict").as_deref(), Some("PASS NEW"));
    assert_eq!(end.upstream, None);
}

#[test]
fn an_effective_context_must_exist_and_lasts_until_the_callback_returns() {
    let mut bench = start(
        r#"(data (i32.const 1024) "source\00address")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func $ask (call $say (call $get_property
             (i32.const 1024) (i32.const 14) (i32.const 0) (i32.const 4))))
           (func (export "proxy_on_tick") (param i32)
             (call $ask)
             (call $say (call $effective (i32.const 9)))
             (call $say (call $effective (i32.const 2)))
             (call $ask))"#,
    );
    bench.accept();
    bench.wait(20);
    let tick = ["001", "002", "000", "000"];
    assert_eq!(bench.logged(), [tick, tick].concat());
}

#[test]
fn a_forgotten_context_can_no_longer_be_named() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func (export "proxy_on_delete") (param i32) (call $say (call $effective (i32.const 2))))
           (func (export "proxy_on_tick") (param i32) (call $say (call $effective (i32.const 2))))"#,
    );
    let client = bench.accept();
    bench.handle(crate::Input::ClientReset { connection: client });
    assert_eq!(bench.logged(), ["000"]);
    bench.wait(10);
    assert_eq!(bench.logged(), ["002"]);
}

#[test]
fn the_same_inputs_give_the_same_effects() {
    let play = || {
        let mut bench = start(
            r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
                 (drop (call $tick_period (i32.const 7))) (i32.const 0))
               (func (export "proxy_on_tick") (param i32) (call $say (i32.const 1)))"#,
        );
        let client = bench.accept();
        bench.wait(30);
        bench.connected(client);
        bench.upstream(client, "220 mx\r\n");
        bench.end(client);
        bench.wait(30);
        bench.seen()
    };
    assert_eq!(play(), play());
}

#[test]
fn context_0_ends_the_effective_context() {
    let mut bench = start(
        r#"(data (i32.const 1024) "source\00address")
           (func $ask (call $say (call $get_property
             (i32.const 1024) (i32.const 14) (i32.const 0) (i32.const 4))))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func (export "proxy_on_tick") (param i32)
             (drop (call $tick_period (i32.const 0)))
             (drop (call $effective (i32.const 2))) (call $ask)
             (call $say (call $effective (i32.const 0))) (call $ask))"#,
    );
    bench.accept();
    bench.wait(10);
    assert_eq!(bench.seen(), ["000", "000", "001"]);
}

#[test]
fn a_local_response_is_accepted_and_does_nothing() {
    let mut bench = start(
        r#"(import "env" "proxy_send_local_response" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
           (func $respond (param $details i32) (call $say (call $send (i32.const 503) (local.get $details) (i32.const 1)
             (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1))))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $respond (i32.const -1)) (call $respond (i32.const 0)) (call $respond (i32.const 0))
             (drop (call $effective (i32.const 1)))
             (call $respond (i32.const 0)) (call $respond (i32.const 0))
             (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["006", "000", "000", "000", "000"]);
}

#[test]
fn only_so_many_actions_can_be_deferred() {
    for (count, last) in [(DEFERRED_MAX - 1, "000"), (DEFERRED_MAX, "000"), (DEFERRED_MAX + 1, "010")] {
        let mut bench = start(&format!(
            r#"(func (export "proxy_on_new_connection") (param i32) (result i32) (local $count i32) (local $status i32)
                 (loop $next
                   (local.set $status (call $continue (i32.const 2)))
                   (local.set $count (i32.add (local.get $count) (i32.const 1)))
                   (br_if $next (i32.lt_u (local.get $count) (i32.const {count}))))
                 (call $say (local.get $status))
                 (i32.const 1))"#
        ));
        bench.accept();
        assert_eq!(bench.seen(), [last, "dial backend"], "{count}");
    }
}

/// Each line with the connection that it is about, without the canary's and the main thread's.
fn lines(bench: &mut Bench) -> Vec<(String, Option<ConnectionId>)> {
    std::iter::from_fn(|| bench.host.poll_effect())
        .filter_map(|effect| if let Effect::Log(line) = effect { Some(line) } else { None })
        .filter(|line| line.vm == VmId::Worker(0))
        .map(|line| (line.text, line.connection))
        .collect()
}

fn line(text: &str, connection: Option<ConnectionId>) -> (String, Option<ConnectionId>) {
    (text.to_owned(), connection)
}

#[test]
fn a_line_is_about_the_connection_of_the_effective_context() {
    let mut bench = start(
        r#"(func (export "proxy_on_configure") (param i32 i32) (result i32) (call $say (i32.const 1)) (i32.const 1))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10)))
             (call $say (i32.const 2))
             (drop (call $effective (i32.const 1)))
             (call $say (i32.const 3))
             (i32.const 1))
           (func (export "proxy_on_tick") (param i32)
             (call $say (i32.const 4))
             (drop (call $effective (i32.const 2)))
             (call $say (i32.const 5))
             (drop (call $effective (i32.const 0)))
             (call $say (i32.const 6)))"#,
    );
    assert_eq!(lines(&mut bench), [line("001", None)], "the root's callback");
    let client = Some(bench.accept());
    assert_eq!(lines(&mut bench), [line("002", client), line("003", None)], "the stream's callback");
    bench.wait(10);
    let ticked = [line("004", None), line("005", client), line("006", None)];
    assert_eq!(lines(&mut bench), ticked, "the root's callback, on behalf of the stream");
}

#[test]
fn a_line_of_the_hosts_is_about_the_connection_whose_callback_was_running() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $effective (i32.const 1))) unreachable)"#,
    );
    let client = Some(bench.accept());
    let said = lines(&mut bench);
    assert!(said[0].0.starts_with("Function: proxy_on_new_connection failed"), "{said:?}");
    assert!(said.iter().all(|(_, connection)| *connection == client), "{said:?}");
    bench.accept();
    assert_eq!(lines(&mut bench), []);
}
