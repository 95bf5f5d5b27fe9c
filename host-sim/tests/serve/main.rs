//! `host-sim serve` on real sockets of 127.0.0.0/8, with small modules: no Wasm target is needed.

mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use program::{Program, output};

const BANNER: &str = "220 mx.test ESMTP\r\n";

/// More than every buffer on the way holds: the kernel's, the server's queues, the host's 1 MiB.
const FLOOD_BYTES: usize = 48 * 1024 * 1024;

/// Bytes of which a lost or doubled piece would be noticed.
fn pattern() -> impl Iterator<Item = u8> {
    (0..251).cycle()
}

fn read_exact(stream: &mut TcpStream, text: &str) {
    let mut bytes = vec![0; text.len()];
    stream.read_exact(&mut bytes).unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), text);
}

fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_client_talks_to_the_embedded_mail_server_and_is_in_the_access_log() {
    let mut program = Program::serve("through.wat", &[]);
    let mut client = program.connect();
    let address = client.local_addr().unwrap();
    read_exact(&mut client, BANNER);
    client.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read_to_end(&mut client), b"221 2.0.0 Bye\r\n");
    drop(client);
    let line = program.line_with(" access: ");
    let (stamp, fields) = line.split_once(' ').unwrap();
    assert!(stamp.len() == "2026-11-22T21:00:00.123Z".len() && stamp.ends_with('Z'), "{line}");
    assert_eq!(
        fields.rsplit_once(" duration=").unwrap().0,
        format!("access: client={address} verdict=\"-\" upstream=backend received=6 sent=34")
    );
}

#[test]
fn a_backend_of_ones_own_is_used() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = backend.local_addr().unwrap().to_string();
    let program = Program::serve("through.wat", &["--backend", &address, "--workers", "2"]);
    for _ in 0..2 {
        let mut client = program.connect();
        let (mut server, _) = backend.accept().unwrap();
        server.write_all(b"220 own\r\n").unwrap();
        read_exact(&mut client, "220 own\r\n");
        client.write_all(b"QUIT\r\n").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(&mut server), b"QUIT\r\n");
    }
}

#[test]
fn a_backend_that_cannot_be_reached_closes_the_client_and_is_logged() {
    // Bound and dropped: nobody listens there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut program = Program::serve("through.wat", &["--backend", &gone]);
    let mut client = program.connect();
    assert_eq!(read_to_end(&mut client), b"");
    program.line_with(&format!("the mail server {gone} cannot be reached: "));
}

#[test]
fn a_slow_client_and_a_slow_backend_hold_back_the_other_side_and_lose_nothing() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = backend.local_addr().unwrap().to_string();
    let mut program = Program::serve("through.wat", &["--backend", &address]);
    let client = program.connect();
    let (server, _) = backend.accept().unwrap();
    for (mut from, mut to) in [(&client, &server), (&server, &client)] {
        let mut other_end = from.try_clone().unwrap();
        let sender = thread::spawn(move || {
            other_end.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
            let flood: Vec<u8> = pattern().take(FLOOD_BYTES).collect();
            let mut sent = 0;
            while let Ok(len) = other_end.write(&flood[sent..]) {
                sent += len;
                if sent == flood.len() {
                    break;
                }
            }
            other_end.set_write_timeout(None).unwrap();
            sent
        });
        let sent = sender.join().unwrap();
        assert!(sent < FLOOD_BYTES, "somebody buffers without end");
        let mut received = vec![0; sent];
        to.read_exact(&mut received).unwrap();
        assert!(received.into_iter().eq(pattern().take(sent)));
        // And it goes on after that.
        from.write_all(b"after").unwrap();
        let mut after = [0; 5];
        to.read_exact(&mut after).unwrap();
        assert_eq!(&after, b"after");
    }
    drop((client, server));
    program.line_with(" access: ");
}

#[test]
fn clients_above_the_limit_are_turned_away() {
    let mut program = Program::serve("through.wat", &["--max-connections", "2"]);
    let mut clients: Vec<_> = (0..2).map(|_| program.connect()).collect();
    for client in &mut clients {
        read_exact(client, BANNER);
    }
    assert_eq!(read_to_end(&mut program.connect()), b"");
    program.line_with("2 clients are connected, as many as --max-connections allows");
    drop(clients.pop());
    program.line_with(" access: ");
    read_exact(&mut program.connect(), BANNER);
    program.line_with("there is room for clients again");
}

#[test]
fn a_burst_of_clients_is_accepted_at_once() {
    let program = Program::serve("through.wat", &[]);
    let mut clients: Vec<_> = (0..300).map(|_| program.connect()).collect();
    for client in &mut clients {
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        read_exact(client, BANNER);
    }
}

#[test]
fn a_signal_lets_clients_finish_and_a_second_one_does_not() {
    let mut program = Program::serve("through.wat", &[]);
    let mut client = program.connect();
    read_exact(&mut client, BANNER);
    program.terminate();
    program.line_with("clients that may still finish within 10 s: 1");
    client.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read_to_end(&mut client), b"221 2.0.0 Bye\r\n");
    drop(client);
    program.line_with("clients that were cut off: 0");
    assert!(program.wait().success());

    let mut program = Program::serve("hold.wat", &[]);
    let _client = program.connect();
    program.terminate();
    program.line_with("clients that may still finish");
    program.terminate();
    program.line_with("clients that were cut off: ");
    assert!(program.wait().success());
}

#[test]
fn a_refused_configuration_is_pointed_at() {
    let config = format!("{}/refused.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&config, "{\n  \"greet_wait\": \"6x\"\n}\n").unwrap();
    let output = output("refuse.wat", &["--config", &config]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for part in ["greet_wait is not valid", "2:17]", "\"6x\": expected a unit"] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert!(output.stdout.is_empty());
}

#[test]
fn a_module_that_is_not_there_says_how_to_build_it() {
    let output = output("no/postscreen.wasm", &[]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    // The report is wrapped, and where depends on how long the path is.
    let words: Vec<_> = shown.split_whitespace().filter(|&word| word != "│").collect();
    assert!(words.join(" ").contains("; `cargo xtask wasm` builds it"), "{shown}");
}

#[test]
fn the_built_in_configuration_can_be_printed_without_a_module() {
    let output = output("no/postscreen.wasm", &["--print-config"]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"greet_wait\": \"6s\""));
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = output("through.wat", &["--listen", &address]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains(&format!("cannot listen on {address}")), "{shown}");
}
