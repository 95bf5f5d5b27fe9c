//! `host-sim check` as a program: what goes where, and its exit status.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with this configuration at its standard input.
fn check(text: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command.args(["check", "-"]).env("NO_COLOR", "1").stdin(Stdio::piped());
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

#[test]
fn the_exit_status_says_whether_there_is_something_to_say() {
    for (text, status, out, error) in [
        (r#"{"greet_wait": "6s"}"#, 0, "standard input: valid, and nothing to advise", ""),
        (r#"{"greet_wait": "6x", "greet_ttl": "1"}"#, 1, "", "greet_ttl is not valid"),
        (
            r#"{"dnsbl_sites": ["list.dnswl.org*-4"]}"#,
            3,
            "advice: standard input:1: dnsbl_sites[0] = \"list.dnswl.org*-4\"\n    why: ",
            "",
        ),
    ] {
        let output = check(text);
        let (told, complaint) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{text}: {told}{complaint}");
        assert!(told.starts_with(out) && (out.is_empty() == told.is_empty()), "{text}: {told}");
        assert!(
            complaint.contains(error) && (error.is_empty() == complaint.is_empty()),
            "{text}: {complaint}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_and_a_wrong_command_line_are_told_apart() {
    for (words, status, complaint) in
        [(&["check", "missing.json"][..], 1, "cannot read missing.json"), (&["check"], 2, "<FILE>")]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_host-sim")).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(complaint), "{said}");
    }
}

#[test]
fn all_that_we_ship_needs_no_advice() {
    assert_eq!(
        check(include_str!("../src/serve/policy.json")).status.code(),
        Some(0),
        "what serve has built in"
    );
    let presets = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/presets");
    let mut number = 0;
    for entry in std::fs::read_dir(presets).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let output = check(&std::fs::read_to_string(&path).unwrap());
            assert_eq!(output.status.code(), Some(0), "{}: {output:?}", path.display());
            number += 1;
        }
    }
    assert!(number > 0);
}
