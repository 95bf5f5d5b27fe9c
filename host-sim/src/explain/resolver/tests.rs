use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use postscreen_engine::dnsbl::{BadAnswer, ReversedName, Zone, reversed, zones};

use super::*;

const CLIENT: &str = "203.0.113.9";

fn list() -> Zone {
    zones(&["bl.test".parse().unwrap()], &BTreeMap::new()).remove(0)
}

fn client() -> ReversedName {
    reversed(CLIENT.parse().unwrap())
}

/// An answer with one address to `question`, with the id that it has.
fn answer(question: &[u8], last: u8, truncated: bool) -> Vec<u8> {
    let question = Message::from_octets(question.to_vec()).unwrap();
    let mut answer = MessageBuilder::new_vec().start_answer(&question, Rcode::NOERROR).unwrap();
    answer.header_mut().set_tc(truncated);
    let owner = question.sole_question().unwrap().into_qname();
    if !truncated {
        answer.push((owner, Ttl::from_secs(60), A::new([127, 0, 0, last].into()))).unwrap();
    }
    answer.finish()
}

/// A DNS server for one UDP question, which `act` answers.
fn server(act: impl FnOnce(&UdpSocket, &[u8], SocketAddr) + Send + 'static) -> Resolver {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        act(&socket, &buffer[..length], from);
    });
    Resolver { server, timeout: Duration::from_secs(10) }
}

fn ask(resolver: Resolver) -> Result<Vec<Ipv4Addr>, DnsFailure> {
    let message = resolver.ask(&list().question(&client()).unwrap())?;
    assert_eq!(message[..2], [0, 0], "the engine's id is 0");
    Ok(list().parse_answer(&client(), &message).unwrap().addresses)
}

#[test]
fn the_answer_gets_the_id_of_the_question_back() {
    let resolver = server(|socket, question, from| {
        socket.send_to(&answer(question, 2, false), from).unwrap();
    });
    assert_eq!(ask(resolver), Ok(vec![[127, 0, 0, 2].into()]));
}

#[test]
fn whoever_lies_about_the_question_is_not_heard() {
    let resolver = server(|socket, asked, from| {
        let id = u16::from_be_bytes([asked[0], asked[1]]);
        socket.send_to(&answer(&with_id(asked, id.wrapping_add(1)), 66, false), from).unwrap();
        let other = list().question(&reversed("203.0.113.66".parse().unwrap())).unwrap();
        socket.send_to(&answer(&with_id(&other, id), 66, false), from).unwrap();
        socket.send_to(asked, from).unwrap();
        socket.send_to(b"", from).unwrap();
        socket.send_to(&answer(asked, 3, false), from).unwrap();
    });
    assert_eq!(ask(resolver), Ok(vec![[127, 0, 0, 3].into()]));
}

/// A server that cuts its answer over UDP, and gives `whole` over TCP in two pieces.
fn cutting_server(whole: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> Resolver {
    // Two sockets with one number: what is free for TCP may be taken for UDP by another test.
    let (tcp, udp) = (0..100)
        .find_map(|_| {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            let udp = UdpSocket::bind(tcp.local_addr().unwrap()).ok()?;
            Some((tcp, udp))
        })
        .unwrap();
    let server = tcp.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, from) = udp.recv_from(&mut buffer).unwrap();
        udp.send_to(&answer(&buffer[..length], 0, true), from).unwrap();
        let (mut stream, _) = tcp.accept().unwrap();
        let mut asked = vec![0; length + 2];
        stream.read_exact(&mut asked).unwrap();
        assert_eq!(asked[2..], buffer[..length]);
        let whole = whole(&asked[2..]);
        let length = u16::try_from(whole.len()).unwrap().to_be_bytes();
        let bytes = [&length, whole.as_slice()].concat();
        let (head, tail) = bytes.split_at(bytes.len().min(7));
        stream.write_all(head).unwrap();
        thread::sleep(Duration::from_millis(20));
        stream.write_all(tail).unwrap();
    });
    Resolver { server, timeout: Duration::from_secs(10) }
}

#[test]
fn what_is_cut_is_asked_for_over_tcp() {
    assert_eq!(ask(cutting_server(|question| answer(question, 4, false))), Ok(vec![[127, 0, 0, 4].into()]));
}

#[test]
fn a_lie_over_tcp_is_no_listing() {
    let resolver = cutting_server(|asked| {
        let id = u16::from_be_bytes([asked[0], asked[1]]);
        answer(&with_id(asked, id.wrapping_add(1)), 66, false)
    });
    let message = resolver.ask(&list().question(&client()).unwrap()).unwrap();
    assert_eq!(list().parse_answer(&client(), &message), Err(BadAnswer::Mismatch));
}

#[test]
fn no_more_is_read_over_tcp_than_the_engine_takes() {
    for (length, read) in
        [(MESSAGE_MAX, MESSAGE_MAX), (MESSAGE_MAX + 1, MESSAGE_MAX + 1), (60_000, MESSAGE_MAX + 1)]
    {
        let resolver = cutting_server(move |_| vec![0; length]);
        assert_eq!(resolver.ask(&list().question(&client()).unwrap()).unwrap().len(), read);
    }
}

#[test]
fn a_cut_answer_without_tcp_is_known_as_one() {
    let resolver = server(|socket, question, from| {
        socket.send_to(&answer(question, 0, true), from).unwrap();
    });
    let message = resolver.ask(&list().question(&client()).unwrap()).unwrap();
    assert_eq!(list().parse_answer(&client(), &message), Err(BadAnswer::Truncated));
}

#[test]
fn silence_ends_with_the_timeout() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = Resolver { server: socket.local_addr().unwrap(), timeout: Duration::from_millis(2_300) };
    let start = Instant::now();
    assert_eq!(ask(resolver), Err(DnsFailure::Timeout));
    assert!(start.elapsed() >= resolver.timeout);
    let mut buffer = [0; 512];
    let first = socket.recv(&mut buffer).unwrap();
    let first = buffer[..first].to_vec();
    let again = socket.recv(&mut buffer).unwrap();
    assert_eq!(buffer[..again], first, "the question was sent again, and no other one");
}

#[test]
fn a_closed_port_cannot_be_reached() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = socket.local_addr().unwrap();
    drop(socket);
    let resolver = Resolver { server, timeout: Duration::from_secs(10) };
    assert_eq!(ask(resolver), Err(DnsFailure::Unreachable));
}

#[test]
fn the_first_name_server_that_is_an_address_is_taken() {
    let text = "# nameserver 192.0.2.1\nsearch test\nnameserver fe80::1%eth0\nnameserver\t192.0.2.53\nnameserver ::1\n";
    assert_eq!(nameserver(text), Some("192.0.2.53:53".parse().unwrap()));
    assert_eq!(nameserver("nameserver ::1"), Some("[::1]:53".parse().unwrap()));
    assert_eq!(nameserver("search test\n"), None);
}
