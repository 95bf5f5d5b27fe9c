use super::bench::start;

/// Pauses everything, logs what it is given, and resumes stream 2 on a tick.
const HOLD: &str = r#"
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (drop (call $tick_period (i32.const 100))) (i32.const 1))
(func (export "proxy_on_downstream_data") (param $ctx i32) (param $len i32) (param $end i32) (result i32)
  (call $say (local.get $len)) (call $say (local.get $end)) (i32.const 1))
(func (export "proxy_on_tick") (param i32)
  EFFECTIVE
  (call $say (call $continue (i32.const 2))))
"#;

fn hold(effective: &str) -> String {
    HOLD.replace("EFFECTIVE", effective)
}

const WITH_EFFECTIVE: &str = "(drop (call $effective (i32.const 2)))";

#[test]
fn a_paused_connection_dials_nobody_until_it_is_resumed() {
    let mut bench = start(&hold(WITH_EFFECTIVE));
    let client = bench.accept();
    bench.wait(99);
    assert!(bench.seen().is_empty());
    bench.wait(1);
    assert_eq!(bench.seen(), ["000", "dial backend"]);
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    assert_eq!(bench.seen(), ["to client: \"220 mx\\r\\n\""]);
}

#[test]
fn resuming_without_an_effective_context_is_ok_and_does_nothing() {
    let mut bench = start(&hold(""));
    bench.accept();
    bench.wait(100);
    assert_eq!(bench.seen(), ["000"]);
}

#[test]
fn paused_bytes_accumulate_and_go_to_the_next_filter_without_being_delivered_again() {
    let mut bench = start(&hold(WITH_EFFECTIVE));
    let client = bench.accept();
    bench.send(client, "EHLO zombie\r");
    bench.send(client, "\nMAIL FROM:<>\r");
    assert_eq!(bench.logged(), ["012", "000", "026", "000"]);
    bench.wait(100);
    assert_eq!(bench.seen(), ["000", "dial backend"]);
    bench.connected(client);
    assert_eq!(bench.seen(), [r#"to upstream: "EHLO zombie\r\nMAIL FROM:<>\r""#]);
}

#[test]
fn continue_from_a_data_callback_lets_a_paused_connection_go() {
    let mut bench =
        start(r#"(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 1))"#);
    let client = bench.accept();
    assert!(bench.seen().is_empty());
    bench.send(client, "x");
    assert_eq!(bench.seen(), ["dial backend"]);
}

#[test]
fn a_clients_end_while_held_is_an_empty_delivery_and_is_kept() {
    let mut bench = start(&hold(WITH_EFFECTIVE));
    let client = bench.accept();
    bench.end(client);
    assert_eq!(bench.logged(), ["000", "001"]);
    bench.wait(100);
    bench.connected(client);
    assert_eq!(bench.seen(), ["000", "dial backend", "end to upstream"]);
}

#[test]
fn without_early_data_nothing_is_read_before_the_upstream_connection_stands() {
    let mut settings = crate::Settings::postscreen("{}");
    settings.tcp_proxy.max_early_data_bytes = None;
    let mut bench = super::bench::start_with(&hold(WITH_EFFECTIVE), settings);
    let client = bench.accept();
    assert_eq!(bench.seen(), ["read client: false"]);
    bench.send(client, "EHLO zombie\r\n");
    assert!(bench.seen().is_empty());
    bench.wait(100);
    bench.connected(client);
    assert_eq!(bench.seen(), ["000", "dial backend", "013", "000", "read client: true"]);
}

#[test]
fn a_resume_and_pause_in_one_callback_resumes_once() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $continue (i32.const 2))) (i32.const 1))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
}

#[test]
fn a_resume_and_continue_in_one_callback_dials_once() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $continue (i32.const 2))) (i32.const 0))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
}

#[test]
fn upstream_bytes_that_were_paused_come_again_with_the_next_ones() {
    let mut bench = start(
        r#"(func (export "proxy_on_upstream_data") (param i32) (param $len i32) (param i32) (result i32)
             (call $say (local.get $len))
             (i32.lt_u (local.get $len) (i32.const 5)))"#,
    );
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.upstream(client, "220 ");
    assert_eq!(bench.seen(), ["004"]);
    bench.upstream(client, "mx\r\n");
    assert_eq!(bench.seen(), ["008", r#"to client: "220 mx\r\n""#]);
}

#[test]
fn there_is_no_resuming_the_upstream_direction() {
    let mut bench = start(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $continue (i32.const 3)))
             (call $say (call $continue (i32.const 4)))
             (i32.const 0))"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["012", "002", "dial backend"]);
}

#[test]
fn an_empty_replacement_swallows_the_bytes() {
    let mut bench = start(
        r#"(func (export "proxy_on_upstream_data") (param i32 i32 i32) (result i32)
             (drop (call $set_buffer (i32.const 3) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)))
             (i32.const 0))"#,
    );
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.upstream(client, "220 mx\r\n");
    assert!(bench.seen().is_empty());
}

#[test]
fn both_directions_pass_through_a_module_that_says_nothing() {
    let mut bench = start("");
    let client = bench.accept();
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    bench.send(client, "QUIT\r\n");
    assert_eq!(bench.seen(), ["dial backend", r#"to client: "220 mx\r\n""#, r#"to upstream: "QUIT\r\n""#]);
}
