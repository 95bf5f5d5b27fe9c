use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use super::super::story::STORIES;
use super::{REPLY_LINE_BYTES_MAX, read_line, read_reply, visit};

/// Accepts one client, greets it, answers every line with 250 and returns its address and its lines.
fn server(greeting: &'static str) -> (SocketAddr, JoinHandle<(SocketAddr, Vec<String>)>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, client) = listener.accept().unwrap();
        stream.write_all(greeting.as_bytes()).unwrap();
        let mut lines = Vec::new();
        let mut data = false;
        for line in BufReader::new(stream.try_clone().unwrap()).lines() {
            let line = line.unwrap();
            data = data && line != ".";
            if !data {
                stream.write_all(b"250 Ok\r\n").unwrap();
            }
            data = data || line == "DATA";
            lines.push(line);
        }
        (client, lines)
    });
    (address, server)
}

#[test]
fn a_polite_client_delivers_one_mail_from_its_own_address() {
    let (address, server) = server("220 mx.test ESMTP\r\n");
    let visit = visit(&STORIES[0], address).unwrap();
    assert_eq!(visit.reply.as_deref(), Some("220 mx.test ESMTP"));
    let (client, lines) = server.join().unwrap();
    assert_eq!(client, visit.from);
    assert_eq!(client.ip(), STORIES[0].from);
    assert_eq!(lines.first().map(String::as_str), Some("EHLO client.test"));
    assert_eq!(lines.last().map(String::as_str), Some("QUIT"));
}

#[test]
fn a_refused_client_says_nothing_more() {
    let (address, server) = server("521 5.3.2 Service currently unavailable\r\n");
    let visit = visit(&STORIES[0], address).unwrap();
    assert_eq!(visit.reply.as_deref(), Some("521 5.3.2 Service currently unavailable"));
    assert_eq!(server.join().unwrap().1, [""; 0]);
}

#[test]
fn a_reply_ends_with_the_line_that_has_no_hyphen() {
    let mut replies = &b"250-mx.test\r\n250 PIPELINING\r\n221 Bye\r\n"[..];
    assert!(read_reply(&mut replies));
    assert_eq!(read_line(&mut replies).as_deref(), Some("221 Bye"));
    assert!(!read_reply(&mut replies));
}

#[test]
fn a_line_that_does_not_end_is_cut() {
    let limit = usize::try_from(REPLY_LINE_BYTES_MAX).unwrap();
    for (sent, read) in [(limit - 1, limit - 1), (limit, limit), (limit + 1, limit)] {
        assert_eq!(read_line(&mut vec![b'x'; sent].as_slice()).unwrap().len(), read);
    }
}
