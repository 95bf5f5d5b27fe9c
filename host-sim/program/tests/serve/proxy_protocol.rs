//! The PROXY protocol on both sides.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use crate::BANNER;
use crate::program::{Program, metric, read_exact, read_to_end};

const V2_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// `PROXY`, TCP over IPv4, twelve bytes: 203.0.113.9:4242 to 198.51.100.1:25.
const V2_REST: &[u8] = &[0x21, 0x11, 0, 12, 203, 0, 113, 9, 198, 51, 100, 1, 0x10, 0x92, 0, 25];

#[test]
fn the_header_names_the_client_and_what_follows_it_is_the_clients() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = backend.local_addr().unwrap().to_string();
    let mut program = Program::serve("through.wat", &["--proxy-protocol-in", "--backend", &address]);
    let v1 = b"PROXY TCP4 203.0.113.9 198.51.100.1 4242 25\r\n".to_vec();
    for header in [v1, [V2_SIGNATURE, V2_REST].concat()] {
        let mut client = program.connect();
        // In two pieces, the second with the client's first bytes.
        let (first, second) = header.split_at(9);
        client.write_all(first).unwrap();
        client.flush().unwrap();
        client.write_all(&[second, b"EHLO early\r\n"].concat()).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let (mut server, _) = backend.accept().unwrap();
        assert_eq!(read_to_end(&mut server), b"EHLO early\r\n");
        drop(server);
        program.line_with(" access: client=203.0.113.9:4242 verdict=\"-\" upstream=backend received=12 ");
    }
}

#[test]
fn a_proxy_that_speaks_for_itself_is_the_client() {
    let mut program = Program::serve("through.wat", &["--proxy-protocol-in"]);
    for header in [b"PROXY UNKNOWN\r\n".to_vec(), [V2_SIGNATURE, &[0x20, 0, 0, 0]].concat()] {
        let mut client = program.connect();
        let own = client.local_addr().unwrap();
        client.write_all(&header).unwrap();
        read_exact(&mut client, BANNER);
        drop(client);
        program.line_with(&format!(" access: client={own} "));
    }
}

#[test]
fn a_bad_header_closes_the_connection_and_the_log_says_what_was_wrong() {
    let options = ["--proxy-protocol-in", "--proxy-protocol-timeout", "400ms", "--metrics", "127.0.0.1:0"];
    let mut program = Program::serve("through.wat", &options);
    let metrics = program.metrics();
    let cases: [(&[u8], &str); 5] = [
        (
            b"EHLO \x1b[2J\r\n",
            r#"expected a PROXY protocol header of version 1 or 2; came: "EHLO \033[2J\r\n""#,
        ),
        (
            b"PROXY TCP4 203.0.113.999 198.51.100.1 4242 25\r\n",
            r#"or UNKNOWN with two addresses and two ports; came: "PROXY TCP4 203.0.113.999 "#,
        ),
        (
            b"PROXY TCP4 203.0.113.9",
            "no complete PROXY protocol header within 400ms (--proxy-protocol-timeout)",
        ),
        (b"", "no complete PROXY protocol header within 400ms"),
        (&[13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 255, 255], "longer than 4096 bytes"),
    ];
    for (sent, said) in cases {
        let mut client = program.connect();
        let own = client.local_addr().unwrap();
        client.write_all(sent).unwrap();
        // Closed, or reset where something was left unread; never a byte.
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer);
        assert_eq!(answer, b"");
        let line = program.line_with("closed without being screened: ");
        assert!(line.contains(said) && line.contains(&format!("client={own}: ")), "{line}");
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
    }
    let client = program.connect();
    drop(client);
    program.line_with("the connection ended before the PROXY protocol header");
    assert!(
        (metric(metrics, "host_sim_connections_refused_total{reason=\"proxy_header\"}") - 6.0).abs() < 0.1
    );
}

#[test]
fn connections_that_say_nothing_count_as_clients() {
    let mut program = Program::serve("through.wat", &["--proxy-protocol-in", "--max-connections", "1"]);
    let silent = program.connect();
    assert_eq!(read_to_end(&mut program.connect()), b"");
    program.line_with("1 clients are connected, as many as there may be");
    drop(silent);
    program.line_with("the connection ended before the PROXY protocol header");
}

#[test]
fn the_mail_server_is_told_who_the_client_is() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = backend.local_addr().unwrap().to_string();
    let v1 = b"PROXY TCP4 203.0.113.9 198.51.100.1 4242 25\r\n".to_vec();
    for (version, expected) in [("v1", v1.clone()), ("v2", [V2_SIGNATURE, V2_REST].concat())] {
        let program = Program::serve(
            "through.wat",
            &["--backend", &address, "--proxy-protocol-in", "--proxy-protocol-out", version],
        );
        let mut client = program.connect();
        client.write_all(&v1).unwrap();
        let (mut server, _) = backend.accept().unwrap();
        let mut header = vec![0; expected.len()];
        server.read_exact(&mut header).unwrap();
        assert_eq!(header, expected);
        // And then the two talk as if it had not been there.
        server.write_all(b"220 own\r\n").unwrap();
        read_exact(&mut client, "220 own\r\n");
        client.write_all(b"QUIT\r\n").unwrap();
        read_exact(&mut server, "QUIT\r\n");
    }
    // Without a proxy in front, the client is the other end of the connection.
    let program = Program::serve("through.wat", &["--backend", &address, "--proxy-protocol-out", "v1"]);
    let client = program.connect();
    let (mut server, _) = backend.accept().unwrap();
    let (own, there) = (client.local_addr().unwrap().port(), client.peer_addr().unwrap().port());
    read_exact(&mut server, &format!("PROXY TCP4 127.0.0.1 127.0.0.1 {own} {there}\r\n"));
}

#[test]
fn who_leaves_the_mail_server_blind_is_warned_of_an_open_relay() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = backend.local_addr().unwrap().to_string();
    // The line that comes last at the start: what is before it is all that is said.
    let last = ["--metrics", "127.0.0.1:0"];
    let said = |args: &[&str]| {
        let mut program = Program::begin("through.wat", &[args, &last].concat());
        program.lines_until("metrics are at ")
    };
    let warnings = |args: &[&str]| {
        let lines = said(args).into_iter();
        lines.filter(|line| line.contains("open relay")).collect::<Vec<_>>()
    };
    let blind = warnings(&["--backend", &address]);
    assert_eq!(blind.len(), 1, "{blind:?}");
    assert!(blind[0].contains(" host-sim: warning: without --proxy-protocol-out "), "{blind:?}");
    let json = warnings(&["--backend", &address, "--log-format", "json"]);
    assert!(json[0].contains(r#""level":"warning","program":"host-sim","event":"backend""#), "{json:?}");
    // The embedded mail server relays nothing, and one that is told is not blind.
    assert_eq!(warnings(&[]), [""; 0]);
    for version in ["v1", "v2"] {
        assert_eq!(warnings(&["--backend", &address, "--proxy-protocol-out", version]), [""; 0]);
    }
}
