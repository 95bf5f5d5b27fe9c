use std::collections::BTreeMap;

use postscreen_scenario::{Difference, Transcript, parse};

use super::*;

#[test]
fn a_mistake_is_shown_with_file_line_column_and_what_was_expected() {
    let text = "about: x\nclients:\n  a: { from: 203.0.113.9, script: [{ wait: 2 }] }\n";
    let mistake = parse("story.yaml", text).unwrap_err();
    let shown = super::mistake("story.yaml", 10, &mistake, Paint::Plain);
    assert!(shown.starts_with("FAILED  story.yaml  not a story\n"), "{shown}");
    assert!(shown.contains("story.yaml:3:44"), "{shown}");
    assert!(shown.contains("expected a whole number and one of ms, s"), "{shown}");
    assert!(shown.contains("here"), "{shown}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let shown = mistake("gone.yaml", 9, &Mistake::of_file("gone.yaml", "cannot read it: no"), Paint::Plain);
    assert!(shown.contains("gone.yaml") && shown.contains("cannot read it: no"), "{shown}");
}

#[test]
fn a_play_is_one_line_and_its_differences_stand_below() {
    let played = |differences| Played {
        differences,
        virtual_time: Duration::from_millis(2_005),
        transcript: Transcript::default(),
        heard: BTreeMap::new(),
    };
    let real = Duration::from_millis(7);
    assert_eq!(
        super::played("a.yaml", 8, "It works.", &played(Vec::new()), real, Paint::Plain),
        "ok      a.yaml    It works. (2.005 s in 7 ms)"
    );
    let differences = vec![Difference::said("log", "-a\n+b")];
    assert_eq!(
        super::played("a.yaml", 6, "It works.", &played(differences), real, Paint::Plain),
        "FAILED  a.yaml  It works. (2.005 s in 7 ms)\n        log:\n          -a\n          +b"
    );
}

fn transcript() -> Transcript {
    Transcript {
        log: vec!["PASS NEW [203.0.113.9]:40000".to_owned()],
        backend: vec!["a".to_owned()],
        metrics: [("postscreen_connections_total".to_owned(), 1)].into(),
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
