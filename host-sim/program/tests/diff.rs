//! `host-sim diff` as a program: what goes where, and its exit status.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with these words, and this policy at its standard input.
fn diff(words: &[&str], text: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command.arg("diff").args(words).current_dir(format!("{}/src/diff/tests", env!("CARGO_MANIFEST_DIR")));
    command.env("NO_COLOR", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    // It may end without reading.
    let _ = program.stdin.take().unwrap().write_all(text.as_bytes());
    program.wait_with_output().unwrap()
}

#[test]
fn the_exit_status_says_whether_there_is_a_difference() {
    for (words, status, out, error) in [
        (&["first-day.json", "first-day-written-out.json"][..], 0, ": no difference", ""),
        (&["first-day.json", "-"], 1, "first-day.json -> standard input: 2 differences", ""),
        (&["-", "first-day.json", "--json"], 1, r#""old": "standard input""#, ""),
        (&["first-day.json", "broken.json"], 2, "", "dnsbl_sites[1] is not valid"),
        (&["missing.json", "first-day.json"], 2, "", "cannot read missing.json"),
        (&["-", "-"], 2, "", "one of the two only"),
        (&["first-day.json"], 2, "", "<NEW>"),
    ] {
        let output = diff(words, "{}");
        let (told, complaint) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{words:?}: {told}{complaint}");
        assert!(told.contains(out) && (out.is_empty() == told.is_empty()), "{words:?}: {told}");
        assert!(
            complaint.contains(error) && (error.is_empty() == complaint.is_empty()),
            "{words:?}: {complaint}"
        );
    }
}
