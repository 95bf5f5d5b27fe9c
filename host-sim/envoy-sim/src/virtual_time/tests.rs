use super::{Answers, Arrival, Order, PeerSocket};
use crate::{CallId, ConnectionId, Input, VmId};
use std::time::Duration;

const CONNECTION: ConnectionId = ConnectionId(7);
const FIN: Input = Input::ClientBytes { connection: CONNECTION, bytes: Vec::new(), end: true };
const RST: Input = Input::ClientReset { connection: CONNECTION };

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn call(token: u32) -> CallId {
    CallId { vm: VmId::Main, token }
}

fn answer(token: u32) -> Input {
    Input::DnsAnswer { call: call(token), answer: None }
}

fn all(answers: &mut Answers, now: Duration) -> Vec<Input> {
    std::iter::from_fn(|| answers.arrived(now)).collect()
}

#[test]
fn answers_arrive_by_time_and_then_in_their_order() {
    for (order, expected) in [(Order::FirstFirst, [3, 1, 2]), (Order::LastFirst, [3, 2, 1])] {
        let mut answers = Answers::in_order(order);
        answers.send(call(1), answer(1), ms(10));
        answers.send(call(2), answer(2), ms(10));
        answers.send(call(3), answer(3), ms(5));
        assert_eq!(answers.next(), Some(ms(5)));
        assert_eq!(all(&mut answers, ms(4)), []);
        assert_eq!(all(&mut answers, ms(10)), expected.map(answer), "{order:?}");
        assert_eq!(answers.next(), None);
    }
}

#[test]
fn an_answer_that_nobody_wants_does_not_arrive() {
    let mut answers = Answers::default();
    answers.send(call(1), answer(1), ms(1));
    answers.send(call(2), answer(2), ms(1));
    answers.cancel(call(1));
    assert_eq!(all(&mut answers, ms(1)), [answer(2)]);
}

/// A name, what a client does, what the host hears of it, and what becomes of bytes that arrive then.
type Row<'a> = (&'a str, &'a [Deed], &'a [Option<Input>], Arrival);
type Deed = fn(&mut PeerSocket) -> Option<Input>;

#[test]
fn a_peer_ends_once_and_refuses_what_comes_after_it_has_closed() {
    let end: Deed = PeerSocket::end;
    let close: Deed = PeerSocket::close;
    let reset: Deed = PeerSocket::reset;
    let host: Deed = |socket| {
        socket.closed_by_host();
        None
    };
    let table: [Row; 8] = [
        ("open", &[], &[], Arrival::Read),
        ("ended", &[end, end], &[Some(FIN), None], Arrival::Read),
        ("closed", &[close, close], &[Some(FIN), None], Arrival::Refused(RST)),
        ("ended, closed", &[end, close], &[Some(FIN), None], Arrival::Refused(RST)),
        ("closed, ended", &[close, end], &[Some(FIN), None], Arrival::Refused(RST)),
        ("ended, reset", &[end, reset], &[Some(FIN), Some(RST)], Arrival::Lost),
        ("closed, reset", &[close, reset], &[Some(FIN), None], Arrival::Refused(RST)),
        ("closed by the host", &[host, end, reset], &[None, None, None], Arrival::Lost),
    ];
    for (name, deeds, heard, arrival) in table {
        let mut socket = PeerSocket::new(CONNECTION);
        let found: Vec<_> = deeds.iter().map(|deed| deed(&mut socket)).collect();
        assert_eq!(found, heard, "{name}");
        assert_eq!(socket.arrives(), arrival, "{name}");
        assert_eq!(socket.send(b"x".to_vec()).is_some(), arrival == Arrival::Read, "{name}");
    }
}

#[test]
fn bytes_that_are_refused_end_the_connection() {
    let mut socket = PeerSocket::new(CONNECTION);
    socket.close();
    assert_eq!([socket.arrives(), socket.arrives()], [Arrival::Refused(RST), Arrival::Lost]);
}
