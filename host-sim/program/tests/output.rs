//! Commands whose output finds no reader, or no room.

use std::fs::File;
use std::process::{Command, Output, Stdio};

/// The program with this for standard output.
fn host_sim(args: &[&str], out: impl Into<Stdio>) -> Output {
    let program =
        Command::new(env!("CARGO_BIN_EXE_host-sim")).args(args).stdout(out).stderr(Stdio::piped()).spawn();
    program.expect("host-sim runs").wait_with_output().expect("host-sim ends")
}

const COMMANDS: [&[&str]; 3] = [&["schema"], &["serve", "--print-config"], &["import", "/dev/null"]];

#[test]
fn a_reader_may_stop_reading() {
    for args in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = host_sim(args, writer);
        assert!(output.status.success(), "{args:?}: {output:?}");
    }
}

#[test]
fn output_that_finds_no_room_is_an_error() {
    for args in COMMANDS {
        let output = host_sim(args, File::create("/dev/full").expect("Linux has it"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(
            said.contains("cannot write to standard output: No space left on device"),
            "{args:?}: {said}"
        );
    }
}
