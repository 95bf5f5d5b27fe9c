use std::collections::BTreeMap;
use std::time::Duration;

use super::{HOST, LogFormat, access_text, log_text};
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
        access_text(&end(&[("wasm.postscreen.verdict", "PASS NEW")])),
        "access: client=127.0.0.2:4242 verdict=\"PASS NEW\" upstream=backend received=6 sent=40 duration=6.0s"
    );
}

#[test]
fn what_is_not_there_is_a_hyphen() {
    let end = ConnectionEnd { upstream: None, filter_state: BTreeMap::new(), ..end(&[]) };
    let line = access_text(&end);
    assert!(line.contains("verdict=\"-\" upstream=- "), "{line}");
}

#[test]
fn a_verdict_cannot_forge_a_field() {
    let line = access_text(&end(&[("wasm.postscreen.verdict", "a\" upstream=x\nb")]));
    assert!(line.contains("verdict=\"a? upstream=x?b\" upstream=backend"), "{line}");
}

#[test]
fn warnings_read_as_those_of_postfix() {
    let text = |level, text: &str| {
        log_text(&LogLine { vm: VmId::Worker(0), level, text: text.into(), by_host: false })
    };
    assert_eq!(text(LogLevel::Info, "CONNECT from x"), "CONNECT from x");
    assert_eq!(text(LogLevel::Warn, "no resolver"), "warning: no resolver");
    assert_eq!(text(LogLevel::Warn, "warning: no resolver"), "warning: no resolver");
    assert_eq!(text(LogLevel::Critical, "trap"), "fatal: trap");
}

#[test]
fn the_plain_header_is_time_and_program() {
    let header = |program| LogFormat::Plain.header(WALL, program, 42);
    assert_eq!(header("postscreen"), "2026-11-22T21:00:00.123Z postscreen: ");
    assert_eq!(header(HOST), "2026-11-22T21:00:00.123Z host-sim: ");
}

#[test]
fn the_syslog_header_is_that_of_a_mail_log() {
    let header = |program| LogFormat::Syslog.header(WALL, program, 42);
    assert_eq!(header("postscreen"), "2026-11-22T21:00:00.123Z localhost postfix/postscreen[42]: ");
    assert_eq!(header(HOST), "2026-11-22T21:00:00.123Z localhost host-sim[42]: ");
}
