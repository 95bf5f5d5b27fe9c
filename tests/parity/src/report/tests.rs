use super::*;

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
