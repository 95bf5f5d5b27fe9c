use super::super::Question;
use super::*;
use crate::dnsbl::{MESSAGE_MAX, RECORDS_MAX};
use domain::base::name::Name as WireName;
use domain::base::rdata::ComposeRecordData;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::{Cname, Soa};
use proptest::prelude::*;

const NAME: &str = "example.test";

fn question(kind: Kind) -> Question {
    Question { name: NAME.parse().unwrap(), kind }
}

fn wire(text: &str) -> WireName<Vec<u8>> {
    WireName::vec_from_str(text).unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// An answer under construction.
struct Builder {
    question: Question,
    answer: domain::base::message_builder::AnswerBuilder<Vec<u8>>,
}

fn answer_to(kind: Kind, rcode: Rcode) -> Builder {
    let question = question(kind);
    let asked = Message::from_octets(question.encode()).unwrap();
    Builder { question, answer: MessageBuilder::new_vec().start_answer(&asked, rcode).unwrap() }
}

impl Builder {
    fn with(mut self, owner: &str, ttl: u32, data: impl ComposeRecordData) -> Self {
        self.answer.push((wire(owner), Ttl::from_secs(ttl), data)).unwrap();
        self
    }

    fn alias(self, owner: &str, ttl: u32, target: &str) -> Self {
        self.with(owner, ttl, Cname::new(wire(target)))
    }

    fn texts(self, strings: &[&[u8]]) -> Self {
        let mut wire = Vec::new();
        for string in strings {
            wire.push(u8::try_from(string.len()).unwrap());
            wire.extend_from_slice(string);
        }
        self.with(NAME, 300, Txt::from_octets(wire).unwrap())
    }

    fn bytes(self) -> Vec<u8> {
        self.answer.finish()
    }

    fn parse(self) -> Result<Answer, BadAnswer> {
        let question = self.question.clone();
        question.parse_answer(&self.bytes())
    }

    fn parse_with_soa(self, ttl: u32, minimum: u32) -> Answer {
        let other = Ttl::from_secs(1);
        let soa = Soa::new(
            wire("ns.test"),
            wire("who.test"),
            1.into(),
            other,
            other,
            other,
            Ttl::from_secs(minimum),
        );
        let mut authority = self.answer.authority();
        authority.push((wire("test"), Ttl::from_secs(ttl), soa)).unwrap();
        self.question.parse_answer(&authority.finish()).unwrap()
    }
}

#[test]
fn records_of_each_kind_are_read() {
    let exchange = name("mx.example.test");
    let ok = |kind| answer_to(kind, Rcode::NOERROR);
    for (builder, expected) in [
        (ok(Kind::A).with(NAME, 300, A::new([203, 0, 113, 9].into())), Record::A([203, 0, 113, 9].into())),
        (
            ok(Kind::Aaaa).with(NAME, 300, Aaaa::new("2001:db8::1".parse().unwrap())),
            Record::Aaaa("2001:db8::1".parse().unwrap()),
        ),
        (ok(Kind::Txt).texts(&[b"v=spf1 ", b"", b"-all"]), Record::Txt(b"v=spf1 -all".to_vec())),
        (
            ok(Kind::Mx).with(NAME, 300, Mx::new(10, wire("MX.example.test"))),
            Record::Mx { preference: 10, exchange },
        ),
        (
            ok(Kind::Ptr).with(NAME, 300, Ptr::new(wire("Mail.Example.test"))),
            Record::Ptr(name("mail.example.test")),
        ),
    ] {
        let expected = Answer { records: vec![expected], exists: true, ttl: 300 };
        assert_eq!(builder.parse(), Ok(expected));
    }
}

#[test]
fn records_of_other_kinds_are_none_and_limit_the_time_all_the_same() {
    let answer = answer_to(Kind::Txt, Rcode::NOERROR)
        .with(NAME, 20, A::new([203, 0, 113, 9].into()))
        .texts(&[b"text"])
        .parse();
    assert_eq!(answer, Ok(Answer { records: vec![Record::Txt(b"text".to_vec())], exists: true, ttl: 20 }));
}

#[test]
fn a_negative_answer_holds_for_the_lower_of_both_fields_of_its_soa_record() {
    for (rcode, exists) in [(Rcode::NXDOMAIN, false), (Rcode::NOERROR, true)] {
        for (ttl, minimum, expected) in [(240, 7, 7), (6, 7, 6), (0, 7, 0)] {
            let answer = answer_to(Kind::Txt, rcode).parse_with_soa(ttl, minimum);
            assert_eq!(answer, Answer { records: vec![], exists, ttl: expected });
        }
        let without = answer_to(Kind::Txt, rcode).parse();
        assert_eq!(without, Ok(Answer { records: vec![], exists, ttl: 0 }), "nothing says for how long");
    }
}

#[test]
fn an_alias_is_followed_and_limits_the_time() {
    let aliases = |ttl| {
        let answer = answer_to(Kind::A, Rcode::NOERROR).alias(NAME, ttl, "b.test");
        answer.alias("b.test", 400, "c.test")
    };
    let address = A::new([203, 0, 113, 9].into());
    let answer = aliases(50).with("c.test", 300, &address).parse().unwrap();
    assert_eq!((answer.records.len(), answer.ttl), (1, 50));
    assert_eq!(aliases(500).with("c.test", 300, &address).parse().unwrap().ttl, 300);
    assert_eq!(aliases(20).parse_with_soa(100, 100).ttl, 20, "an alias to a name without addresses");
    assert_eq!(aliases(20).with("d.test", 300, &address).parse(), Err(BadAnswer::Mismatch));
    let endless = answer_to(Kind::A, Rcode::NOERROR).alias(NAME, 300, NAME);
    assert_eq!(endless.parse(), Err(BadAnswer::Malformed));
}

#[test]
fn what_answers_another_question_is_no_answer() {
    let good = answer_to(Kind::Txt, Rcode::NOERROR).texts(&[b"text"]).bytes();
    assert!(question(Kind::Txt).parse_answer(&good).is_ok());
    for kind in [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Ptr] {
        assert_eq!(question(kind).parse_answer(&good), Err(BadAnswer::Mismatch), "{kind}");
    }
    let other = Question { name: name("other.test"), kind: Kind::Txt };
    assert_eq!(other.parse_answer(&good), Err(BadAnswer::Mismatch));
}

#[test]
fn resolver_errors_are_no_answers() {
    for rcode in [Rcode::SERVFAIL, Rcode::REFUSED, Rcode::FORMERR] {
        assert_eq!(answer_to(Kind::Txt, rcode).texts(&[b"text"]).parse(), Err(BadAnswer::Rcode(rcode)));
    }
    let mut cut = answer_to(Kind::Txt, Rcode::NOERROR).bytes();
    cut[2] |= 0x02;
    assert_eq!(question(Kind::Txt).parse_answer(&cut), Err(BadAnswer::Truncated));
}

#[test]
fn sizes_hold_at_their_limit_and_break_above() {
    let many = |count: u16| {
        let empty = answer_to(Kind::A, Rcode::NOERROR);
        let all = (0..count).fold(empty, |answer, _| answer.with(NAME, 300, A::new([203, 0, 113, 9].into())));
        all.parse().map(|answer| answer.records.len())
    };
    assert_eq!(many(RECORDS_MAX - 1), Ok(63));
    assert_eq!(many(RECORDS_MAX), Ok(64));
    assert_eq!(many(RECORDS_MAX + 1), Err(BadAnswer::Oversized));

    let text = |length: usize| {
        let mut strings = vec![[b'x'; 255].as_slice(); length / 256];
        let rest = vec![b'y'; length % 256 - 1];
        strings.push(&rest);
        answer_to(Kind::Txt, Rcode::NOERROR).texts(&strings)
    };
    let frame = text(1).bytes().len() - 1;
    let whole = |length: usize| {
        let message = text(length - frame);
        assert_eq!(message.answer.as_slice().len(), length);
        message.parse().map(|answer| answer.records.len())
    };
    assert_eq!(whole(MESSAGE_MAX - 1), Ok(1));
    assert_eq!(whole(MESSAGE_MAX), Ok(1));
    assert_eq!(whole(MESSAGE_MAX + 1), Err(BadAnswer::Oversized));
    assert_eq!(text(64_001).parse(), Err(BadAnswer::Oversized));
}

#[test]
fn a_name_of_any_bytes_is_shown_escaped() {
    let odd = WireName::from_octets(b"\x03a.\n\x04test\0".to_vec()).unwrap();
    let answer = answer_to(Kind::Ptr, Rcode::NOERROR).with(NAME, 300, Ptr::new(odd)).parse().unwrap();
    let [Record::Ptr(name)] = answer.records.as_slice() else { panic!("{answer:?}") };
    assert_eq!(name.to_string(), "a\\.\\010.test");
    assert_eq!(name.labels().count(), 2);
}

#[test]
fn a_domain_that_takes_no_mail_has_the_empty_name_for_its_server() {
    let null = Mx::new(0, WireName::root_vec());
    let answer = answer_to(Kind::Mx, Rcode::NOERROR).with(NAME, 300, null).parse().unwrap();
    assert!(matches!(answer.records.as_slice(), [Record::Mx { exchange, .. }] if exchange.is_root()));
}

proptest! {
    #[test]
    fn noise_is_no_answer(message in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(question(Kind::Txt).parse_answer(&message).is_err());
    }

    #[test]
    fn damage_never_panics_and_never_makes_records_out_of_nothing(
        kind in proptest::sample::select(&[Kind::A, Kind::Aaaa, Kind::Txt, Kind::Mx, Kind::Ptr]),
        damage in proptest::collection::vec((0_usize..140, any::<u8>()), 0..4),
        cut in prop_oneof![Just(usize::MAX), 0_usize..140],
    ) {
        let answer = answer_to(kind, Rcode::NOERROR).alias(NAME, 300, "b.test");
        let answer = match kind {
            Kind::A => answer.with("b.test", 300, A::new([203, 0, 113, 9].into())),
            Kind::Aaaa => answer.with("b.test", 300, Aaaa::new("2001:db8::1".parse().unwrap())),
            Kind::Txt => answer.with("b.test", 300, Txt::<Vec<u8>>::build_from_slice(b"v=spf1 -all").unwrap()),
            Kind::Mx => answer.with("b.test", 300, Mx::new(10, wire("mx.test"))),
            Kind::Ptr => answer.with("b.test", 300, Ptr::new(wire("mail.test"))),
        };
        let mut message = answer.bytes();
        for (offset, byte) in damage {
            if let Some(damaged) = message.get_mut(offset) {
                *damaged = byte;
            }
        }
        message.truncate(cut);
        if let Ok(answer) = question(kind).parse_answer(&message) {
            prop_assert!(answer.records.len() <= 1);
        }
    }
}
