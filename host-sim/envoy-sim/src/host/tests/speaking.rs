use super::bench::start;

/// Chooses `cluster` by filter state on a tick, resumes, and logs what comes back.
fn refuse(cluster: &str) -> String {
    let path = "envoy.tcp_proxy.cluster";
    format!(
        r#"(data (i32.const 1024) "set_envoy_filter_state")
           (data (i32.const 1100) "\0a\{path_len:02x}{path}\12\{len:02x}{cluster}")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) (i32.const 1))
           (func (export "proxy_on_upstream_data") (param i32 i32) (param $end i32) (result i32)
             (drop (call $get_buffer (i32.const 3) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
             (call $given) (call $say (local.get $end))
             (i32.const 0))
           (func (export "proxy_on_tick") (param i32)
             (drop (call $tick_period (i32.const 0)))
             (drop (call $effective (i32.const 2)))
             (call $say (call $foreign (i32.const 1024) (i32.const 22)
               (i32.const 1100) (i32.const {wire_len}) (i32.const 0) (i32.const 4)))
             (drop (call $continue (i32.const 2))))"#,
        path_len = path.len(),
        len = cluster.len(),
        wire_len = 4 + path.len() + cluster.len(),
    )
}

const HEADER: &str = "PROXY TCP4 203.0.113.9 192.0.2.1 4242 25\r\n";

#[test]
fn the_speaker_gives_the_proxy_header_back_before_anybody_speaks() {
    let mut bench = start(&refuse("speaker"));
    bench.accept();
    bench.wait(10);
    assert_eq!(bench.seen(), ["000", HEADER, "000", &format!("to client: {HEADER:?}")]);
}

#[test]
fn early_bytes_come_back_in_the_same_chunk_as_the_header() {
    let mut bench = start(&refuse("speaker"));
    let client = bench.accept();
    bench.send(client, "EHLO zombie\r\n");
    bench.wait(10);
    assert_eq!(bench.logged()[1], format!("{HEADER}EHLO zombie\r\n"));
}

#[test]
fn an_end_that_was_held_makes_the_speaker_close_with_nothing_said() {
    let mut bench = start(&refuse("speaker"));
    let client = bench.accept();
    bench.end(client);
    bench.wait(10);
    assert_eq!(bench.seen(), ["000", "", "001", "close client", "ended"]);
}

#[test]
fn the_chosen_cluster_is_in_the_access_log() {
    let mut bench = start(&refuse("speaker"));
    let client = bench.accept();
    bench.wait(10);
    bench.handle(crate::Input::ClientReset { connection: client });
    let end = bench.ended();
    assert_eq!(end.upstream.as_deref(), Some("speaker"));
    assert_eq!((end.received, end.sent), (0, HEADER.len() as u64));
}

#[test]
fn an_unknown_cluster_closes_the_client_without_a_word() {
    let mut bench = start(&refuse("nobody"));
    bench.accept();
    bench.wait(10);
    assert_eq!(bench.seen(), ["000", "close client", "ended"]);
}
