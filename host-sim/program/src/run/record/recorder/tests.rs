//! What many clients or none have to do with: configurations, traps, and call-outs by gRPC.

use envoy_sim::VmId;

use super::*;
use crate::run::record::PlayRecord;
use crate::run::record::tests::played_by;

const CALLER: &str = include_str!("tests/caller.wat");

/// Logs the same in its configuration and of every client.
const SAYS: &str = r#"(module (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 64) "hello")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func $say (drop (call $log (i32.const 2) (i32.const 64) (i32.const 5))))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (call $say) (i32.const 1))
  (func (export "proxy_on_new_connection") (param i32) (result i32) (call $say) (i32.const 0)))"#;

/// What a client makes the caller do, on the last of two workers.
const STORY: &str = r"
about: x
workers: 2
policy: { greet_wait: 10s }
traps: [{ at: 3s, worker: 1 }]
failure_policy: fail-closed
host_log: [the story wants a trap]
reconfigure:
  - { at: 1s, policy: { greet_wait: 1s } }
  - { at: 2s, policy: { greet_wait: 20s } }
clients:
  a: { from: 203.0.113.9, worker: 0, script: [{ wait: 4s }] }
  b: { from: 203.0.113.9, worker: 1, at: 3s, script: [closed] }
";

fn happened(record: &PlayRecord) -> Vec<(u64, &What)> {
    record.events.iter().map(|event| (event.at.as_secs(), &event.what)).collect()
}

#[test]
fn a_new_configuration_is_an_event_for_everybody() {
    let record = played_by(CALLER, STORY);
    let tried: Vec<_> =
        happened(&record).into_iter().filter(|(_, what)| matches!(what, What::Reconfigured { .. })).collect();
    let reconfigured = |changes: &str, refused: Option<&str>| What::Reconfigured {
        changes: changes.to_owned(),
        refused: refused.map(str::to_owned),
    };
    let odd = reconfigured("greet_wait 10s → 1s", Some("configuration: an odd number of bytes"));
    // What was refused was never the present one.
    let even = reconfigured("greet_wait 10s → 20s", None);
    assert_eq!(tried, [(1, &odd), (2, &even)]);
    let event = record.events.iter().find(|event| event.what == even).unwrap();
    assert!(record.is_struck(event, 0) && record.is_struck(event, 1));
}

#[test]
fn a_trap_is_one_event_for_the_clients_of_its_worker() {
    let record = played_by(CALLER, STORY);
    let is_trap = |event: &&crate::run::record::Event| matches!(event.what, What::Trapped { .. });
    let traps: Vec<_> = record.events.iter().filter(is_trap).collect();
    let [trap] = traps.as_slice() else { panic!("{traps:?}") };
    let What::Trapped { vm, headline } = &trap.what else { panic!("{trap:?}") };
    assert_eq!(*vm, VmId::Worker(1));
    assert_eq!(headline, "Function: proxy_on_new_connection failed: the story wants a trap");
    assert_eq!(record.lanes.iter().map(|lane| lane.worker).collect::<Vec<_>>(), [Some(0), Some(1)]);
    assert!(!record.is_struck(trap, 0) && record.is_struck(trap, 1));
    let logged = |(_, what): &(u64, &What)| matches!(what, What::Logged(line) if line.text == *headline);
    assert!(!happened(&record).iter().any(logged), "the trap stands there twice");
}

#[test]
fn a_log_line_belongs_to_the_client_in_whose_callback_it_was_written() {
    let story = "about: x\nclients:\n  a: { from: 203.0.113.9, script: [close] }\n";
    let record = played_by(SAYS, &format!("{story}  b: {{ from: 203.0.113.9, script: [close] }}\n"));
    let logged = record.events.iter().filter(|event| matches!(event.what, What::Logged(_)));
    // Starting, three machines have said it on their root contexts.
    assert_eq!(logged.map(|event| event.lane).collect::<Vec<_>>(), [None, None, None, Some(0), Some(1)]);
}

#[test]
fn a_lane_tells_its_worker_where_there_are_several() {
    let record = played_by(CALLER, STORY);
    assert_eq!(record.worker(&record.lanes[0]), Some(0));
    let alone = played_by(CALLER, "about: x\nclients:\n  a: { from: 203.0.113.9, script: [close] }\n");
    assert_eq!((alone.lanes[0].worker, alone.worker(&alone.lanes[0])), (Some(0), None));
}

#[test]
fn a_stream_of_grpc_is_told_from_its_begin_to_its_end() {
    let record =
        played_by(CALLER, "about: x\nclients:\n  a: { from: 203.0.113.9, script: [{ wait: 1s }] }\n");
    let stream = || "gRPC stream resolver/pkg.Limit/Check".to_owned();
    let begin = || What::Asked { question: stream() };
    let sent = |bytes: &[u8], end| What::Sent { to: stream(), bytes: Bytes::new(bytes), end };
    let answer = "status 14: upstream connect error or disconnect/reset before headers".to_owned();
    let own: Vec<_> = happened(&record)
        .into_iter()
        .map(|(_, what)| what)
        .filter(|what| {
            matches!(
                what,
                What::Asked { .. }
                    | What::Sent { .. }
                    | What::SaidAll { .. }
                    | What::Cancelled { .. }
                    | What::Answered { .. }
            )
        })
        .collect();
    let expected = [
        begin(),
        sent(b"pkg", false),
        sent(b"Check", true),
        begin(),
        What::Cancelled { question: stream() },
        begin(),
        What::SaidAll { to: stream() },
        What::Answered { answer: answer.clone() },
        What::Answered { answer },
    ];
    assert_eq!(own, expected.iter().collect::<Vec<_>>());
}
