use postscreen_scenario::parse;
use serde_json::json;

use super::*;

fn story(more: &str) -> Scenario {
    parse("s", &format!("about: x\nclients: {{ a: {{ from: '::1', script: [] }} }}\n{more}\n")).unwrap()
}

#[test]
fn what_a_policy_says_itself_stays() {
    let mut policy = story("policy: { greet_wait: 2s, dnsbl_watch_enable: true }").policy;
    let additions = vec![("dnsbl_watch_enable", json!(false)), ("client_ipv6_prefix_length", json!(128))];
    switch_off(&mut policy, additions);
    let expected =
        json!({ "greet_wait": "2s", "dnsbl_watch_enable": true, "client_ipv6_prefix_length": 128 });
    assert_eq!(Value::Object(policy), expected);
}

#[test]
fn only_stories_that_both_play_alike_are_changed() {
    for (more, alike) in
        [("", true), ("delta: error-codes", false), ("hosts: [native]", false), ("workers: 2", false)]
    {
        let story = story(more);
        let switched = switched_off(&story);
        assert_eq!(matches!(switched, Cow::Owned(_)), alike, "{more}");
        for (field, value) in additions().into_iter().filter(|_| alike) {
            assert_eq!(switched.policy[field], value, "{more}");
        }
    }
}

#[test]
fn the_engine_knows_every_addition() {
    let policy = Value::Object(switched_off(&story("")).policy.clone()).to_string();
    let played = crate::native::player().play(&story(&format!("policy: {policy}")));
    assert_eq!(played.transcript.refused, None);
}
