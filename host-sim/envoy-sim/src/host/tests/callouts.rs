use std::time::Duration;

use super::bench::{Bench, start, start_with};
use crate::{CallId, Driven, HttpCluster, HttpFailure, Input, Settings, VmId};

/// Makes one call for each connection, to the cluster and with the headers at 1024; logs status and token. On the
/// answer logs counts, `:status`, body and `proxy_get_status`.
fn caller(cluster: &str, headers: &[(&str, &str)]) -> String {
    let map = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let wire = crate::abi::encode_pairs(&map);
    let hex: String =
        wire.iter().flat_map(|byte| format!("\\{byte:02x}").into_bytes()).map(char::from).collect();
    format!(
        r#"(data (i32.const 1024) "{cluster}") (data (i32.const 1100) "{hex}") (data (i32.const 1300) ":status")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $http_call
               (i32.const 1024) (i32.const {cluster_len}) (i32.const 1100) (i32.const {wire_len})
               (i32.const 1300) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 1000) (i32.const 8)))
             (call $say (i32.load (i32.const 8)))
             (i32.const 1))
           (func (export "proxy_on_http_call_response")
             (param $ctx i32) (param $token i32) (param $headers i32) (param $body i32) (param $trailers i32)
             (call $say (local.get $ctx)) (call $say (local.get $token))
             (call $say (local.get $headers)) (call $say (local.get $body))
             (call $say (call $get_header
               (i32.const 6) (i32.const 1300) (i32.const 7) (i32.const 0) (i32.const 4)))
             (call $given)
             (call $say (call $get_status (i32.const 12) (i32.const 0) (i32.const 4)))
             (call $say (i32.load (i32.const 12)))
             (call $given))"#,
        cluster_len = cluster.len(),
        wire_len = wire.len(),
    )
}

const GOOD: [(&str, &str); 3] = [(":method", "POST"), (":path", "/dns-query"), (":authority", "dns")];

fn called() -> Bench {
    let mut bench = start(&caller("resolver", &GOOD));
    bench.accept();
    assert_eq!(bench.seen(), ["call resolver token 4", "000", "004"]);
    bench
}

const CALL: CallId = CallId { vm: VmId::Worker(0), token: 4 };

#[test]
fn tokens_are_multiples_of_four_per_machine() {
    let mut bench = called();
    bench.accept();
    assert_eq!(bench.seen(), ["call resolver token 8", "000", "008"]);
}

#[test]
fn the_request_carries_a_length_and_the_answer_goes_to_the_root() {
    let mut bench = start(&caller("resolver", &GOOD));
    bench.accept();
    let effect = bench.host.poll_effect();
    let Some(crate::Effect::HttpCall(call)) = effect else { panic!("{effect:?}") };
    assert_eq!(call.body, b":status");
    assert_eq!(call.timeout, Some(Duration::from_secs(1)));
    assert_eq!(call.headers.last(), Some(&(b"content-length".to_vec(), b"7".to_vec())));
    bench.logged();
    let headers = vec![(b":status".to_vec(), b"200".to_vec())];
    bench.handle(Input::HttpResponse { call: CALL, headers, body: b"yes".into(), trailers: Vec::new() });
    // Envoy adds a header of its own.
    assert_eq!(bench.seen(), ["001", "004", "002", "003", "000", "200", "000", "000", ""]);
}

#[test]
fn an_unknown_cluster_and_a_missing_pseudo_header_are_bad_arguments() {
    for (cluster, headers) in [("nobody", &GOOD[..]), ("resolver", &GOOD[..2]), ("resolver", &GOOD[1..])] {
        let mut bench = start(&caller(cluster, headers));
        bench.accept();
        assert_eq!(bench.seen(), ["002", "000"], "{cluster} {headers:?}");
    }
}

#[test]
fn a_cluster_that_is_down_fails_inline_and_never_calls_back() {
    let mut settings = Settings::postscreen("{}");
    settings.http_clusters.insert("resolver".into(), HttpCluster::Down);
    let mut bench = start_with(&caller("resolver", &GOOD), settings);
    bench.accept();
    bench.wait(5000);
    assert_eq!(bench.seen(), ["010", "000"]);
}

#[test]
fn no_answer_in_time_is_a_504_of_envoys_own() {
    let mut bench = called();
    bench.wait(999);
    assert!(bench.seen().is_empty());
    bench.wait(1);
    assert_eq!(bench.seen(), ["cancel call 4", "001", "004", "003", "024", "000", "504", "000", "000", ""]);
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Unreachable });
    assert!(bench.seen().is_empty(), "the call is over");
}

#[test]
fn an_unreachable_server_is_a_503_of_envoys_own() {
    let mut bench = called();
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Unreachable });
    assert_eq!(bench.logged()[4..6], ["000", "503"]);
}

#[test]
fn a_reset_has_no_headers_and_a_status_of_its_own() {
    let mut bench = called();
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Reset });
    // The header is a bad argument, so the last thing given is what was there before: nothing.
    assert_eq!(bench.logged(), ["001", "004", "000", "000", "002", "", "000", "011", "reset"]);
}

#[test]
fn a_closed_stream_does_not_cancel_its_call() {
    let mut bench = start(&caller("resolver", &GOOD));
    let client = bench.accept();
    bench.handle(Input::ClientReset { connection: client });
    bench.seen();
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Unreachable });
    assert_eq!(bench.logged()[..2], ["001", "004"]);
}

#[test]
fn the_number_of_a_status_outlives_its_text() {
    let mut bench = called();
    bench.handle(Input::HttpFailure { call: CALL, failure: HttpFailure::Reset });
    bench.accept();
    bench.seen();
    let call = CallId { token: 8, ..CALL };
    bench.handle(Input::HttpFailure { call, failure: HttpFailure::Unreachable });
    let seen = bench.seen();
    assert_eq!(seen[seen.len() - 3..], ["000", "011", ""]);
}

#[test]
fn names_of_headers_go_out_in_lower_case_and_what_is_no_map_is_empty() {
    let mut bench =
        start(&caller("resolver", &[(":Method", "GET"), (":PATH", "/"), (":authority", "a"), ("X-A", "1")]));
    bench.accept();
    let Some(crate::Effect::HttpCall(call)) = bench.host.poll_effect() else { panic!() };
    let names: Vec<_> = call.headers.iter().map(|(name, _)| str::from_utf8(name).unwrap()).collect();
    assert_eq!(names, [":method", ":path", ":authority", "x-a", "content-length"]);
    // One byte too few: no headers, so a pseudo header is missing.
    let broken = caller("resolver", &GOOD);
    let broken = broken.replacen("(i32.const 1100) (i32.const ", "(i32.const 1101) (i32.const ", 1);
    let mut bench = start(&broken);
    bench.accept();
    assert_eq!(bench.seen(), ["002", "000"]);
}

#[test]
fn a_token_outside_the_memory_makes_no_call() {
    let module = caller("resolver", &GOOD)
        .replace("(i32.const 1000) (i32.const 8)", "(i32.const 1000) (i32.const -1)");
    let mut bench = start(&module);
    bench.accept();
    assert_eq!(bench.seen(), ["006", "000"]);
}
