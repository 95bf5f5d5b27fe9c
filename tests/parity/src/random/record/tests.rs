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
