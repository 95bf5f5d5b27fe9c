//! What a client leaves behind, and the reference to it.

use super::host::{SomeHost, alone, client};
use super::*;
use crate::client_record::{ClientRecord, KnownFrom, REFERENCE_LEN, TestResult};

const ON: &str = r#"{"record_enable": true}"#;

/// The record among what is to be done.
fn record(tasks: &[Task]) -> Option<ClientRecord> {
    let mut records = tasks.iter().filter_map(|task| match &task.output {
        Output::Record(json) => Some(serde_json::from_str(json).unwrap()),
        _ => None,
    });
    let record = records.next();
    assert_eq!(records.next(), None, "one record");
    record
}

fn told(tasks: &[Task]) -> String {
    let words = tasks.iter().filter_map(|task| match &task.output {
        Output::ToClient(bytes) => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    });
    words.collect()
}

#[test]
fn without_the_setting_there_is_neither_record_nor_reference() {
    let mut host = alone(r#"{"greet_action": "drop"}"#);
    host.opens(1, client(1));
    let tasks = host.give(1, Input::ClientBytes(b"EHLO x\r\n"));
    assert_eq!((record(&tasks), told(&tasks).as_str()), (None, "521 5.5.1 Protocol error\r\n"));
}

#[test]
fn a_refusal_names_the_record() {
    let mut host = alone(r#"{"record_enable": true, "greet_action": "drop"}"#);
    host.opens(1, client(1));
    host.at(120);
    let tasks = host.give(1, Input::ClientBytes(b"EHLO x\r\n"));
    let record = record(&tasks).unwrap();
    assert_eq!(record.reference.len(), REFERENCE_LEN);
    let reply = format!("521 5.5.1 Protocol error (ref {})", record.reference);
    assert_eq!(told(&tasks), format!("{reply}\r\n"));
    assert_eq!(record.reply, Some(reply));
    assert_eq!((record.milliseconds, record.verdict.as_str(), record.served), (120, "pregreet", false));
    assert_eq!(record.wanted.helo.as_deref(), Some("x"));
    let [test] = &record.tests[..] else { panic!("{record:?}") };
    assert_eq!(
        (test.result, test.evidence.as_deref()),
        (TestResult::Failed, Some("8 after 0.12: EHLO x\\r\\n"))
    );
}

#[test]
fn references_differ_and_nobody_can_foretell_them() {
    let reference = |hash_key, connection| {
        let host = crate::io::HostTraits { teases: true, hash_key };
        let worker = crate::worker::Worker::new(Rc::new(Memory::default()), policy(ON), host);
        let mut host = SomeHost { worker, millis: 0 };
        host.opens(connection, client(1));
        record(&host.give(connection, Input::ClientClosed)).unwrap().reference
    };
    let all = [reference([1; 16], 1), reference([1; 16], 2), reference([2; 16], 1)];
    assert_eq!(reference([1; 16], 1), all[0], "the same inputs, the same outputs");
    assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2], "{all:?}");
}

#[test]
fn a_known_client_is_told_of_as_such() {
    let mut host = alone(ON);
    host.opens(1, client(1));
    let new = record(&host.at(6_000).wakes()).unwrap();
    assert_eq!((new.verdict.as_str(), new.known.from), ("pass_new", KnownFrom::Nothing));
    host.give(1, Input::ClientClosed);
    let old = record(&host.opens(2, client(1))).unwrap();
    assert_eq!((old.verdict.as_str(), old.known.from), ("pass_old", KnownFrom::EarlierVisits));
    assert_eq!(old.tests.iter().map(|test| test.result).collect::<Vec<_>>(), [TestResult::Known]);
}

#[test]
fn who_is_not_screened_leaves_none() {
    let mut host = alone(r#"{"record_enable": true, "probes": ["203.0.113.1"]}"#);
    assert_eq!(record(&host.give(1, Input::ClientOpened(None))), None, "without an address");
    host.opens(2, client(1));
    assert_eq!(record(&host.give(2, Input::ClientClosed)), None, "a health check");
    host.opens(3, client(1));
    let talks = host.give(3, Input::ClientBytes(b"EHLO x\r\n"));
    assert!(record(&talks).is_some(), "one that talks is none");
}

#[test]
fn lateness_of_the_host_is_noted() {
    let mut host = alone(ON);
    host.opens(1, client(1));
    let record = record(&host.at(6_012).wakes()).unwrap();
    let late: Vec<_> = record.late.iter().map(|late| (late.due, late.at)).collect();
    assert_eq!(late, [(6_000, 6_012)]);
}
