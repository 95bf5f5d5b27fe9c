use super::bench::{start, start_with};
use crate::{Profile, Settings};

/// Rewrites every upstream chunk and closes: at once, or on the next tick.
fn refuse(when: &str) -> String {
    let (now, later) =
        if when == "at once" { ("(drop (call $close (i32.const 2)))", "") } else { ("", TICK_CLOSE) };
    format!(
        r#"(data (i32.const 1024) "521 no\r\n")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $tick_period (i32.const 1))) (i32.const 0))
           (func (export "proxy_on_upstream_data") (param i32 i32 i32) (result i32)
             (drop (call $set_buffer
               (i32.const 3) (i32.const 0) (i32.const -1) (i32.const 1024) (i32.const 8)))
             {now} (i32.const 0))
           (func (export "proxy_on_tick") (param i32) {later})"#
    )
}

const TICK_CLOSE: &str = "(drop (call $effective (i32.const 2))) (drop (call $close (i32.const 2)))";

#[test]
fn a_close_in_the_same_callback_loses_the_bytes() {
    let mut bench = start(&refuse("at once"));
    let client = bench.accept();
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    assert_eq!(bench.seen(), ["dial backend", "close client", "close upstream", "ended"]);
}

#[test]
fn a_close_on_a_later_tick_comes_after_the_bytes() {
    let mut bench = start(&refuse("later"));
    let client = bench.accept();
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    bench.wait(1);
    assert_eq!(
        bench.seen(),
        ["dial backend", r#"to client: "521 no\r\n""#, "close client", "close upstream", "ended"]
    );
}

#[test]
fn a_close_waits_until_a_full_queue_has_taken_the_bytes() {
    let mut bench = start(&refuse("later"));
    let client = bench.accept();
    bench.connected(client);
    bench.handle(crate::Input::ClientCongested { connection: client, congested: true });
    bench.upstream(client, "220 mx\r\n");
    bench.wait(5);
    assert_eq!(bench.seen(), ["dial backend"]);
    bench.handle(crate::Input::ClientCongested { connection: client, congested: false });
    assert_eq!(bench.seen(), [r#"to client: "521 no\r\n""#, "close client", "close upstream", "ended"]);
}

/// Logs each callback of a stream's end with its second parameter.
const OBITUARY: &str = r#"
(data (i32.const 1024) "closeupstreamdonelogdelete")
(func (export "proxy_on_downstream_connection_close") (param i32) (param $peer i32)
  (call $text (i32.const 1024) (i32.const 5)) (call $say (local.get $peer)))
(func (export "proxy_on_upstream_connection_close") (param i32) (param $peer i32)
  (call $text (i32.const 1029) (i32.const 8)) (call $say (local.get $peer)))
(func (export "proxy_on_done") (param i32) (result i32)
  (call $text (i32.const 1037) (i32.const 4)) (i32.const 0))
(func (export "proxy_on_log") (param i32) (call $text (i32.const 1041) (i32.const 3)))
(func (export "proxy_on_delete") (param i32) (call $text (i32.const 1044) (i32.const 6)))
"#;

#[test]
fn a_reset_by_the_client_is_told_in_envoys_order() {
    let mut bench = start(OBITUARY);
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.handle(crate::Input::ClientReset { connection: client });
    assert_eq!(
        bench.seen(),
        ["close client", "close", "002", "done", "log", "delete", "reset upstream", "ended"]
    );
    bench.handle(crate::Input::ClientReset { connection: client });
    assert!(bench.seen().is_empty());
}

#[test]
fn a_server_that_ends_leaves_the_client_half_open_until_it_ends_too() {
    let mut bench = start(OBITUARY);
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.upstream_end(client);
    assert_eq!(bench.seen(), ["upstream", "000", "end to client"]);
    bench.end(client);
    assert_eq!(
        bench.seen(),
        [
            "close client",
            "close",
            "002",
            "done",
            "log",
            "delete",
            "end to upstream",
            "close upstream",
            "ended"
        ]
    );
}

#[test]
fn a_client_that_ends_is_closed_by_the_host_when_the_server_ends_too() {
    let mut bench = start(OBITUARY);
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.end(client);
    assert_eq!(bench.seen(), ["end to upstream"]);
    bench.upstream_end(client);
    assert_eq!(
        bench.seen(),
        [
            "upstream",
            "000",
            "close upstream",
            "close client",
            "close",
            "001",
            "done",
            "log",
            "delete",
            "ended"
        ]
    );
}

#[test]
fn a_refused_dial_closes_the_client_without_a_word() {
    let mut bench = start(OBITUARY);
    let client = bench.accept();
    bench.handle(crate::Input::UpstreamRefused { connection: client });
    assert_eq!(
        bench.seen(),
        ["dial backend", "close client", "close", "001", "done", "log", "delete", "close upstream", "ended"]
    );
}

#[test]
fn a_reset_by_the_server_resets_the_client_since_1_38() {
    for profile in Profile::ALL {
        let mut bench = start_with(OBITUARY, Settings { profile, ..Settings::postscreen("{}") });
        let client = bench.accept();
        bench.connected(client);
        bench.seen();
        bench.handle(crate::Input::UpstreamReset { connection: client });
        let end = if profile == Profile::Envoy1_37 { "close client" } else { "reset client" };
        assert_eq!(
            bench.seen(),
            ["close upstream", end, "close", "001", "done", "log", "delete", "ended"],
            "{profile}"
        );
    }
}

#[test]
fn a_reset_by_the_client_resets_the_server_since_1_40() {
    for profile in Profile::ALL {
        let mut bench = start_with(OBITUARY, Settings { profile, ..Settings::postscreen("{}") });
        let client = bench.accept();
        bench.connected(client);
        bench.seen();
        bench.handle(crate::Input::ClientReset { connection: client });
        let end = if profile == Profile::Envoy1_40 { "reset upstream" } else { "close upstream" };
        assert_eq!(
            bench.seen(),
            ["close client", "close", "002", "done", "log", "delete", end, "ended"],
            "{profile}"
        );
    }
}
