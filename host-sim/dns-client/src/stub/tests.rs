use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::Instant;

use domain::base::iana::Rcode;
use domain::base::{MessageBuilder, Ttl};
use domain::rdata::A;
use postscreen_engine::dnsbl::{BadAnswer, MESSAGE_MAX, ReversedName, Zone, reversed, zones};

use super::{Duration, ErrorKind, Message, Stub, io, with_id};

const CLIENT: &str = "203.0.113.9";
const PATIENCE: Duration = Duration::from_secs(10);

fn stub(server: SocketAddr) -> Stub {
    Stub { server, over_tcp: false, answer_bytes_max: MESSAGE_MAX + 1 }
}

fn list() -> Zone {
    zones(&["bl.test".parse().unwrap()], &[], &BTreeMap::new(), &[]).remove(0)
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
fn server(act: impl FnOnce(&UdpSocket, &[u8], SocketAddr) + Send + 'static) -> Stub {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        act(&socket, &buffer[..length], from);
    });
    stub(server)
}

fn message(stub: Stub, limit: Duration) -> io::Result<Vec<u8>> {
    stub.ask_blocking(&list().question(&client()).unwrap(), limit)
}

fn ask(stub: Stub) -> Result<Vec<Ipv4Addr>, ErrorKind> {
    let message = message(stub, PATIENCE).map_err(|error| error.kind())?;
    assert_eq!(message[..2], [0, 0], "the engine's id is 0");
    Ok(list().parse_answer(&client(), &message).unwrap().addresses)
}

#[test]
fn the_answer_gets_the_id_of_the_question_back() {
    let stub = server(|socket, question, from| {
        socket.send_to(&answer(question, 2, false), from).unwrap();
    });
    assert_eq!(ask(stub), Ok(vec![[127, 0, 0, 2].into()]));
}

#[test]
fn whoever_lies_about_the_question_is_not_heard() {
    let stub = server(|socket, asked, from| {
        let id = u16::from_be_bytes([asked[0], asked[1]]);
        socket.send_to(&answer(&with_id(asked, id.wrapping_add(1)), 66, false), from).unwrap();
        let other = list().question(&reversed("203.0.113.66".parse().unwrap())).unwrap();
        socket.send_to(&answer(&with_id(&other, id), 66, false), from).unwrap();
        socket.send_to(asked, from).unwrap();
        socket.send_to(b"", from).unwrap();
        socket.send_to(&answer(asked, 3, false), from).unwrap();
    });
    assert_eq!(ask(stub), Ok(vec![[127, 0, 0, 3].into()]));
}

/// A server that cuts its answer over UDP, and gives `whole` over TCP in two pieces.
fn cutting_server(whole: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> Stub {
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
    stub(server)
}

#[test]
fn what_is_cut_is_asked_for_over_tcp() {
    assert_eq!(ask(cutting_server(|question| answer(question, 4, false))), Ok(vec![[127, 0, 0, 4].into()]));
}

#[test]
fn a_lie_over_tcp_is_no_listing() {
    let stub = cutting_server(|asked| {
        let id = u16::from_be_bytes([asked[0], asked[1]]);
        answer(&with_id(asked, id.wrapping_add(1)), 66, false)
    });
    let answer = message(stub, PATIENCE).unwrap();
    assert_eq!(list().parse_answer(&client(), &answer), Err(BadAnswer::Mismatch));
}

#[test]
fn no_more_is_read_over_tcp_than_the_engine_takes() {
    for (length, read) in
        [(MESSAGE_MAX, MESSAGE_MAX), (MESSAGE_MAX + 1, MESSAGE_MAX + 1), (60_000, MESSAGE_MAX + 1)]
    {
        let stub = cutting_server(move |_| vec![0; length]);
        assert_eq!(message(stub, PATIENCE).unwrap().len(), read);
    }
}

#[test]
fn a_cut_answer_without_tcp_is_known_as_one() {
    let stub = server(|socket, question, from| {
        socket.send_to(&answer(question, 0, true), from).unwrap();
    });
    let answer = message(stub, PATIENCE).unwrap();
    assert_eq!(list().parse_answer(&client(), &answer), Err(BadAnswer::Truncated));
}

#[test]
fn silence_ends_with_the_timeout() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let limit = Duration::from_millis(2_300);
    let start = Instant::now();
    let failure = message(stub(socket.local_addr().unwrap()), limit).unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::TimedOut);
    assert!(start.elapsed() >= limit);
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
    assert_eq!(ask(stub(server)), Err(ErrorKind::ConnectionRefused));
}
