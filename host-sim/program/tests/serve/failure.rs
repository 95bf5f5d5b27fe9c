//! What becomes of clients when the module has trapped.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use crate::BANNER;
use crate::program::{PATIENCE, Program, metric, read_exact, read_to_end};

/// A module that has just failed one client: it never returns, and has little fuel.
fn failed(options: &[&str]) -> (Program, SocketAddr) {
    let always = ["--fuel", "1M", "--metrics", "127.0.0.1:0"];
    let mut program = Program::serve("loop.wat", &[options, &always].concat());
    let metrics = program.metrics();
    let mut client = program.connect();
    read_exact(&mut client, BANNER);
    client.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read_to_end(&mut client), b"");
    program.line_with("it used up its fuel of 1000000");
    (program, metrics)
}

/// The first line that another client hears, or less when the connection ends before.
fn first_line(program: &Program) -> String {
    let mut line = String::new();
    // A reset is an end too.
    let _ = BufReader::new(program.connect()).read_line(&mut line);
    line
}

fn assert_metric(metrics: SocketAddr, name: &str, expected: f64) {
    let found = metric(metrics, name);
    assert!((found - expected).abs() < 0.1, "{name} {found}, expected {expected}");
}

const RELOADS: &str = "host_sim_machine_reloads_total{result=\"success\"}";
const TOO_EARLY: &str = "host_sim_machine_reloads_total{result=\"backoff\"}";
const FAILED: &str = "host_sim_workers_failed";

#[test]
fn the_next_client_gets_a_new_machine_unless_it_comes_too_early() {
    for options in [&["--profile", "envoy-1.37"][..], &[], &["--failure-policy", "fail-reload"]] {
        let (program, metrics) = failed(options);
        // Envoy's machines are at least a second old, or half as much again, before they are replaced.
        let deadline = Instant::now() + PATIENCE;
        while first_line(&program) != BANNER {
            assert!(Instant::now() < deadline, "there is no new machine");
            thread::sleep(Duration::from_millis(50));
        }
        assert_metric(metrics, RELOADS, 1.0);
    }
}

#[test]
fn with_fail_closed_nobody_is_served_any_more() {
    let (program, metrics) = failed(&["--failure-policy", "fail-closed"]);
    for _ in 0..3 {
        assert_eq!(first_line(&program), "");
    }
    assert_metric(metrics, TOO_EARLY, 0.0);
    assert_metric(metrics, FAILED, 1.0);
}

#[test]
fn with_another_configuration_comes_a_machine_that_works() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("policy.json");
    fs::write(&file, "{}").unwrap();
    let options = ["--config", file.to_str().unwrap(), "--failure-policy", "fail-closed"];
    let (mut program, metrics) = failed(&options);
    fs::write(&file, "{ }").unwrap();
    program.line_with("policy.json is in force");
    assert_metric(metrics, RELOADS, 1.0);
    assert_metric(metrics, FAILED, 0.0);
    assert_eq!(first_line(&program), BANNER);
}

#[test]
fn with_fail_open_everybody_is_served_without_the_module() {
    let (program, metrics) = failed(&["--failure-policy", "fail-open"]);
    for _ in 0..3 {
        let mut client = program.connect();
        read_exact(&mut client, BANNER);
        client.write_all(b"QUIT\r\n").unwrap();
        read_exact(&mut client, "221 ");
    }
    assert_metric(metrics, TOO_EARLY, 0.0);
    assert_metric(metrics, FAILED, 1.0);
}
