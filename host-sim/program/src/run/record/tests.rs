//! What is written down of a play, and the record of everything that the drawings are tested with.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::{LogLevel, Module, VmId};
use postscreen_scenario::parse;
use virtual_player::{Envoy, Player, Screener};

use super::*;
use crate::run::watching::Watching;

/// Lets everybody through.
const OPEN_DOOR: &str = r#"(module (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024)))"#;

/// The record of a story behind an open door.
pub(in crate::run) fn played(yaml: &str) -> PlayRecord {
    played_by(OPEN_DOOR, yaml)
}

/// The record of a story that is played to a module in the text format.
pub(in crate::run) fn played_by(module: &str, yaml: &str) -> PlayRecord {
    let module = Module::from_bytes("module", module.as_bytes()).unwrap();
    let screener = Screener::ProxyWasm(module, Envoy::default());
    let watching = Watching::recorded();
    Player::new(&screener).watched(&watching).play(&parse("s", yaml).unwrap());
    let record = watching.record.clone().unwrap();
    drop(watching);
    Rc::try_unwrap(record).map(RefCell::into_inner).unwrap()
}

/// Two clients who talk to the mail server, one after the other.
pub(in crate::run) const TWO: &str = r#"
about: x
clients:
  early: { from: 203.0.113.9, script: [{ expect: "220 mx.test ESMTP\r\n" }, { wait: 2s }, { send: "QUIT\r\n" }] }
  late: { from: "2001:db8::9", at: 500ms, script: [{ send: "NOOP\r\n" }, reset] }
"#;

/// Each kind of event once, on two lanes and off them.
pub(in crate::run) fn everything() -> PlayRecord {
    let lane = |number: u16, name: &str, verdict: Option<&str>, ended| Lane {
        connection: ConnectionId(number.into()),
        name: name.to_owned(),
        client: SocketAddr::from(([203, 0, 113, 9], number)),
        worker: Some(usize::from(number) - 1),
        began: Duration::ZERO,
        ended,
        verdict: verdict.map(str::to_owned),
    };
    let end = Duration::from_millis(2_001);
    let mut record = PlayRecord {
        lanes: vec![lane(1, "a<b>", Some("PASS NEW"), Some(end)), lane(2, "open", None, None)],
        ..PlayRecord::default()
    };
    let bytes = |text: &str| Bytes::new(text.as_bytes());
    let logged = |vm, by_host, text: &str| LogLine {
        vm,
        connection: None,
        level: LogLevel::Info,
        text: text.to_owned(),
        by_host,
    };
    let events = [
        (0, Some(0), What::Connected { from: record.lanes[0].client }),
        (0, Some(1), What::Connected { from: record.lanes[1].client }),
        (0, Some(0), What::Asked { question: "A 9.bl.test".to_owned() }),
        (5, Some(0), What::Answered { answer: "NXDOMAIN".to_owned() }),
        (5, Some(1), What::GaveUp { question: "A 9.slow.test".to_owned() }),
        (5, None, What::Asked { question: "GET api/".to_owned() }),
        (
            5,
            Some(1),
            What::Said { by: Peer::Client, bytes: bytes("<script>alert(1)</script>\r\n"), passed: false },
        ),
        (5, None, What::Logged(logged(VmId::Main, true, "a limit"))),
        (5, Some(0), What::Logged(logged(VmId::Worker(0), false, "CONNECT \u{1b}[2J\u{202e}<b>&"))),
        (5, None, What::Logged(logged(VmId::Canary, false, "tries"))),
        (5, None, What::Asked { question: "gRPC stream api/pkg.Check/Stream".to_owned() }),
        (5, None, What::Sent { to: "gRPC stream <s>".to_owned(), bytes: bytes("hi\x01"), end: false }),
        (5, None, What::Sent { to: "gRPC stream <s>".to_owned(), bytes: bytes("bye"), end: true }),
        (5, None, What::SaidAll { to: "gRPC stream <s>".to_owned() }),
        (5, None, What::Cancelled { question: "gRPC stream <s>".to_owned() }),
        (6, None, What::Reconfigured { changes: "greet_wait 2s → 1s".to_owned(), refused: None }),
        (
            7,
            None,
            What::Reconfigured {
                changes: "greet_wait 1s → <i>".to_owned(),
                refused: Some("greet_wait: \"<i>\u{1b}\" has no number".to_owned()),
            },
        ),
        (8, None, What::Trapped { vm: VmId::Worker(1), headline: "Function: <f> failed".to_owned() }),
        (8, None, What::Trapped { vm: VmId::Main, headline: "Function: g failed".to_owned() }),
        (2_000, Some(0), What::Dialled { cluster: "backend".to_owned() }),
        (2_000, Some(0), What::Connection { stands: true }),
        (2_000, Some(1), What::Connection { stands: false }),
        (2_000, Some(0), What::Said { by: Peer::Server, bytes: bytes("220 mx\r\n"), passed: true }),
        (2_000, Some(0), What::Said { by: Peer::Server, bytes: bytes("held"), passed: false }),
        (2_000, Some(0), What::Said { by: Peer::Client, bytes: bytes(&"x".repeat(2_000)), passed: true }),
        (2_000, Some(0), What::Given { to: Peer::Client, bytes: bytes("521 \"no\"\r\n") }),
        (2_000, Some(0), What::Given { to: Peer::Server, bytes: bytes("\x00") }),
        (2_000, Some(0), What::Ended { by: Peer::Client }),
        (2_000, Some(0), What::Ended { by: Peer::Server }),
        (2_001, Some(1), What::Broke { by: Peer::Client }),
        (2_001, Some(1), What::Broke { by: Peer::Server }),
        (2_001, Some(0), What::Finished { to: Peer::Server, how: Finish::Half }),
        (2_001, Some(0), What::Finished { to: Peer::Server, how: Finish::Close }),
        (2_001, Some(1), What::Finished { to: Peer::Server, how: Finish::Reset }),
        (2_001, Some(1), What::Finished { to: Peer::Client, how: Finish::Half }),
        (2_001, Some(1), What::Finished { to: Peer::Client, how: Finish::Reset }),
        (2_001, Some(0), What::Finished { to: Peer::Client, how: Finish::Close }),
        (2_001, Some(0), What::Verdict("PASS NEW".to_owned())),
    ];
    for (at, lane, what) in events {
        record.push(Duration::from_millis(at), lane, what);
    }
    record
}

#[test]
fn bytes_that_pass_at_once_are_one_event() {
    let record = played(TWO);
    let said: Vec<_> = record
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Said { by, bytes, passed } => {
                Some((record.lane(event)?.name.as_str(), *by, &bytes.begin[..], *passed))
            }
            What::Given { .. } => panic!("nothing was given that was not said: {event:?}"),
            _ => None,
        })
        .collect();
    assert_eq!(
        said,
        [
            ("early", Peer::Server, &b"220 mx.test ESMTP\r\n"[..], true),
            // It breaks off at once: nothing passes any more.
            ("late", Peer::Client, b"NOOP\r\n", false),
            ("late", Peer::Server, b"220 mx.test ESMTP\r\n", false),
            ("early", Peer::Client, b"QUIT\r\n", true),
            ("early", Peer::Server, b"221 2.0.0 Bye\r\n", true),
        ]
    );
}

#[test]
fn a_lane_has_the_name_of_the_story_and_its_times() {
    let record = played(TWO);
    let lanes: Vec<_> =
        record.lanes.iter().map(|lane| (lane.name.as_str(), lane.began, lane.ended)).collect();
    let (half, two) = (Duration::from_millis(500), Duration::from_secs(2));
    assert_eq!(lanes, [("early", Duration::ZERO, Some(two)), ("late", half, Some(half))]);
    assert_eq!(record.end(), two);
}

#[test]
fn a_question_belongs_to_the_client_whose_address_it_has() {
    let record = everything();
    assert_eq!(record.asking("9.113.0.203.bl.test"), Some(1));
    assert_eq!(record.asking("19.113.0.203.bl.test"), None);
    assert_eq!(record.asking("bl.test"), None);
}

#[test]
fn a_record_keeps_so_many_events_and_counts_the_rest() {
    for (events, left_out) in [(EVENTS_MAX - 1, 0), (EVENTS_MAX, 0), (EVENTS_MAX + 1, 1)] {
        let mut record = PlayRecord::default();
        for _ in 0..events {
            record.push(Duration::ZERO, None, What::Connection { stands: true });
        }
        assert_eq!((record.events.len(), record.left_out), (events.min(EVENTS_MAX), left_out));
    }
}

#[test]
fn an_event_keeps_so_many_bytes() {
    for len in [BYTES_MAX - 1, BYTES_MAX, BYTES_MAX + 1] {
        let bytes = Bytes::new(&vec![b'a'; len]);
        assert_eq!((bytes.begin.len(), bytes.len), (len.min(BYTES_MAX), len));
    }
}
