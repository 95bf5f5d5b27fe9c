//! What becomes of clients when the filter has failed.

use std::fs;
use std::process::Command;

/// Somebody lets the filter fail, and somebody else comes later. Add what the latter sees.
const STORY: &str = r#"
about: Somebody comes after a fault.
host_log: [proxy_on_downstream_data, It loops for ever]
clients:
  first: { from: 203.0.113.1, script: [{ expect: "220 mx.test ESMTP\r\n" }, { send: "x" }, closed] }
"#;

/// The same without a fault of the filter's own, and with a policy.
const STORY_WITH_POLICY: &str = r#"
about: Somebody comes after a trap that the story wants.
traps: [{ at: 1s, worker: 0 }]
failure_policy: fail-closed
host_log: [the story wants a trap]
clients:
  first: { from: 203.0.113.1, script: [{ expect: "220 mx.test ESMTP\r\n" }, { wait: 2s }, { send: "x" }, closed] }
"#;

const CLOSED: &str = "closed";
const SERVED: &str = r#"{ expect: "220 mx.test ESMTP\r\n" }"#;

/// Whether the later client sees what is expected when a module that loops is run with these options.
fn comes_true(story: &str, later: &str, options: &[&str]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("story.yaml");
    fs::write(&file, format!("{story}  later: {{ from: 203.0.113.2, at: 4s, script: [{later}] }}\n"))
        .unwrap();
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve/loop.wat");
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command.args(["run", "--fuel", "1M", "--module", module]).arg(file).args(options);
    command.output().unwrap().status.success()
}

#[test]
fn without_a_policy_later_clients_are_closed_as_in_envoy() {
    assert!(comes_true(STORY, CLOSED, &[]));
    assert!(!comes_true(STORY, SERVED, &[]));
}

#[test]
fn the_option_says_what_becomes_of_later_clients() {
    for (policy, later) in [("fail-closed", CLOSED), ("fail-open", SERVED), ("fail-reload", SERVED)] {
        assert!(comes_true(STORY, later, &["--failure-policy", policy]), "{policy}");
    }
}

#[test]
fn a_story_with_a_policy_of_its_own_does_not_ask_the_option() {
    assert!(comes_true(STORY_WITH_POLICY, CLOSED, &["--failure-policy", "fail-open"]));
}
