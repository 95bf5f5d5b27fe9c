use std::collections::BTreeMap;
use std::time::Duration;

use super::{access_line, log_line};
use crate::{ConnectionEnd, ConnectionId, LogLevel, LogLine, VmId};

const WALL: Duration = Duration::from_millis(1_795_381_200_123);

fn end(filter_state: &[(&str, &str)]) -> ConnectionEnd {
    ConnectionEnd {
        connection: ConnectionId(1),
        client: "127.0.0.2:4242".parse().unwrap(),
        server: "127.0.0.1:2525".parse().unwrap(),
        worker: 0,
        upstream: Some("backend".into()),
        received: 6,
        sent: 40,
        duration: Duration::from_millis(6_049),
        filter_state: filter_state.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
    }
}

#[test]
fn an_access_line_is_stable_and_readable_by_programs() {
    assert_eq!(
        access_line(WALL, &end(&[("wasm.postscreen.verdict", "PASS NEW")])),
        "2026-11-22T21:00:00.123Z access: client=127.0.0.2:4242 verdict=\"PASS NEW\" upstream=backend received=6 \
         sent=40 duration=6.0s"
    );
}

#[test]
fn what_is_not_there_is_a_hyphen() {
    let end = ConnectionEnd { upstream: None, filter_state: BTreeMap::new(), ..end(&[]) };
    let line = access_line(WALL, &end);
    assert!(line.contains("verdict=\"-\" upstream=- "), "{line}");
}

#[test]
fn a_verdict_cannot_forge_a_field() {
    let line = access_line(WALL, &end(&[("wasm.postscreen.verdict", "a\" upstream=x\nb")]));
    assert!(line.contains("verdict=\"a? upstream=x?b\" upstream=backend"), "{line}");
}

#[test]
fn log_lines_look_like_those_of_postfix() {
    let line = |level, text: &str, by_host| {
        log_line(WALL, "postscreen", &LogLine { vm: VmId::Worker(0), level, text: text.into(), by_host })
    };
    for (shown, expected) in [
        (line(LogLevel::Info, "CONNECT from x", false), "postscreen: CONNECT from x"),
        (line(LogLevel::Warn, "no resolver", false), "postscreen: warning: no resolver"),
        (line(LogLevel::Warn, "warning: no resolver", false), "postscreen: warning: no resolver"),
        (line(LogLevel::Critical, "trap", true), "host-sim: fatal: trap"),
    ] {
        assert_eq!(shown, format!("2026-11-22T21:00:00.123Z {expected}"));
    }
}
