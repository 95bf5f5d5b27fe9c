use super::bench::start;

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
