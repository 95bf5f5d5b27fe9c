use postscreen_scenario::parse;

use super::*;

fn scenario(more: &str) -> Scenario {
    let story = "about: x\nclients: { a: { from: 203.0.113.9, script: [] } }\n\
                 metrics: { postscreen_connections_total: 1 }\n";
    parse("s", &format!("{story}{more}")).unwrap()
}

fn transcript(log: &[&str]) -> Transcript {
    Transcript {
        log: log.iter().map(ToString::to_string).collect(),
        clients: [("a".to_owned(), Ok(()))].into(),
        ..Transcript::default()
    }
}

fn verdict(more: &str, log: &[&str]) -> StoryVerdict {
    StoryVerdict::of(&scenario(more), &transcript(log), &Deltas::of("<a id=\"known\"></a>"))
}

#[test]
fn a_story_agrees_when_only_the_metrics_are_missing() {
    assert_eq!(verdict("", &[]), StoryVerdict::Agrees);
    assert!(StoryVerdict::Agrees.is_good() && StoryVerdict::Agrees.complaint().is_none());
}

#[test]
fn a_difference_is_shown() {
    let verdict = verdict("log: ['CONNECT from [203.0.113.9]:PORT']\n", &[]);
    assert!(!verdict.is_good());
    assert!(verdict.complaint().unwrap().contains("- CONNECT from [203.0.113.9]:PORT"));
}

#[test]
fn a_named_delta_must_differ_and_be_explained() {
    let differs = "log: ['CONNECT from [203.0.113.9]:PORT']\n";
    assert_eq!(verdict(&format!("delta: known\n{differs}"), &[]), StoryVerdict::Delta("known".to_owned()));
    let stale = verdict("delta: known\n", &[]);
    assert!(!stale.is_good() && stale.complaint().unwrap().starts_with("stale: "));
    let unexplained = verdict(&format!("delta: unknown\n{differs}"), &[]);
    assert!(!unexplained.is_good() && unexplained.complaint().unwrap().contains("<a id=\"unknown\"></a>"));
}

#[test]
fn a_process_that_gave_up_is_a_difference_unless_the_story_has_the_line() {
    let line = "fatal: bad numerical configuration: postscreen_dnsbl_threshold = 0";
    assert!(verdict("", &[line]).complaint().unwrap().contains(line));
    assert_eq!(verdict(&format!("log: ['{line}']\n"), &[line]), StoryVerdict::Agrees);
}

#[test]
fn anchors_are_found_wherever_they_stand() {
    let deltas =
        Deltas::of("# Title\n\n<a id=\"one\"></a>\n**One.** Text, <a id=\"two-b\"></a> more.\n<a id=\"open");
    assert!(deltas.contain("one") && deltas.contain("two-b"));
    assert!(!deltas.contain("two") && !deltas.contain("Title") && !deltas.contain(""));
}

fn outcome(name: &str, verdict: StoryVerdict) -> StoryResult {
    StoryResult {
        name: name.to_owned(),
        verdict,
        time: Duration::from_millis(1_250),
        teasers: BTreeMap::new(),
    }
}

#[test]
fn the_closing_lines_count_every_story_once() {
    let outcomes = [
        outcome("a", StoryVerdict::Agrees),
        outcome("b", StoryVerdict::Delta("slug".to_owned())),
        outcome("c", StoryVerdict::Stale("slug".to_owned())),
        outcome("d", StoryVerdict::Broken("no postscreen".to_owned())),
    ];
    let text = closing(&outcomes);
    assert!(text.ends_with("\nscenarios 4, agree 1, documented deltas 1, disagree 2\n2 passed, 2 failed\n"));
    assert!(text.contains("\nd\n    no postscreen\n"));
}

#[test]
fn without_failures_there_are_only_the_counts() {
    let text = closing(&[outcome("a", StoryVerdict::Agrees)]);
    assert_eq!(text, "scenarios 1, agree 1, documented deltas 0, disagree 0\n1 passed, 0 failed\n");
}

#[test]
fn progress_is_one_line() {
    assert_eq!(progress(&outcome("a/b", StoryVerdict::Agrees)), "ok         1.2 s  a/b");
    assert_eq!(
        progress(&outcome("a/b", StoryVerdict::Delta("slug".to_owned()))),
        "delta      1.2 s  a/b (slug)"
    );
}
