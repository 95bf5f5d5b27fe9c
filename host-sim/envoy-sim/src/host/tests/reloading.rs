use std::time::Duration;

use super::bench::{Bench, start_with};
use crate::{Driven, FailurePolicy, Reloads, Settings};

/// Holds every client, says which context it is, and traps at its first byte. Ticks when it is asked to.
const TRAP: &str = r#"
(func (export "proxy_on_new_connection") (param $id i32) (result i32)
  (call $say (local.get $id)) (i32.const 1))
(func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) unreachable)
(func (export "proxy_on_downstream_connection_close") (param $id i32) (param i32) (call $say (local.get $id)))
"#;

const TRAPPED: &str =
    "Function: proxy_on_downstream_data failed: wasm trap: wasm `unreachable` instruction executed";

/// One client has made the machine trap, another is held by it. Returns the latter.
fn failed(failure_policy: FailurePolicy) -> (Bench, crate::ConnectionId) {
    let mut bench = start_with(TRAP, Settings { failure_policy, ..Settings::postscreen("{}") });
    let held = bench.accept();
    let client = bench.accept();
    assert_eq!(bench.seen(), ["002", "003"]);
    bench.send(client, "x");
    let seen = bench.seen();
    assert!(seen[0].starts_with(TRAPPED), "{seen:?}");
    if failure_policy == FailurePolicy::LegacyFailOpen {
        assert_eq!(seen.last().unwrap(), "dial backend");
    } else {
        assert_eq!(seen[seen.len() - 2..], ["close client", "ended"]);
    }
    (bench, held)
}

#[test]
fn fail_closed_closes_new_clients_at_once_and_old_ones_at_their_next_byte() {
    let (mut bench, held) = failed(FailurePolicy::FailClosed);
    bench.wait(60_000);
    bench.accept();
    assert_eq!(bench.seen(), ["close client", "ended"]);
    bench.wait(60_000);
    assert!(bench.seen().is_empty(), "a silent client hangs");
    bench.send(held, "x");
    assert_eq!(bench.seen(), ["close client", "ended"]);
    assert_eq!(bench.host.failed_workers(), [0]);
}

#[test]
fn fail_open_serves_new_clients_without_the_filter_and_closes_old_ones() {
    let (mut bench, held) = failed(FailurePolicy::FailOpen);
    let client = bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
    bench.connected(client);
    bench.send(client, "EHLO a\r\n");
    bench.upstream(client, "220 mx\r\n");
    bench.upstream_end(client);
    assert_eq!(bench.seen(), [r#"to upstream: "EHLO a\r\n""#, r#"to client: "220 mx\r\n""#, "end to client"]);
    bench.send(held, "x");
    assert_eq!(bench.seen(), ["close client", "ended"]);
}

#[test]
fn the_legacy_fail_open_lets_old_clients_go_on_too() {
    let (mut bench, held) = failed(FailurePolicy::LegacyFailOpen);
    bench.send(held, "x");
    assert_eq!(bench.seen(), ["dial backend"]);
    bench.connected(held);
    assert_eq!(bench.seen(), [r#"to upstream: "x""#]);
    bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
}

#[test]
fn fail_reload_makes_a_new_machine_for_a_client_that_comes_late_enough() {
    let (mut bench, held) = failed(FailurePolicy::FAIL_RELOAD);
    bench.wait(999);
    bench.accept();
    assert_eq!(bench.seen(), ["close client", "ended"]);
    bench.wait(501);
    assert_eq!(bench.host.failed_workers(), [0], "time alone does not reload");
    let client = bench.accept();
    // Contexts are counted anew.
    assert_eq!(bench.seen(), ["002"]);
    assert!(bench.host.failed_workers().is_empty());
    assert_eq!(bench.host.reloads(), Reloads { success: 1, failure: 0, backoff: 1 });
    bench.send(held, "x");
    assert_eq!(bench.seen(), ["close client", "ended"], "the old client's machine is still the old one");
    bench.handle(crate::Input::ClientReset { connection: client });
    assert_eq!(bench.seen(), ["close client", "002", "ended"]);
    assert_eq!(bench.host.open_connections(), 0);
}

#[test]
fn the_time_between_two_machines_counts_from_the_last_one() {
    let base_interval = Duration::from_secs(10);
    let (mut bench, _) = failed(FailurePolicy::FailReload { base_interval });
    bench.wait(15_000);
    let client = bench.accept();
    bench.send(client, "x");
    bench.seen();
    bench.wait(9_999);
    bench.accept();
    assert_eq!(bench.seen(), ["close client", "ended"]);
    bench.wait(5_001);
    bench.accept();
    assert_eq!(bench.seen(), ["002"]);
    assert_eq!(bench.host.reloads(), Reloads { success: 2, failure: 0, backoff: 1 });
}

#[test]
fn the_jitter_comes_from_the_seed() {
    let first_success = |seed| {
        let settings =
            Settings { failure_policy: FailurePolicy::FAIL_RELOAD, seed, ..Settings::postscreen("{}") };
        let mut bench = start_with(TRAP, settings);
        let client = bench.accept();
        bench.send(client, "x");
        bench.wait(1000);
        while bench.host.reloads().success == 0 {
            bench.wait(1);
            bench.accept();
        }
        bench.now.monotonic
    };
    assert_eq!(first_success(1), first_success(1));
    let times: std::collections::BTreeSet<_> = (0..8).map(first_success).collect();
    assert!(times.len() > 1, "{times:?}");
}

/// Traps on every client; says in shared data that it has started, and refuses to start a third time on a worker.
const STARTS_THRICE: &str = r#"
(data (i32.const 1024) "starts")
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (i32.store (i32.const 4) (i32.const 0))
  (drop (call $get_shared (i32.const 1024) (i32.const 6) (i32.const 0) (i32.const 4) (i32.const 8)))
  (drop (call $set_shared (i32.const 1024) (i32.const 6) (i32.const 1024)
    (i32.add (i32.load (i32.const 4)) (i32.const 1)) (i32.const 0)))
  (i32.lt_u (i32.load (i32.const 4)) (i32.const 3)))
(func (export "proxy_on_new_connection") (param i32) (result i32) unreachable)
"#;

#[test]
fn a_reload_that_fails_is_told_and_tried_again_later() {
    let failure_policy = FailurePolicy::FAIL_RELOAD;
    let settings = Settings { failure_policy, ..Settings::postscreen("{}") };
    let mut bench = start_with(STARTS_THRICE, settings);
    bench.accept();
    bench.seen();
    bench.wait(1500);
    bench.accept();
    let seen = bench.seen();
    assert!(seen[0].starts_with("the failed machine cannot be replaced: "), "{seen:?}");
    assert_eq!(seen[1..], ["close client", "ended"]);
    bench.accept();
    bench.wait(1500);
    bench.accept();
    assert_eq!(bench.host.reloads(), Reloads { success: 0, failure: 2, backoff: 1 });
    assert_eq!(bench.host.failed_workers(), [0]);
}

#[test]
fn a_new_configuration_brings_a_new_machine_whatever_the_policy() {
    let (mut bench, held) = failed(FailurePolicy::FailClosed);
    bench.host.reconfigure("new", bench.now).unwrap();
    bench.accept();
    assert_eq!(bench.seen(), ["002"]);
    bench.send(held, "x");
    assert_eq!(bench.seen(), ["close client", "ended"]);
}

/// Asks the resolver, then traps at the first byte.
const ASK_AND_TRAP: &str = r#"
(data (i32.const 1024) "resolver")
(data (i32.const 1100) "\03\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\01\00\00\00\0a\00\00\00\01\00\00\00")
(data (i32.const 1128) ":method\00GET\00:path\00/\00:authority\00x\00")
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (drop (call $http_call (i32.const 1024) (i32.const 8) (i32.const 1100) (i32.const 61)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
  (i32.const 1))
(func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32) (call $say (i32.const 7)))
(func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) unreachable)
"#;

#[test]
fn a_new_machine_does_not_hear_the_answers_to_the_old_one() {
    let failure_policy = FailurePolicy::FAIL_RELOAD;
    let mut bench = start_with(ASK_AND_TRAP, Settings { failure_policy, ..Settings::postscreen("{}") });
    let client = bench.accept();
    bench.send(client, "x");
    bench.wait(1500);
    bench.seen();
    bench.accept();
    assert_eq!(bench.seen(), ["cancel call 4", "call resolver token 4"]);
}
