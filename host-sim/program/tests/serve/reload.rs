//! Another configuration while clients are connected.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::BANNER;
use crate::program::{Program, metric, read_exact};

/// A module that tells its configuration, started with `first` in a file.
struct Screen {
    program: Program,
    file: PathBuf,
    _directory: TempDir,
}

impl Screen {
    fn start(first: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("policy.json");
        fs::write(&file, first).unwrap();
        let options = ["--config", file.to_str().unwrap(), "--metrics", "127.0.0.1:0"];
        Self { program: Program::serve("tag.wat", &options), file, _directory: directory }
    }

    /// Another file takes its place, as editors do.
    fn replace(&self, text: &str) {
        let new = self.file.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &self.file).unwrap();
    }
}

#[test]
fn a_changed_file_is_for_new_clients_and_old_ones_stay_with_the_old_one() {
    let mut screen = Screen::start("\"first\"");
    let metrics = screen.program.metrics();
    let mut old = screen.program.connect();
    screen.program.line_with("postscreen: \"first\"");
    read_exact(&mut old, BANNER);

    screen.replace("\"second\"");
    screen.program.line_with("policy.json is in force; those who are connected stay with the old one");
    let mut new = screen.program.connect();
    screen.program.line_with("postscreen: \"second\"");
    read_exact(&mut new, BANNER);
    old.write_all(b"NOOP\r\n").unwrap();
    screen.program.line_with("postscreen: \"first\"");
    new.write_all(b"NOOP\r\n").unwrap();
    screen.program.line_with("postscreen: \"second\"");
    assert!((metric(metrics, "host_sim_reloads_total{result=\"applied\"}") - 1.0).abs() < 0.1);
}

#[test]
fn a_file_that_is_written_in_place_is_noticed_too() {
    let mut screen = Screen::start("\"first\"");
    fs::write(&screen.file, "\"second one\"").unwrap();
    screen.program.line_with("policy.json is in force");
    let _client = screen.program.connect();
    screen.program.line_with("postscreen: \"second one\"");
}

#[test]
fn a_hangup_reads_the_file_at_once_even_if_it_did_not_change() {
    let mut screen = Screen::start("\"first\"");
    screen.program.signal(Signal::HUP);
    screen.program.line_with("policy.json is in force");
    let _client = screen.program.connect();
    screen.program.line_with("postscreen: \"first\"");
}

#[test]
fn a_broken_file_keeps_the_old_configuration_and_says_what_is_wrong() {
    let mut screen = Screen::start("\"first\"");
    let metrics = screen.program.metrics();
    screen.replace("!");
    let line = screen.program.line_with("the old configuration stays in force");
    assert!(line.contains("policy.json:2:20: greet_wait: \"6x\": expected a unit; the old"), "{line}");
    let _client = screen.program.connect();
    screen.program.line_with("postscreen: \"first\"");
    assert!((metric(metrics, "host_sim_reloads_total{result=\"refused\"}") - 1.0).abs() < 0.1);

    // A file that is gone for a while is no news, until somebody asks for it.
    fs::remove_file(&screen.file).unwrap();
    screen.program.signal(Signal::HUP);
    let line = screen.program.line_with("the old configuration stays in force");
    assert!(line.contains("policy.json cannot be read: No such file"), "{line}");

    // The next good one is taken.
    screen.replace("\"third\"");
    screen.program.line_with("policy.json is in force");
    let _client = screen.program.connect();
    screen.program.line_with("postscreen: \"third\"");
}

#[test]
fn without_a_file_a_hangup_changes_nothing() {
    let mut program = Program::serve("through.wat", &[]);
    program.signal(Signal::HUP);
    program.line_with("there is no --config to read again");
    read_exact(&mut program.connect(), BANNER);
}

#[test]
fn a_hangup_before_it_listens_does_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("policy.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut program = Program::begin("tag.wat", &["--config", pipe.to_str().unwrap()]);
    // Returns when the program has opened the other end.
    let mut config = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    program.signal(Signal::HUP);
    config.write_all(b"\"first\"").unwrap();
    drop(config);
    program.line_with("listening on ");
    program.line_with("policy.json: not a regular file, so it cannot be read again");
}
