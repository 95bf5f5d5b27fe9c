//! What a test that fails says.

use envoy_sim::{LogLevel, LogLine, VmId};

use super::super::show::{self, SHOWN_BYTES_MAX, SHOWN_LINES_MAX};
use super::*;

/// The message of a panic.
fn message(act: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).unwrap_err();
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[test]
fn other_bytes_are_shown_with_the_place_the_connection_and_the_log() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    client.upstream().send("220 my\r\n");
    assert_eq!(
        message(|| client.assert_received("220 mx\r\n")),
        r#"203.0.113.9:40000 received other bytes
  expected "220 mx\r\n"
  got      "220 my\r\n"
                 ^ byte 6
  at 2.000 s the connection is open, connected to backend
  log: [worker 0] held"#
    );
}

#[test]
fn every_assertion_says_what_was_expected() {
    let sim = Sim::wat(DOORMAN).start();
    let client = sim.connect("203.0.113.9");
    let held = "\n  at 0.000 s the connection is open, not sent to any server\n  log: [worker 0] held";
    for (got, expected) in [
        (message(|| client.assert_closed()), "is open, expected it closed"),
        (message(|| drop(client.upstream())), "was not sent to any server"),
    ] {
        assert_eq!(got, format!("203.0.113.9:40000 {expected}{held}"));
    }
    sim.advance(GREET_WAIT);
    client.upstream().send("x");
    assert!(message(|| client.assert_silent()).contains("received \"x\", expected nothing"));
    assert!(message(|| client.assert_not_dialled()).contains("was sent to backend, expected to no server"));
    let server = client.upstream();
    assert!(
        message(|| server.assert_closed()).starts_with("the server's connection is open, expected it closed")
    );
    client.send("z");
    assert!(message(|| server.assert_silent()).starts_with("the server read \"z\", expected nothing"));
    assert!(message(|| client.upstream().assert_received("y")).starts_with("the server read other bytes"));
    client.reset();
    assert!(message(|| client.assert_open()).contains("is closed, expected it open"));
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let sim = Sim::wat(DOORMAN).start();
    for (got, expected) in [
        (message(|| drop(sim.next_call())), "no call-out waits for an answer\n  the log is empty"),
        (message(|| _ = sim.metric("m")), "there is no metric m; there are []"),
        (message(|| sim.assert_logged("x")), "no line has \"x\" in it\n  the log is empty"),
        (message(|| sim.assert_log(["x"])), "the log is another\n  expected\n    x\n  got"),
        (message(|| _ = sim.wait_for(Duration::from_secs(1), || false)), "waited 1.000 s in vain"),
        (
            message(|| sim.backend("b", Backend::echo())),
            "there is no cluster b; the builder knows {\"backend\"}",
        ),
        (
            message(|| sim.answer_calls("dns", |_| Answer::never())),
            "there is no cluster dns for call-outs; the builder knows {}",
        ),
        (
            message(|| sim.trap_in("on_tick")),
            "there is no callback or host function on_tick, only proxy_on_tick",
        ),
        (message(|| sim.trap_in("proxy_lag")), "there is no callback or host function proxy_lag in the ABI"),
        (message(|| drop(sim.connect("nobody"))), "`nobody` is no address"),
        (message(|| _ = Sim::wat("").workers(0)), "workers: expected at least 1, got 0"),
        (message(|| drop(Sim::wat(DOORMAN).listen("here").start())), "listen: `here` is no address"),
        (message(|| drop(Sim::file("none.wasm").start())), "cannot read the module none.wasm"),
        (message(|| drop(Sim::wat("(module)").start())), "the module is not a Proxy-Wasm module"),
    ] {
        assert!(got.starts_with(expected), "{got}");
    }
}

#[test]
fn a_refused_configuration_is_shown_with_what_the_module_said() {
    let refuses = r#"(module
      (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "no\0a")
      (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (i32.const 1024))
      (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (call $log (i32.const 4) (i32.const 0) (i32.const 3))))"#;
    assert_eq!(
        message(|| drop(Sim::wat(refuses).start())),
        "the module refused its configuration (proxy_on_configure on the canary)\n  log: [canary] Error: no\\n"
    );
}

#[test]
fn a_sim_used_by_its_own_backend_is_told_so() {
    let sim = Sim::wat(&open_door("")).start();
    let inner = sim.clone();
    sim.backend("backend", Backend::silent().replying(move |_| Reply::bytes(inner.trace())));
    let client = sim.connect("203.0.113.9");
    assert!(message(|| client.send("x")).starts_with("the sim is at work"));
}

#[test]
fn long_bytes_are_cut() {
    for (len, cut) in [(SHOWN_BYTES_MAX - 1, false), (SHOWN_BYTES_MAX, false), (SHOWN_BYTES_MAX + 1, true)] {
        let shown = show::quoted(&vec![b'a'; len]);
        assert_eq!(shown.ends_with(&format!("… {len} bytes")), cut, "{len}");
    }
}

#[test]
fn a_long_log_is_cut() {
    let line =
        LogLine { vm: VmId::Main, connection: None, level: LogLevel::Warn, text: "x".into(), by_host: true };
    for (lines, cut) in [(SHOWN_LINES_MAX - 1, false), (SHOWN_LINES_MAX, false), (SHOWN_LINES_MAX + 1, true)]
    {
        let shown = show::log(&vec![line.clone(); lines]);
        assert_eq!(shown.contains("… 1 lines before"), cut, "{lines}");
        assert_eq!(shown.matches("[main thread] the host: Warn: x").count(), lines.min(SHOWN_LINES_MAX));
    }
}
