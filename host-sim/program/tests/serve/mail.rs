//! Through the screen to the mail server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::BANNER;
use crate::program::{Program, read_exact, read_to_end};

/// More than every buffer on the way holds: the kernel's, the server's queues, the host's 1 MiB.
const FLOOD_BYTES: usize = 48 * 1024 * 1024;

/// Bytes of which a lost or doubled piece would be noticed.
fn pattern() -> impl Iterator<Item = u8> {
    (0..251).cycle()
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
fn a_backend_of_ones_own_is_used_by_address_and_by_name() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = backend.local_addr().unwrap().port();
    for host in ["127.0.0.1", "localhost"] {
        let program =
            Program::serve("through.wat", &["--backend", &format!("{host}:{port}"), "--workers", "2"]);
        for _ in 0..2 {
            let mut client = program.connect();
            let (mut server, _) = backend.accept().unwrap();
            server.write_all(b"220 own\r\n").unwrap();
            read_exact(&mut client, "220 own\r\n");
            client.write_all(b"QUIT\r\n").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            assert_eq!(read_to_end(&mut server), b"QUIT\r\n");
            // The client has ended and still hears the answer.
            server.write_all(b"221 bye\r\n").unwrap();
            drop(server);
            assert_eq!(read_to_end(&mut client), b"221 bye\r\n");
        }
    }
}

#[test]
fn a_backend_that_cannot_be_reached_closes_the_client_and_is_logged() {
    // Bound and dropped: nobody listens there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut program = Program::serve("through.wat", &["--backend", &gone]);
    let mut client = program.connect();
    let address = client.local_addr().unwrap();
    assert_eq!(read_to_end(&mut client), b"");
    program.line_with(&format!("client={address}: the mail server {gone} cannot be reached: {gone}: "));
}

#[test]
fn a_backend_without_an_address_is_logged_by_its_name() {
    let mut program = Program::serve("through.wat", &["--backend", "nowhere.invalid:25"]);
    assert_eq!(read_to_end(&mut program.connect()), b"");
    program.line_with("the mail server nowhere.invalid:25 cannot be reached: the name cannot be looked up: ");
}

#[test]
fn a_backend_that_does_not_answer_is_given_up_in_time() {
    // A socket whose queue is full: further handshakes are left without an answer.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let wait = Duration::from_millis(300);
    let full = || TcpStream::connect_timeout(&address, wait);
    let _queued: Vec<_> = std::iter::from_fn(|| full().ok()).collect();

    let mut program =
        Program::serve("through.wat", &["--backend", &address.to_string(), "--connect-timeout", "700ms"]);
    let start = Instant::now();
    assert_eq!(read_to_end(&mut program.connect()), b"");
    assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
    program.line_with("cannot be reached: no connection within 700ms (--connect-timeout)");
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
