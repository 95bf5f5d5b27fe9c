//! Many clients at once, and the limits on them.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, prlimit, setrlimit};

use crate::BANNER;
use crate::program::{PATIENCE, Program, metric, read_exact, read_to_end};

/// As many clients as are connected at one time, where the machine allows so many files.
const CROWD: u64 = 4000;
/// Fewer prove nothing.
const CROWD_MIN: u64 = 1000;
/// Open files of one client in the server: two ends of a connection to the embedded mail server, and its own.
const FILES_PER_CLIENT: u64 = 3;
/// What the server keeps free for everything else, with some to spare.
const FILES_RESERVED: u64 = 600;

#[test]
fn thousands_of_clients_at_once_are_all_served() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let files = limit.maximum.unwrap_or(u64::MAX);
    let crowd = CROWD.min(files.saturating_sub(FILES_RESERVED) / FILES_PER_CLIENT);
    let needed = FILES_RESERVED + CROWD_MIN * FILES_PER_CLIENT;
    assert!(crowd >= CROWD_MIN, "this test needs {needed} open files in a process; ulimit -Hn is {files}");

    let mut program = Program::serve("through.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let start = Instant::now();
    let mut clients: Vec<_> = (0..crowd).map(|_| program.connect()).collect();
    for client in &mut clients {
        read_exact(client, BANNER);
    }
    let all = start.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let crowd = crowd as f64;
    assert!(metric(metrics, "host_sim_connections_open") >= crowd);
    for client in &mut clients {
        client.write_all(b"QUIT\r\n").unwrap();
    }
    for client in &mut clients {
        assert_eq!(read_to_end(client), b"221 2.0.0 Bye\r\n");
    }
    let per_second = crowd / start.elapsed().as_secs_f64();
    println!("{crowd} clients: all greeted after {all:?}, {per_second:.0} sessions a second");
    drop(clients);
    let deadline = Instant::now() + PATIENCE;
    while metric(metrics, "host_sim_connections_open") > 0.0 {
        assert!(Instant::now() < deadline, "somebody is still connected");
    }
    assert!(metric(metrics, "host_sim_connections_refused_total{reason=\"limit\"}") < 0.5);
}

#[test]
fn clients_above_the_limit_are_turned_away() {
    let mut program = Program::serve("through.wat", &["--max-connections", "2", "--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let mut clients: Vec<_> = (0..2).map(|_| program.connect()).collect();
    for client in &mut clients {
        read_exact(client, BANNER);
    }
    assert_eq!(read_to_end(&mut program.connect()), b"");
    program.line_with("2 clients are connected, as many as there may be");
    assert!((metric(metrics, "host_sim_connections_refused_total{reason=\"limit\"}") - 1.0).abs() < 0.1);
    drop(clients.pop());
    program.line_with(" access: ");
    // The seat is free once the socket is closed, right after that line.
    while metric(metrics, "host_sim_connections_open") > 1.0 {}
    read_exact(&mut program.connect(), BANNER);
    program.line_with("there is room for clients again");
}

#[test]
fn a_limit_on_files_is_a_limit_on_clients_and_is_told() {
    // (812 - 512) files, three for each client.
    let mut program = Program::serve_with_files(812, "through.wat", &[]);
    program.line_with(
        "at most 100 clients at one time in place of 10000 (--max-connections): this process may open no more than \
         812 files",
    );
}

#[test]
fn clients_wait_while_there_are_no_files_left_and_are_served_then() {
    let mut program = Program::serve("hold.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let open = fs::read_dir(format!("/proc/{}/fd", program.pid().as_raw_nonzero())).unwrap().count();
    let limit = |files: Option<u64>| Rlimit { current: files, maximum: getrlimit(Resource::Nofile).maximum };
    let few = limit(Some(open as u64 + 2));
    prlimit(Some(program.pid()), Resource::Nofile, few).unwrap();
    let clients: Vec<_> = (0..6).map(|_| program.connect()).collect();
    program.line_with("clients cannot be accepted, and have to wait: Too many open files");
    let before = getrlimit(Resource::Nofile);
    prlimit(Some(program.pid()), Resource::Nofile, before).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while metric(metrics, "host_sim_connections_accepted_total") < 6.0 {
        assert!(Instant::now() < deadline, "somebody was forgotten");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(metric(metrics, "host_sim_accept_errors_total") >= 1.0);
    drop(clients);
}
