use super::bench::start;

/// Logs the status of three writes to the downstream buffer: at the front, in the middle, behind the end.
const WRITES: &str = r#"
(data (i32.const 1024) "new")
(func $writes
  (call $say (call $set_buffer (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 1024) (i32.const 3)))
  (call $say (call $set_buffer (i32.const 2) (i32.const 1) (i32.const 1) (i32.const 1024) (i32.const 3)))
  (call $say (call $set_buffer (i32.const 2) (i32.const 99) (i32.const 0) (i32.const 1024) (i32.const 3))))
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (drop (call $tick_period (i32.const 100)))
  (call $writes) (i32.const 0))
(func (export "proxy_on_downstream_data") (param $ctx i32) (param $len i32) (param $end i32) (result i32)
  (call $writes) (i32.const ACTION))
(func (export "proxy_on_tick") (param i32)
  (drop (call $effective (i32.const 2)))
  (call $writes))
"#;

#[test]
fn there_is_nothing_to_write_to_before_data() {
    let mut bench = start(&WRITES.replace("ACTION", "0"));
    bench.accept();
    assert_eq!(bench.logged(), ["002", "002", "002"]);
}

#[test]
fn data_can_be_replaced_at_the_front_and_extended_at_the_end_only() {
    let mut bench = start(&WRITES.replace("ACTION", "0"));
    let client = bench.accept();
    bench.connected(client);
    bench.logged();
    bench.send(client, "old");
    assert_eq!(bench.seen(), ["000", "002", "000", r#"to upstream: "newldnew""#]);
}

#[test]
fn after_continue_the_buffer_is_out_of_reach_and_after_pause_it_stays() {
    for (action, expected) in [("0", ["002", "002", "002"]), ("1", ["000", "002", "000"])] {
        let mut bench = start(&WRITES.replace("ACTION", action));
        let client = bench.accept();
        bench.send(client, "old");
        bench.logged();
        bench.wait(100);
        assert_eq!(bench.logged(), expected, "action {action}");
    }
}

#[test]
fn reads_are_clamped_and_absent_buffers_are_not_found() {
    let mut bench = start(
        r#"(func $read (param $kind i32) (param $start i32) (param $len i32)
             (call $say (call $get_buffer
               (local.get $kind) (local.get $start) (local.get $len) (i32.const 0) (i32.const 4)))
             (call $given))
           (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
             (call $read (i32.const 2) (i32.const 1) (i32.const -1))
             (call $read (i32.const 2) (i32.const 99) (i32.const 1))
             (call $read (i32.const 3) (i32.const 0) (i32.const 1))
             (i32.store (i32.const 4) (i32.const 0))
             (call $read (i32.const 4) (i32.const 0) (i32.const 1))
             (call $read (i32.const 7) (i32.const 0) (i32.const 1))
             (i32.const 0))"#,
    );
    let client = bench.accept();
    bench.send(client, "abc");
    assert_eq!(bench.logged(), ["000", "bc", "000", "", "000", "", "001", "", "001", ""]);
}

#[test]
fn the_plugin_configuration_can_be_read_while_configuring() {
    let settings = crate::Settings::postscreen("greet");
    let mut bench = super::bench::start_with(
        r#"(func (export "proxy_on_configure") (param i32) (param $len i32) (result i32)
             (drop (call $get_buffer
               (i32.const 7) (i32.const 0) (local.get $len) (i32.const 0) (i32.const 4)))
             (call $given) (i32.const 1))"#,
        settings,
    );
    // Canary, main thread, one worker.
    assert_eq!(bench.logged(), ["greet", "greet", "greet"]);
}

#[test]
fn a_number_that_stands_for_no_buffer_is_a_bad_argument_and_most_are_for_reading() {
    let mut bench = start(
        r#"(import "env" "proxy_get_buffer_status" (func $status (param i32 i32 i32) (result i32)))
           (func $ask (param $kind i32)
             (call $say (call $get_buffer (local.get $kind) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4)))
             (call $say (call $status (local.get $kind) (i32.const 8) (i32.const 12)))
             (call $say (call $set_buffer (local.get $kind) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))
           (func (export "proxy_on_new_connection") (param i32) (result i32) (local $kind i32)
             (loop $next
               (call $ask (local.get $kind))
               (local.set $kind (i32.add (local.get $kind) (i32.const 1)))
               (br_if $next (i32.le_u (local.get $kind) (i32.const 9))))
             (i32.const 1))"#,
    );
    bench.accept();
    let (empty, absent, none) = (["000", "000", "002"], ["001"; 3], ["002"; 3]);
    // The bodies of HTTP and the data of both directions; a call-out's body; gRPC's message; the machine's and the
    // plugin's configuration; a lookup's answer.
    let expected = [empty, empty, empty, empty, absent, empty, empty, absent, empty, none];
    assert_eq!(bench.seen(), expected.concat());
}
