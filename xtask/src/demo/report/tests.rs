use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::super::client::DemoVisit;
use super::super::story::{DemoStory, GREET_WAIT, PATIENCE, STORIES, Wait};
use super::{conclusion, rows, table};

fn from(story: &DemoStory) -> SocketAddr {
    (story.from, 40_000 + u16::try_from(story.name.len()).unwrap()).into()
}

/// Every client meets with exactly what its story says.
fn good_day() -> (Vec<DemoVisit>, BTreeMap<SocketAddr, String>) {
    let visit = |story: &'static DemoStory| DemoVisit {
        story,
        from: from(story),
        reply: story.reply.map(str::to_owned),
        waited: match story.wait {
            Wait::Greet => GREET_WAIT,
            Wait::None => Duration::from_millis(3),
            Wait::Patience => PATIENCE,
        },
    };
    let verdicts = STORIES.iter().map(|story| (from(story), story.verdict.to_owned())).collect();
    (STORIES.iter().map(visit).collect(), verdicts)
}

#[test]
fn a_day_as_it_should_be_has_nothing_wrong() {
    let (visits, verdicts) = good_day();
    let rows = rows(&visits, &verdicts);
    assert_eq!(conclusion(&rows), "9 of 9 clients met with what they should");
    assert!(!table(&rows).contains("WRONG"));
}

#[test]
fn a_missing_or_other_verdict_is_wrong() {
    let (visits, mut verdicts) = good_day();
    verdicts.remove(&visits[0].from);
    verdicts.insert(visits[1].from, "PASS NEW".to_owned());
    let rows = rows(&visits, &verdicts);
    assert_eq!(rows[0].problems, ["the verdict should be PASS NEW"]);
    assert_eq!(rows[1].problems, ["the verdict should be PASS OLD"]);
    assert_eq!(conclusion(&rows), "7 of 9 clients met with what they should");
}

#[test]
fn another_reply_is_wrong_and_so_is_one_too_many() {
    let (mut visits, verdicts) = good_day();
    visits[2].reply = Some("521 5.5.1 Protocol".to_owned());
    visits[8].reply = Some("220 mx.test ESMTP".to_owned());
    let rows = rows(&visits, &verdicts);
    assert_eq!(rows[2].problems, ["the reply should be 521 5.5.1 Protocol error"]);
    assert_eq!(rows[8].problems, ["the reply should be none"]);
}

#[test]
fn too_early_and_too_late_are_wrong() {
    let (mut visits, verdicts) = good_day();
    visits[0].waited = Duration::from_millis(1_999);
    visits[1].waited = GREET_WAIT;
    let rows = rows(&visits, &verdicts);
    assert_eq!(rows[0].problems, ["the time should be 2.0 to 3.2 s"]);
    assert_eq!(rows[1].problems, ["the time should be 0.0 to 1.2 s"]);
    assert!(table(&rows).ends_with("\nWRONG: returning: the time should be 0.0 to 1.2 s"));
}
