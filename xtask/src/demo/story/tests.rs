use super::{Conduct, GREET_WAIT, PATIENCE, STORIES, Wait};

const POLICY: &str = include_str!("../../../demo/policy.json");
const ZONE: &str = include_str!("../../../demo/zone.yaml");

#[test]
fn the_wait_of_the_stories_is_the_wait_of_the_policy() {
    assert!(POLICY.contains(&format!("\"greet_wait\": \"{}s\"", GREET_WAIT.as_secs())));
}

#[test]
fn a_client_that_waits_cannot_be_taken_for_one_that_does_not() {
    assert!(!Wait::None.range().contains(&GREET_WAIT));
    assert!(!Wait::None.range().contains(&PATIENCE));
    assert!(PATIENCE < GREET_WAIT);
}

#[test]
fn stories_that_need_the_policy_or_a_zone_are_in_them() {
    for story in &STORIES {
        let known = POLICY.contains(&story.from.to_string()) || ZONE.contains(&story.from.to_string());
        let needed = matches!(
            story.name,
            "listed" | "listed, below threshold" | "allowlisted by DNS" | "permitted" | "denied"
        );
        assert_eq!(known, needed, "{}", story.name);
    }
}

#[test]
fn only_who_hangs_up_gets_no_reply() {
    for story in &STORIES {
        assert_eq!(story.reply.is_none(), story.manners == Conduct::HangsUp, "{}", story.name);
    }
}
