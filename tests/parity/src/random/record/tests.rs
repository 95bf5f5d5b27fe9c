use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn bytes(at: Duration, text: &str) -> Heard {
    Heard { at, sound: Sound::Bytes(text.as_bytes().to_vec()) }
}

#[test]
fn what_is_heard_stands_where_it_was_heard() {
    let send = Step::Send(b"x".to_vec());
    let draft = [Step::Wait(SECOND * 3), send.clone(), Step::Wait(GAP), Step::End, Step::Wait(SECOND)];
    let heard = [
        bytes(Duration::ZERO, "220-teaser\r\n"),
        bytes(SECOND, "one"),
        bytes(SECOND, "two"),
        bytes(SECOND * 3, "answer"),
    ];
    let expected = [
        Step::Expect(b"one".to_vec()),
        Step::Elapsed(SECOND),
        Step::Expect(b"two".to_vec()),
        Step::Wait(SECOND * 2),
        send,
        Step::Expect(b"answer".to_vec()),
        Step::End,
        Step::Wait(SECOND),
    ];
    assert_eq!(script(&draft, &heard, true), expected);
}

#[test]
fn an_answer_ends_the_gap_and_a_close_the_script() {
    let send = Step::Send(b"x".to_vec());
    let draft = [send.clone(), Step::Wait(GAP), send.clone(), Step::Wait(GAP), send.clone()];
    let heard =
        [bytes(Duration::ZERO, "a"), bytes(Duration::ZERO, "b"), Heard { at: GAP / 2, sound: Sound::Closed }];
    assert_eq!(
        script(&draft, &heard[..2], true),
        [send.clone(), Step::Expect(b"ab".to_vec()), send.clone(), Step::Wait(GAP), send.clone()]
    );
    assert_eq!(script(&draft, &heard[2..], true), [send.clone(), Step::Closed, Step::Elapsed(GAP / 2)]);
}

#[test]
fn a_draft_in_which_the_faster_list_is_named_is_no_story() {
    let draft = |weight: &str| {
        let story = format!(
            r#"
about: Two lists know the client, and answer at the same moment.
policy: {{ greet_wait: 1s, dnsbl_sites: ["one.test*2", "two.test{weight}"], dnsbl_threshold: 2, dnsbl_action: drop }}
dns: {{ one.test: {{ 203.0.113.1: 127.0.0.2 }}, two.test: {{ 203.0.113.1: 127.0.0.2 }} }}
clients: {{ a: {{ from: 203.0.113.1, script: [wait: 2s] }} }}
"#
        );
        postscreen_scenario::parse("draft", &story).unwrap()
    };
    assert!(record(&draft("*3")).unwrap().is_some(), "the heavier one is named");
    assert!(record(&draft("*2")).unwrap().is_none());
}
