use std::collections::BTreeMap;

use postscreen_scenario::parse;

use super::{differences, player};

const STORY: &str = r#"
about: A polite client is served, an early talker is refused.
policy: { greet_wait: 2s, greet_action: drop }
clients:
  polite:
    from: 203.0.113.9
    script: [{ silence: 1s }, { expect: "220 mx.test ESMTP\r\n" }, { elapsed: 2s }, { send: "QUIT\r\n" },
             { expect: "221 2.0.0 Bye\r\n" }, closed]
  zombie: { from: 203.0.113.10, script: [{ send: "x" }, { expect: "521 5.5.1 Protocol error\r\n" }, closed] }
backend: { sessions: [polite] }
metrics: { postscreen_connections_total: 2, postscreen_pass_new_total: 1, postscreen_held_clients: 0 }
"#;

#[test]
fn a_story_comes_true_in_the_engine() {
    let scenario = parse("story", STORY).unwrap();
    assert_eq!(differences(&scenario, None), []);
    let teasers = player().play(&scenario).transcript.teasers;
    assert_eq!(teasers["polite"], "220-localhost ESMTP");
    assert_eq!(differences(&scenario, Some(&teasers)), []);
}

#[test]
fn another_teaser_is_a_difference() {
    let scenario = parse("story", STORY).unwrap();
    let found = differences(&scenario, Some(&BTreeMap::new()));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, "native: teasers");
}

#[test]
fn a_refused_configuration_is_told() {
    let scenario = parse("story", &STORY.replace("greet_wait: 2s", "greet_wait: 2x")).unwrap();
    assert!(differences(&scenario, None)[0].how.contains("greet_wait: \"2x\": expected"));
}
