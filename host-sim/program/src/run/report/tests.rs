use postscreen_scenario::{Difference, Transcript, parse};
use std::collections::BTreeMap;

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
