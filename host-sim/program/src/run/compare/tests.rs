//! What two hosts must agree on, and what not.

use super::*;

fn transcript() -> Transcript {
    Transcript {
        log: vec!["PASS NEW [203.0.113.9]:40000".to_owned()],
        backend: vec!["a".to_owned()],
        metrics: [("postscreen_connect".to_owned(), 1)].into(),
        teasers: [("a".to_owned(), "220-mx.test ESMTP".to_owned())].into(),
        clients: [("a".to_owned(), Ok(()))].into(),
        ..Transcript::default()
    }
}

fn differ(other: &Transcript, teasers: bool) -> Option<String> {
    difference(("one", &transcript()), ("two", other), teasers).map(|difference| difference.to_string())
}

#[test]
fn the_same_is_no_difference() {
    assert_eq!(differ(&transcript(), true), None);
}

#[test]
fn a_difference_is_shown_line_by_line() {
    let other = Transcript { log: Vec::new(), backend: Vec::new(), ..transcript() };
    let text = differ(&other, false).unwrap();
    assert!(text.starts_with("two against one:"), "{text}");
    assert!(text.contains("-mail server: a") && text.contains("-log: PASS NEW"), "{text}");
}

#[test]
fn metrics_and_clients_are_compared() {
    assert!(differ(&Transcript { metrics: [].into(), ..transcript() }, false).is_some());
    assert!(differ(&Transcript { clients: [].into(), ..transcript() }, false).is_some());
}

#[test]
fn teasers_are_compared_where_both_can_send_them() {
    let silent = Transcript { teasers: [].into(), ..transcript() };
    assert!(differ(&silent, true).is_some());
    assert_eq!(differ(&silent, false), None);
}

#[test]
fn a_refusal_is_compared_by_its_fact() {
    let refused = |words: &str| Transcript { refused: Some(words.to_owned()), ..Transcript::default() };
    assert_eq!(difference(("one", &refused("a")), ("two", &refused("b")), true), None);
    assert!(difference(("one", &refused("a")), ("two", &Transcript::default()), true).is_some());
}

#[test]
fn envoys_own_answer_for_a_resolver_that_is_not_there_is_the_same_as_none() {
    let log = |reason: &str| Transcript {
        log: vec![format!("lookup error for 203.0.113.9 at bl.test by resolver resolver: {reason}")],
        ..transcript()
    };
    let compare = |one: &str, two: &str| difference(("one", &log(one)), ("two", &log(two)), false).is_none();
    assert!(compare("HTTP status 503", "cannot be reached"));
    assert!(!compare("HTTP status 500", "cannot be reached"));
}
