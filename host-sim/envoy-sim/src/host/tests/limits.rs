use super::bench::start;
use crate::dispatcher::IDLE_TIMEOUT;
use crate::settings::CONNECT_TIMEOUT;
use crate::{CONNECTION_BUFFER_BYTES_MAX, Driven, Input};

#[test]
fn early_data_stops_reading_at_its_limit() {
    for (len, stopped) in [(8191, false), (8192, true), (8193, true)] {
        let mut bench = start("");
        let client = bench.accept();
        bench.send(client, &"x".repeat(len));
        assert_eq!(bench.seen().contains(&"read client: false".to_owned()), stopped, "{len}");
        bench.connected(client);
        assert_eq!(bench.seen().contains(&"read client: true".to_owned()), stopped, "{len}");
    }
}

#[test]
fn a_paused_connection_stops_reading_at_the_buffer_limit() {
    let pause = r#"(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 1))
        (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) (i32.const 1))"#;
    let max = CONNECTION_BUFFER_BYTES_MAX;
    for (len, stopped) in [(max - 1, false), (max, true), (max + 1, true)] {
        let mut bench = start(pause);
        let client = bench.accept();
        bench.send(client, &"x".repeat(len));
        assert_eq!(!bench.seen().is_empty(), stopped, "{len}");
    }
}

#[test]
fn a_slow_client_stops_reading_from_upstream_and_loses_nothing() {
    let mut bench = start("");
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.handle(Input::ClientCongested { connection: client, congested: true });
    bench.upstream(client, &"x".repeat(CONNECTION_BUFFER_BYTES_MAX));
    assert_eq!(bench.seen(), ["read upstream: false"]);
    bench.upstream(client, "after");
    bench.handle(Input::ClientCongested { connection: client, congested: false });
    let seen = bench.seen();
    assert_eq!(seen[0].len(), "to client: \"\"".len() + CONNECTION_BUFFER_BYTES_MAX);
    assert_eq!(seen[1..], ["read upstream: true", r#"to client: "after""#]);
}

#[test]
fn a_slow_server_stops_reading_from_the_client() {
    let mut bench = start("");
    let client = bench.accept();
    bench.connected(client);
    bench.seen();
    bench.handle(Input::UpstreamCongested { connection: client, congested: true });
    bench.send(client, &"x".repeat(CONNECTION_BUFFER_BYTES_MAX));
    assert_eq!(bench.seen(), ["read client: false"]);
    bench.handle(Input::UpstreamCongested { connection: client, congested: false });
    assert_eq!(bench.seen()[1], "read client: true");
}

#[test]
fn a_dial_that_takes_too_long_is_given_up() {
    let mut bench = start("");
    bench.accept();
    assert_eq!(bench.host.next_deadline(), Some(CONNECT_TIMEOUT));
    bench.wait(4999);
    assert_eq!(bench.seen(), ["dial backend"]);
    bench.wait(1);
    assert_eq!(bench.seen(), ["close client", "close upstream", "ended"]);
}

#[test]
fn an_idle_connection_is_closed_after_an_hour_without_bytes() {
    let mut bench = start("");
    let client = bench.accept();
    bench.connected(client);
    bench.wait(1000);
    bench.send(client, "NOOP\r\n");
    let deadline = bench.now.monotonic + IDLE_TIMEOUT;
    assert_eq!(bench.host.next_deadline(), Some(deadline));
    bench.seen();
    bench.wait(3_600_000);
    assert_eq!(bench.seen(), ["close client", "close upstream", "ended"]);
    assert_eq!(bench.host.open_connections(), 0);
}
