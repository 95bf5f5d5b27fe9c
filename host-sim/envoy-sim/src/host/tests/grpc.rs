use super::bench::{Bench, hex, start_with};
use crate::{CallId, Driven, Effect, GrpcEvent, HttpCluster, Input, Settings, VmId};

/// `$start` calls (`call`) or opens a stream (`stream`) to what `target` says, logs status and token. All callbacks log
/// what they get, the metadata value of `k`, buffer 5 and the status.
fn caller(what: &str, target: &[u8]) -> String {
    let metadata = crate::abi::encode_pairs(&vec![(b"K".to_vec(), b"v".to_vec())]);
    let len = target.len();
    let start = match what {
        "call" => format!(
            "(call $grpc_call (i32.const 1024) (i32.const {len}) (i32.const 1100) (i32.const 9) (i32.const 1109)
              (i32.const 5) (i32.const 1200) (i32.const {meta}) (i32.const 1109) (i32.const 5) (i32.const 1000)
              (i32.const 8))",
            meta = metadata.len()
        ),
        _ => format!(
            "(call $grpc_stream (i32.const 1024) (i32.const {len}) (i32.const 1100) (i32.const 9) (i32.const 1109)
              (i32.const 5) (i32.const 1200) (i32.const {meta}) (i32.const 8))",
            meta = metadata.len()
        ),
    };
    format!(
        r#"
        (import "env" "proxy_grpc_call" (func $grpc_call (type $call)))
        (import "env" "proxy_grpc_stream" (func $grpc_stream (type $stream)))
        (import "env" "proxy_grpc_send" (func $grpc_send (param i32 i32 i32 i32) (result i32)))
        (import "env" "proxy_grpc_cancel" (func $grpc_cancel (param i32) (result i32)))
        (import "env" "proxy_grpc_close" (func $grpc_close (param i32) (result i32)))
        (type $call (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
        (type $stream (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
        (data (i32.const 1024) "{target}") (data (i32.const 1100) "pkg.LimitCheck")
        (data (i32.const 1200) "{metadata}") (data (i32.const 1300) "k")
        (func (export "proxy_on_new_connection") (param i32) (result i32)
          (call $say {start}) (call $say (i32.load (i32.const 8))) (i32.const 1))
        ;; A client's bytes: its first says what to do with the token that is the second.
        (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
          (local $token i32)
          (drop (call $get_buffer (i32.const 2) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
          (local.set $token (i32.sub (i32.load8_u offset=1 (i32.load (i32.const 0))) (i32.const 48)))
          (call $say (call $do (i32.load8_u (i32.load (i32.const 0))) (local.get $token)))
          (drop (call $set_buffer (i32.const 2) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)))
          (i32.const 1))
        (func $do (param $what i32) (param $token i32) (result i32)
          (if (i32.eq (local.get $what) (i32.const 115)) ;; s
            (then (return (call $grpc_send (local.get $token) (i32.const 1109) (i32.const 5) (i32.const 0)))))
          (if (i32.eq (local.get $what) (i32.const 101)) ;; e
            (then (return (call $grpc_send (local.get $token) (i32.const 1109) (i32.const 5) (i32.const 1)))))
          (if (i32.eq (local.get $what) (i32.const 99)) ;; c
            (then (return (call $grpc_cancel (local.get $token)))))
          (call $grpc_close (local.get $token)))
        (func $look (param $map i32)
          (call $say (call $get_header (local.get $map) (i32.const 1300) (i32.const 1) (i32.const 0) (i32.const 4)))
          (if (i32.eqz (call $get_header (local.get $map) (i32.const 1300) (i32.const 1) (i32.const 0) (i32.const 4)))
            (then (call $given))))
        (func (export "proxy_on_grpc_receive_initial_metadata") (param i32) (param $token i32) (param $count i32)
          (call $say (local.get $token)) (call $say (local.get $count))
          (call $look (i32.const 4)) (call $look (i32.const 5)))
        (func (export "proxy_on_grpc_receive_trailing_metadata") (param i32) (param $token i32) (param $count i32)
          (call $say (local.get $token)) (call $say (local.get $count))
          (call $look (i32.const 4)) (call $look (i32.const 5)))
        (func $message
          (call $say (call $get_buffer (i32.const 5) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
          (call $given))
        (func (export "proxy_on_grpc_receive") (param i32) (param $token i32) (param $len i32)
          (call $say (local.get $token)) (call $say (local.get $len)) (call $message))
        (func (export "proxy_on_grpc_close") (param i32) (param $token i32) (param $status i32)
          (call $say (local.get $token)) (call $say (local.get $status))
          (call $say (call $get_status (i32.const 12) (i32.const 0) (i32.const 4)))
          (call $say (i32.load (i32.const 12))) (call $given) (call $message))
        "#,
        target = hex(target),
        metadata = hex(&metadata),
    )
}

fn settings() -> Settings {
    let mut settings = Settings::postscreen("{}");
    settings.http_clusters.insert("down".into(), HttpCluster::Down);
    settings
}

/// A `GrpcService` with `envoy_grpc.cluster_name`.
fn service(cluster: &str) -> Vec<u8> {
    let name = [&[0x0a, u8::try_from(cluster.len()).unwrap()], cluster.as_bytes()].concat();
    [&[0x0a, u8::try_from(name.len()).unwrap()], &name[..]].concat()
}

fn started(what: &str) -> Bench {
    let mut bench = start_with(&caller(what, b"resolver"), settings());
    bench.accept();
    let expected = match what {
        "call" => ["grpc 5: resolver pkg.Limit/Check \"Check\"", "000", "005"],
        _ => ["grpc 6: resolver pkg.Limit/Check a stream", "000", "006"],
    };
    assert_eq!(bench.seen(), expected);
    bench
}

fn event(bench: &mut Bench, token: u32, event: GrpcEvent) -> Vec<String> {
    bench.handle(Input::Grpc { call: CallId { vm: VmId::Worker(0), token }, event });
    bench.seen()
}

fn closed(status: u32, message: &str) -> GrpcEvent {
    GrpcEvent::Closed { status, message: message.into() }
}

fn metadata() -> GrpcEvent {
    GrpcEvent::InitialMetadata(vec![(b"k".to_vec(), b"value".to_vec())])
}

#[test]
fn a_service_names_its_cluster_as_a_message_or_plainly() {
    let unavailable = ["010", "000", "005", "014", "000", "014", "Cluster not available", "000", ""];
    for (target, seen) in [
        (service("resolver"), &["grpc 5: resolver pkg.Limit/Check \"Check\"", "000", "005"][..]),
        (b"resolver".to_vec(), &["grpc 5: resolver pkg.Limit/Check \"Check\"", "000", "005"]),
        // Plain and unknown: a parse failure. In a message and unknown, or down: it fails inline, with a callback.
        (b"nobody".to_vec(), &["004", "000"]),
        (service("nobody"), &unavailable),
        (service("down"), &unavailable),
        // No target, and Google's client.
        (Vec::new(), &["002", "000"]),
        (b"\x12\x00".to_vec(), &["002", "000"]),
    ] {
        let mut bench = start_with(&caller("call", &target), settings());
        bench.accept();
        assert_eq!(bench.seen(), seen, "{target:?}");
    }
}

#[test]
fn a_request_carries_its_metadata_in_lower_case() {
    let mut bench = start_with(&caller("call", b"resolver"), settings());
    bench.accept();
    let Some(Effect::Grpc(crate::GrpcEffect::Start(request))) = bench.host.poll_effect() else { panic!() };
    assert_eq!(request.metadata, [(b"k".to_vec(), b"v".to_vec())]);
    assert_eq!(request.timeout, Some(std::time::Duration::from_secs(1)));
}

#[test]
fn a_calls_answer_is_heard_when_the_call_has_ended_well() {
    let mut bench = started("call");
    assert!(event(&mut bench, 5, metadata()).is_empty());
    assert!(event(&mut bench, 5, GrpcEvent::Message(b"yes".to_vec())).is_empty());
    assert_eq!(event(&mut bench, 5, closed(0, "")), ["005", "003", "000", "yes"]);
    assert!(event(&mut bench, 5, closed(0, "")).is_empty(), "the call is over");
    assert_eq!(bench.host.next_deadline(), None);
}

#[test]
fn a_call_that_fails_has_a_status_instead_of_an_answer() {
    let mut bench = started("call");
    event(&mut bench, 5, GrpcEvent::Message(b"yes".to_vec()));
    assert_eq!(event(&mut bench, 5, closed(7, "denied")), ["005", "007", "000", "007", "denied", "000", ""]);
    let mut bench = started("call");
    assert_eq!(
        event(&mut bench, 5, closed(0, "")),
        ["005", "013", "000", "013", "", "000", ""],
        "no message"
    );
}

#[test]
fn a_call_without_an_answer_in_time_is_unavailable() {
    let mut bench = started("call");
    bench.wait(999);
    assert!(bench.seen().is_empty());
    bench.wait(1);
    let text = "upstream request timeout{response_timeout}";
    assert_eq!(bench.seen(), ["grpc 5: cancel", "005", "014", "000", "014", text, "000", ""]);
}

#[test]
fn a_stream_brings_everything_that_comes() {
    let mut bench = started("stream");
    assert_eq!(event(&mut bench, 6, metadata()), ["006", "001", "000", "value", "002"]);
    assert_eq!(event(&mut bench, 6, GrpcEvent::Message(b"one".to_vec())), ["006", "003", "000", "one"]);
    assert_eq!(event(&mut bench, 6, GrpcEvent::Message(Vec::new())), ["006", "000", "000", ""]);
    let trailers = GrpcEvent::TrailingMetadata(vec![(b"k".to_vec(), b"end".to_vec())]);
    assert_eq!(event(&mut bench, 6, trailers), ["006", "001", "002", "000", "end"]);
    assert_eq!(event(&mut bench, 6, closed(0, "")), ["006", "000", "000", "000", "", "000", ""]);
    assert!(event(&mut bench, 6, metadata()).is_empty(), "the stream is over");
}

/// What the module gets and does when it is told `commands`, one after the other, with the stream's token.
fn told(bench: &mut Bench, commands: &[&str]) -> Vec<String> {
    let client = crate::ConnectionId(1);
    for command in commands {
        bench.send(client, command);
    }
    bench.seen()
}

#[test]
fn messages_go_out_until_the_last() {
    let mut bench = started("stream");
    let seen = told(&mut bench, &["s6", "e6", "s6", "x6"]);
    let sent = ["grpc 6: send \"Check\" end false", "000", "grpc 6: send \"Check\" end true", "000"];
    assert_eq!(seen, [&sent[..], &["000", "000"]].concat(), "after its end it takes all and sends nothing");
}

#[test]
fn a_stream_that_was_closed_on_both_sides_is_forgotten() {
    // First here, then there.
    let mut bench = started("stream");
    assert_eq!(told(&mut bench, &["x6"]), ["grpc 6: end", "000"]);
    event(&mut bench, 6, closed(0, ""));
    assert_eq!(told(&mut bench, &["x6", "s6", "c6"]), ["001", "001", "001"]);
    // First there, then here.
    let mut bench = started("stream");
    event(&mut bench, 6, closed(0, ""));
    assert_eq!(told(&mut bench, &["s6", "x6", "x6"]), ["000", "000", "001"]);
}

#[test]
fn cancelling_resets_and_no_callback_follows() {
    let mut bench = started("stream");
    assert_eq!(told(&mut bench, &["c6", "c6"]), ["grpc 6: cancel", "000", "001"]);
    assert!(event(&mut bench, 6, closed(0, "")).is_empty());
    for command in ["c5", "x5"] {
        let mut bench = started("call");
        assert_eq!(told(&mut bench, &[command, command]), ["grpc 5: cancel", "000", "001"]);
        assert_eq!(bench.host.next_deadline(), None);
    }
}

#[test]
fn tokens_of_other_kinds_are_bad_arguments() {
    let mut bench = started("stream");
    // 5 is a call's: it cannot be sent to, and there is none. 4 and 7 are nobody's.
    assert_eq!(told(&mut bench, &["s5", "c5", "x5"]), ["002", "001", "001"]);
    assert_eq!(told(&mut bench, &["s4", "c4", "x4", "s7", "c7", "x7"]), ["002"; 6]);
    assert_eq!(told(&mut bench, &["s2"]), ["001"]);
}

#[test]
fn a_driver_without_grpc_says_that_nobody_is_there() {
    let mut bench = start_with(&caller("call", b"resolver"), settings());
    bench.accept();
    let effect = bench.host.poll_effect().unwrap();
    bench.seen();
    bench.handle(effect.declined().unwrap());
    assert_eq!(bench.seen()[..2], ["005", "014"]);
}
