use std::process::Command;

use super::{capture, describe, run, succeeds};

#[test]
fn a_command_is_shown_as_one_would_type_it() {
    let mut command = Command::new("/usr/bin/printf");
    command.args(["%s", "two words"]).env("LANG", "C").env_remove("TERM");
    assert_eq!(describe(&command), "LANG=C printf %s 'two words'");
}

#[test]
fn captured_output_has_no_blank_around_it() {
    assert_eq!(capture(Command::new("printf").arg("\n a b \n")).unwrap(), "a b");
}

#[test]
fn a_failure_names_the_command_and_what_it_complained_about() {
    let error = capture(Command::new("sh").args(["-c", "echo no >&2; exit 3"])).unwrap_err();
    assert_eq!(error.to_string(), "exit status: 3: sh -c 'echo no >&2; exit 3'\nno\n");
    assert_eq!(run(&mut Command::new("false")).unwrap_err().to_string(), "exit status: 1: false");
}

#[test]
fn a_program_that_is_not_there_is_a_failure_and_no_panic() {
    let mut missing = Command::new("a-program-that-nobody-has");
    assert!(!succeeds(&mut missing));
    let error = run(&mut missing).unwrap_err();
    assert_eq!(error.to_string(), "cannot start: a-program-that-nobody-has");
}
