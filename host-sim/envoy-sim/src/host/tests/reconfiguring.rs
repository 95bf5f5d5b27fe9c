use std::num::NonZeroUsize;

use super::bench::{Bench, start, start_with};
use crate::{Driven, Settings, StartError, VmId};

/// Says which context was created, started, configured (with what), asked and ended. Ticks every 10 ms, with the number
/// of the root. A configuration that begins with `x` is refused.
const LIFE: &str = r#"
(data (i32.const 1024) "createstartconfigureconnecttickdonedelete")
(func (export "proxy_on_context_create") (param $id i32) (param $root i32)
  (call $text (i32.const 1024) (i32.const 6)) (call $say (local.get $id)) (call $say (local.get $root)))
(func (export "proxy_on_vm_start") (param $id i32) (param i32) (result i32)
  (call $text (i32.const 1030) (i32.const 5)) (call $say (local.get $id)) (i32.const 1))
(func (export "proxy_on_configure") (param $id i32) (param $len i32) (result i32)
  (call $text (i32.const 1035) (i32.const 9)) (call $say (local.get $id))
  (drop (call $get_buffer (i32.const 7) (i32.const 0) (local.get $len) (i32.const 0) (i32.const 4)))
  (call $given)
  (drop (call $tick_period (i32.const 10)))
  (i32.ne (i32.load8_u (i32.load (i32.const 0))) (i32.const 120)))
(func (export "proxy_on_new_connection") (param $id i32) (result i32)
  (call $text (i32.const 1044) (i32.const 7)) (call $say (local.get $id)) (i32.const 1))
(func (export "proxy_on_tick") (param $id i32)
  (call $text (i32.const 1051) (i32.const 4)) (call $say (local.get $id)))
(func (export "proxy_on_done") (param $id i32) (result i32)
  (call $text (i32.const 1055) (i32.const 4)) (call $say (local.get $id)) (i32.const 1))
(func (export "proxy_on_delete") (param $id i32)
  (call $text (i32.const 1059) (i32.const 6)) (call $say (local.get $id)))
"#;

/// What a machine says of itself, its lines joined.
fn said_by(bench: &mut Bench, vm: VmId) -> String {
    let effects = std::iter::from_fn(|| bench.host.poll_effect());
    let lines = effects.filter_map(|effect| match effect {
        crate::Effect::Log(line) if line.vm == vm => Some(line.text),
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_new_configuration_makes_a_new_root_in_the_same_machine() {
    let mut bench = start(LIFE);
    bench.accept();
    assert_eq!(
        said_by(&mut bench, VmId::Worker(0)),
        "create 001 000 start 001 configure 001 {} create 002 001 connect 002"
    );
    bench.host.reconfigure("new", bench.now).unwrap();
    assert_eq!(
        said_by(&mut bench, VmId::Worker(0)),
        "create 003 000 start 003 configure 003 new",
        "proxy_on_vm_start is called for each root, as in Envoy"
    );
    bench.accept();
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "create 004 003 connect 004");
}

#[test]
fn the_canary_tries_first_and_the_main_thread_follows() {
    let mut bench = start(LIFE);
    bench.seen();
    bench.host.reconfigure("new", bench.now).unwrap();
    let vms: Vec<VmId> = std::iter::from_fn(|| bench.host.poll_effect())
        .filter_map(|effect| if let crate::Effect::Log(line) = effect { Some(line.vm) } else { None })
        .collect();
    // The main thread and the worker have no stream with the old root, so they shut it down at once.
    let runs = [(VmId::Canary, 8), (VmId::Main, 12), (VmId::Worker(0), 12)];
    assert_eq!(vms, runs.map(|(vm, lines)| vec![vm; lines]).concat());
}

#[test]
fn the_old_root_ticks_on_until_its_last_stream_has_ended() {
    let mut bench = start(LIFE);
    let old = bench.accept();
    bench.host.reconfigure("new", bench.now).unwrap();
    let new = bench.accept();
    said_by(&mut bench, VmId::Worker(0));
    bench.wait(10);
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "tick 001 tick 003");
    bench.handle(crate::Input::ClientReset { connection: new });
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "done 004 delete 004");
    bench.handle(crate::Input::ClientReset { connection: old });
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "done 002 delete 002 done 001 delete 001");
    bench.wait(10);
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "tick 003");
}

#[test]
fn a_refused_configuration_changes_nothing_and_says_why() {
    let mut bench = start(LIFE);
    bench.accept();
    bench.seen();
    let error = bench.host.reconfigure("x is wrong", bench.now).unwrap_err();
    assert!(matches!(error, StartError::Refused { vm: VmId::Canary, .. }));
    assert_eq!(error.log().last().map(|line| line.text.as_str()), Some("x is wrong"));
    assert!(bench.seen().is_empty());
    bench.accept();
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "create 003 001 connect 003");
    bench.host.reconfigure("right", bench.now).unwrap();
    assert_eq!(said_by(&mut bench, VmId::Worker(0)), "create 004 000 start 004 configure 004 right");
}

#[test]
fn the_same_configuration_again_is_nothing_new() {
    let mut bench = start(LIFE);
    bench.seen();
    bench.host.reconfigure("{}", bench.now).unwrap();
    assert!(bench.seen().is_empty());
}

#[test]
fn configurations_pile_up_as_long_as_their_streams_last() {
    let mut bench = start(LIFE);
    let clients: Vec<_> = ["a", "b", "c"]
        .map(|configuration| {
            bench.host.reconfigure(configuration, bench.now).unwrap();
            bench.accept()
        })
        .into();
    said_by(&mut bench, VmId::Worker(0));
    for client in clients {
        bench.handle(crate::Input::ClientReset { connection: client });
    }
    // The newest root stays.
    assert_eq!(
        said_by(&mut bench, VmId::Worker(0)),
        "done 003 delete 003 done 002 delete 002 done 005 delete 005 done 004 delete 004 done 007 delete 007"
    );
}

/// Accepts its first configuration in a machine, and on the canary any.
const FICKLE: &str = r#"
(global $configured (mut i32) (i32.const 0))
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (global.set $configured (i32.add (global.get $configured) (i32.const 1)))
  (i32.eq (global.get $configured) (i32.const 1)))
(func (export "proxy_on_new_connection") (param i32) (result i32) (call $say (i32.const 7)) (i32.const 1))
"#;

#[test]
fn a_worker_that_refuses_what_the_canary_accepted_serves_new_clients_without_the_filter() {
    let mut bench = start(FICKLE);
    let held = bench.accept();
    assert_eq!(bench.seen(), ["007"]);
    bench.host.reconfigure("new", bench.now).unwrap();
    let logged = bench.seen();
    assert_eq!(logged.len(), 2, "the main thread's and the worker's: {logged:?}");
    assert!(
        logged[1].starts_with("new clients of this worker are served without the filter: "),
        "{logged:?}"
    );
    bench.accept();
    assert_eq!(bench.seen(), ["dial backend"]);
    bench.send(held, "still asked");
    assert_eq!(bench.seen(), ["dial backend"], "the old client's module let its bytes pass");
    assert!(bench.host.failed_workers().is_empty());
}

#[test]
fn every_worker_gets_the_new_configuration() {
    let settings = Settings { workers: NonZeroUsize::new(3).unwrap(), ..Settings::postscreen("{}") };
    let mut bench = start_with(LIFE, settings);
    bench.seen();
    bench.host.reconfigure("new", bench.now).unwrap();
    bench.seen();
    for worker in 0..3 {
        bench.accept_on(worker);
        assert_eq!(said_by(&mut bench, VmId::Worker(worker)), "create 003 002 connect 003");
    }
}

/// Asks the resolver for each client, and says to which root the answer came.
const ASKING: &str = r#"
(data (i32.const 1024) "resolver")
(data (i32.const 1100) "\03\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\01\00\00\00\0a\00\00\00\01\00\00\00")
(data (i32.const 1128) ":method\00GET\00:path\00/\00:authority\00x\00")
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (call $say (call $http_call (i32.const 1024) (i32.const 8) (i32.const 1100) (i32.const 61)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1000) (i32.const 0)))
  (i32.const 1))
(func (export "proxy_on_http_call_response") (param $root i32) (param i32 i32 i32 i32)
  (call $say (local.get $root)))
"#;

#[test]
fn answers_of_call_outs_come_to_the_root_that_asked() {
    let mut bench = start(ASKING);
    bench.accept();
    assert_eq!(bench.seen(), ["call resolver token 4", "000"]);
    bench.host.reconfigure("new", bench.now).unwrap();
    bench.accept();
    assert_eq!(bench.seen(), ["call resolver token 8", "000"]);
    for (token, root) in [(8, "003"), (4, "001")] {
        let call = crate::CallId { vm: VmId::Worker(0), token };
        bench.handle(crate::Input::HttpFailure { call, failure: crate::HttpFailure::Unreachable });
        assert_eq!(bench.seen(), [root]);
    }
}

#[test]
fn call_outs_of_a_root_end_with_it() {
    let mut bench = start(ASKING);
    let client = bench.accept();
    bench.host.reconfigure("new", bench.now).unwrap();
    bench.seen();
    bench.handle(crate::Input::ClientReset { connection: client });
    assert_eq!(bench.seen(), ["close client", "ended", "cancel call 4"]);
    let call = crate::CallId { vm: VmId::Worker(0), token: 4 };
    bench.handle(crate::Input::HttpFailure { call, failure: crate::HttpFailure::Unreachable });
    bench.wait(2000);
    assert!(bench.seen().is_empty());
}
