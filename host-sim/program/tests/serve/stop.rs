//! How it ends.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::BANNER;
use crate::program::{PATIENCE, Program, read_exact, read_to_end};

#[test]
fn a_signal_lets_clients_finish_and_takes_no_new_ones() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut program = Program::serve("through.wat", &[]);
        let mut client = program.connect();
        read_exact(&mut client, BANNER);
        program.signal(signal);
        program.line_with("clients that may still finish within 30 s: 1");
        assert!(TcpStream::connect(program.place(0)).is_err());
        client.write_all(b"QUIT\r\n").unwrap();
        assert_eq!(read_to_end(&mut client), b"221 2.0.0 Bye\r\n");
        drop(client);
        program.line_with("clients that were cut off: 0");
        assert!(program.wait().success());
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut program = Program::serve("hold.wat", &[]);
    let _client = program.connect();
    program.terminate();
    program.line_with("clients that may still finish");
    program.terminate();
    program.line_with("clients that were cut off: ");
    assert!(program.wait().success());
}

#[test]
fn clients_that_do_not_finish_in_time_are_cut_off_and_counted() {
    let mut program = Program::serve("through.wat", &["--drain-timeout", "400ms"]);
    let mut clients: Vec<_> = (0..2).map(|_| program.connect()).collect();
    for client in &mut clients {
        read_exact(client, BANNER);
    }
    let start = Instant::now();
    program.terminate();
    program.line_with("clients that may still finish within 0.4 s: 2");
    // Each has its access line before the last line of all.
    program.line_with(" access: ");
    program.line_with(" access: ");
    program.line_with("stopped; clients that were cut off: 2");
    assert!(program.wait().success());
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
}

#[test]
fn whoever_has_not_said_who_it_is_is_closed_at_once() {
    let mut program = Program::serve("through.wat", &["--proxy-protocol-in"]);
    let mut client = program.connect();
    client.write_all(b"PROXY ").unwrap();
    program.terminate();
    program.line_with("clients that may still finish within 30 s: 0");
    program.line_with("clients that were cut off: 0");
    assert!(program.wait().success());
}

#[test]
fn when_nobody_reads_the_log_any_more_clients_finish_and_no_new_ones_come() {
    let mut program = Program::serve("through.wat", &[]);
    let mut client = program.connect();
    read_exact(&mut client, BANNER);
    program.stop_reading();
    // This one ends, and its access line finds no reader.
    drop(program.connect());
    let begin = Instant::now();
    while TcpStream::connect(program.place(0)).is_ok() {
        assert!(begin.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    client.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read_to_end(&mut client), b"221 2.0.0 Bye\r\n");
    drop(client);
    assert_eq!(program.wait().code(), Some(1));
}

#[test]
fn a_log_reader_that_hangs_costs_lines_of_the_log_and_no_client() {
    let (mut reader, mut writer) = io::pipe().unwrap();
    let size = rustix::pipe::fcntl_getpipe_size(&writer).unwrap();
    writer.write_all(&vec![b'\n'; size]).unwrap();
    let mut program = Program::serve_into(File::from(OwnedFd::from(writer)), "through.wat");
    for _ in 0..10 {
        read_exact(&mut program.connect(), BANNER);
    }
    reader.read_exact(&mut vec![0; size]).unwrap();
    read_exact(&mut program.connect(), BANNER);
    program.terminate();
    assert!(program.wait().success());
    let mut log = String::new();
    reader.read_to_string(&mut log).unwrap();
    let lost = "lines of this log that could not be written: ";
    assert!(log.contains(lost) && log.contains("; the last one: its reader hangs\n"), "{log}");
}

#[test]
fn a_full_disk_costs_lines_of_the_log_and_no_client() {
    let mut program = Program::serve_into(File::create("/dev/full").unwrap(), "through.wat");
    read_exact(&mut program.connect(), BANNER);
    read_exact(&mut program.connect(), BANNER);
    program.terminate();
    assert!(program.wait().success());
}
