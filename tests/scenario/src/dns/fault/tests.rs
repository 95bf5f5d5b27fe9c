use domain::base::iana::Class;
use domain::base::{Message, MessageBuilder, Name, Rtype};
use domain::rdata::{A, Txt, ZoneRecordData};

use super::*;
use crate::dns::{DEFAULT_TTL, Zone, Zones};
use crate::{Fault, Reply};

#[test]
fn every_fault_is_read_as_it_is_written() {
    for (word, fault) in Fault::WORDS {
        assert_eq!(word.parse(), Ok(*fault));
        assert_eq!(fault.to_string(), *word);
    }
    assert_eq!("http-503".parse(), Ok(Fault::Status(503)));
    assert_eq!(Fault::Status(503).to_string(), "http-503");
}

#[test]
fn only_statuses_from_300_to_599_are_trouble() {
    for (text, is_one) in [
        ("http-299", false),
        ("http-300", true),
        ("http-599", true),
        ("http-600", false),
        ("http-0404", false),
        ("http-", false),
        ("http-5x3", false),
        ("503", false),
        ("SERVFAIL", false),
    ] {
        assert_eq!(text.parse::<Fault>().is_ok(), is_one, "{text}");
    }
}

fn question() -> Vec<u8> {
    question_of(Rtype::A)
}

fn question_of(rtype: Rtype) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec().question();
    builder.push(("9.113.0.203.bl.test".parse::<Name<Vec<u8>>>().unwrap(), rtype)).unwrap();
    builder.finish()
}

/// The answer, of a zone with this trouble.
fn lie(fault: Fault) -> Vec<u8> {
    lie_to(fault, Rtype::A)
}

fn lie_to(fault: Fault, rtype: Rtype) -> Vec<u8> {
    let zones: Zones = [("bl.test".to_owned(), Zone::Fault(fault))].into_iter().collect();
    let Reply::Message(message) = zones.reply(&question_of(rtype)) else { panic!("{fault}: no message") };
    message
}

fn message(fault: Fault) -> Message<Vec<u8>> {
    Message::from_octets(lie(fault)).unwrap()
}

fn is_answer(fault: Fault) -> bool {
    message(fault).is_answer(&Message::from_octets(question()).unwrap())
}

#[test]
fn what_is_no_lie_is_a_listing() {
    let truth = told(Fault::Servfail, lie(Fault::Truncated));
    let truth = Message::from_octets(truth).unwrap();
    let record = truth.answer().unwrap().limit_to::<A>().next().unwrap().unwrap();
    assert_eq!(record.data().addr(), LISTED);
    assert_eq!((record.class(), record.ttl().as_secs()), (Class::IN, 300));
    assert_eq!(DEFAULT_TTL.as_secs(), 300);
}

#[test]
fn a_truncated_answer_says_so() {
    assert!(message(Fault::Truncated).header().tc() && is_answer(Fault::Truncated));
}

#[test]
fn a_wrong_id_or_question_is_another_questions_answer() {
    assert_eq!(message(Fault::WrongId).header().id(), 1);
    assert!(!is_answer(Fault::WrongQuestion));
    let asked = message(Fault::WrongQuestion).sole_question().unwrap().qname().to_string();
    assert_eq!(asked, "8.113.0.203.bl.test");
}

#[test]
fn a_wrong_name_or_type_is_a_whole_record_of_something_else() {
    let other = message(Fault::WrongName);
    let record = other.answer().unwrap().limit_to::<A>().next().unwrap().unwrap();
    assert_eq!((record.owner().to_string().as_str(), record.data().addr()), ("8.113.0.203.bl.test", LISTED));
    let text = message(Fault::WrongType);
    assert_eq!(text.answer().unwrap().limit_to::<A>().count(), 0);
    let record = text.answer().unwrap().limit_to::<Txt<_>>().next().unwrap().unwrap();
    assert_eq!(record.data().to_string(), "\"127.0.0.2\"");
}

#[test]
fn a_lie_has_a_record_of_the_type_that_was_asked_for() {
    for (rtype, said) in [
        (Rtype::A, "127.0.0.2"),
        (Rtype::AAAA, "::ffff:127.0.0.2"),
        (Rtype::MX, "10 9.113.0.203.bl.test."),
        (Rtype::PTR, "9.113.0.203.bl.test."),
        (Rtype::TXT, &format!("\"{}\"", str::from_utf8(ALLOWED).unwrap())),
    ] {
        for fault in [Fault::Truncated, Fault::WrongId, Fault::WrongName] {
            let message = Message::from_octets(lie_to(fault, rtype)).unwrap();
            let record =
                message.answer().unwrap().limit_to::<ZoneRecordData<_, _>>().next().unwrap().unwrap();
            assert_eq!((record.rtype(), record.data().to_string().as_str()), (rtype, said), "{fault}");
        }
    }
    let wrong = Message::from_octets(lie_to(Fault::WrongType, Rtype::TXT)).unwrap();
    let record = wrong.answer().unwrap().limit_to::<A>().next().unwrap().unwrap();
    assert_eq!(record.data().addr(), LISTED);
}

#[test]
fn the_others_cannot_be_read_to_their_end() {
    assert!(message(Fault::Cut).answer().unwrap().limit_to::<A>().next().unwrap().is_err());
    assert!(Message::from_octets(lie(Fault::Empty)).is_err());
    assert_eq!(lie(Fault::Oversized).len(), OVERSIZED_BYTES);
    assert!(lie(Fault::Garbage).starts_with(b"<!doctype"));
}
