use super::*;

const STORY: &str = "
about: x
clients: { a: { from: 203.0.113.9, script: [] } }
dns:
  slow.test: { latency: 3s, listed: { 203.0.113.9: 127.0.0.2, 203.0.113.10: { latency: 4s }, 203.0.113.11: refused } }
  lossy.test: { lost: 2, listed: { 203.0.113.9: 127.0.0.2 } }
  portal.test: { others: 198.51.100.80 }
  a.9.113.0.203.big.test: { lost: 1, a: { latency: 2s, answer: 203.0.113.7 } }
";

/// An A question for 203.0.113.LAST in a zone below `test`.
fn question(last: &str, zone: &str) -> Vec<u8> {
    question_about([last, "113", "0", "203"], zone)
}

fn question_about(reversed: [&str; 4], zone: &str) -> Vec<u8> {
    let mut message = b"\0\0\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    for label in reversed.into_iter().chain([zone, "test"]) {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(b"\0\0\x01\0\x01");
    message
}

fn resolver(more: &str) -> Resolver {
    Resolver::new(&crate::parse("s", &format!("{STORY}{more}")).unwrap())
}

fn is_message(answered: &Answered) -> bool {
    matches!(answered.reply, Reply::Message(_))
}

#[test]
fn an_answer_takes_as_long_as_its_zone_says_or_as_the_client_has_it() {
    let mut resolver = resolver("");
    for (last, seconds) in [("9", 3), ("10", 4), ("11", 3), ("12", 3)] {
        let answered = resolver.ask(&question(last, "slow"), Duration::ZERO);
        assert!(is_message(&answered), "{last}");
        assert_eq!(answered.latency, Some(Duration::from_secs(seconds)), "{last}");
    }
}

#[test]
fn the_first_questions_are_lost_and_no_other() {
    let mut resolver = resolver("");
    let answers: Vec<bool> =
        (0..4).map(|_| is_message(&resolver.ask(&question("9", "lossy"), Duration::ZERO))).collect();
    assert_eq!(answers, [false, false, true, true]);
}

#[test]
fn a_name_of_its_own_can_be_late_and_lose_questions() {
    let mut resolver = resolver("");
    let mut question = question("9", "big");
    question.splice(12..12, *b"\x01a");
    let answers = [(); 2].map(|()| resolver.ask(&question, Duration::ZERO));
    assert_eq!(answers.each_ref().map(is_message), [false, true]);
    assert_eq!(answers[1].latency, Some(Duration::from_secs(2)));
}

#[test]
fn questions_that_test_a_list_are_not_lost_and_do_not_count() {
    let mut resolver = resolver("");
    let mut answers = |reversed, zone| resolver.ask(&question_about(reversed, zone), Duration::ZERO);
    for last in ["1", "2", "1", "2"] {
        assert!(is_message(&answers([last, "0", "0", "127"], "lossy")), "127.0.0.{last}");
    }
    let client = ["9", "113", "0", "203"];
    assert_eq!([(); 3].map(|()| is_message(&answers(client, "lossy"))), [false, false, true]);
    let late = answers(["2", "0", "0", "127"], "slow");
    assert_eq!((is_message(&late), late.latency), (true, Some(Duration::from_secs(3))));
}

#[test]
fn a_portal_has_an_address_for_everybody() {
    let answered = resolver("").ask(&question("77", "portal"), Duration::ZERO);
    let Reply::Message(message) = answered.reply else { panic!("{answered:?}") };
    assert!(message.ends_with(&[198, 51, 100, 80]));
}

#[test]
fn an_outage_has_a_begin_and_an_end() {
    let mut resolver = resolver("resolver: { fault: http-503, from: 2s, until: 4s }\n");
    for (millis, down) in [(0, false), (1_999, false), (2_000, true), (3_999, true), (4_000, false)] {
        let answered = resolver.ask(&question("9", "portal"), Duration::from_millis(millis));
        assert_eq!(answered.reply == Reply::Status(503), down, "{millis}");
    }
}

#[test]
fn a_slow_resolver_is_slow_where_the_zone_says_nothing() {
    let mut resolver = resolver("resolver: { latency: 1s }\n");
    let latency = |resolver: &mut Resolver, zone| resolver.ask(&question("9", zone), Duration::ZERO).latency;
    assert_eq!(latency(&mut resolver, "portal"), Some(Duration::from_secs(1)));
    assert_eq!(latency(&mut resolver, "slow"), Some(Duration::from_secs(3)));
}

#[test]
fn what_is_no_question_is_told_apart() {
    assert_eq!(resolver("").ask(b"", Duration::ZERO).reply, Reply::NoQuestion);
}
