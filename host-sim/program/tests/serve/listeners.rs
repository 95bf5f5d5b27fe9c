//! Where clients come in.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use crate::BANNER;
use crate::program::{PATIENCE, Program, complaint, connect, read_exact};

#[test]
fn several_listeners_of_all_kinds_lead_to_one_screen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("screen.sock");
    let unix = format!("unix:{}", path.display());
    // Left behind by a program that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let places = ["--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", &unix];
    let mut program = Program::serve("through.wat", &[&places[..], &["--proxy-protocol-in"]].concat());
    assert!(program.place(1).starts_with("[::1]:"));
    assert_eq!(program.place(2), unix);

    let header = b"PROXY TCP4 203.0.113.9 198.51.100.1 4242 25\r\n";
    for index in 0..2 {
        let mut client: TcpStream = connect(program.place(index).parse().unwrap());
        client.write_all(header).unwrap();
        read_exact(&mut client, BANNER);
    }
    let mut client = UnixStream::connect(&path).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(header).unwrap();
    read_exact(&mut client, BANNER);
    drop(client);
    for _ in 0..3 {
        program.line_with(" access: client=203.0.113.9:4242 ");
    }

    // A header that names nobody leaves a client of a Unix socket without an address.
    let mut client = UnixStream::connect(&path).unwrap();
    client.write_all(b"PROXY UNKNOWN\r\n").unwrap();
    program.line_with(
        "closed without being screened: the header names no client, and neither does a Unix socket",
    );

    program.terminate();
    assert!(program.wait().success());
    assert!(!path.exists(), "the socket stays behind");
}

#[test]
fn a_unix_socket_needs_a_proxy_that_names_clients() {
    let shown = complaint("through.wat", &["--listen", "unix:screen.sock"]);
    assert!(shown.contains("expected --proxy-protocol-in with it"), "{shown}");
}

#[test]
fn a_place_that_is_taken_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("screen.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let unix = format!("unix:{}", path.display());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for place in [&address, &unix] {
        let shown = complaint("through.wat", &["--proxy-protocol-in", "--listen", place]);
        assert!(shown.contains(&format!("cannot listen on {place}")), "{shown}");
    }
    assert!(path.exists(), "somebody else's socket was removed");
    let shown = complaint("through.wat", &["--metrics", &address]);
    assert!(shown.contains(&format!("--metrics: cannot listen on {address}")), "{shown}");
}
