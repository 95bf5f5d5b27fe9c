use super::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const LIMITS: Limits = Limits { wait: ms(5_000), tolerance: ms(300), greets_early_talkers: false };

fn actor(script: &[Step]) -> Actor {
    Actor::new(script, ms(1_000), LIMITS)
}

fn expect(text: &str) -> Step {
    Step::Expect(text.as_bytes().to_vec())
}

fn failure(action: Action) -> String {
    let Action::Failed(failure) = action else { panic!("{action:?} is no failure") };
    failure.to_string()
}

#[test]
fn a_conversation_runs_to_its_end() {
    let mut actor = actor(&[Step::Send(b"EHLO\r\n".to_vec()), expect("521 x\r\n"), Step::Closed]);
    assert_eq!(actor.next(ms(1_000)), Action::Send(b"EHLO\r\n".to_vec()));
    assert_eq!(actor.next(ms(1_000)), Action::Wait(ms(6_000)));
    actor.received(b"521");
    assert_eq!(actor.next(ms(1_100)), Action::Wait(ms(6_000)));
    actor.received(b" x\r\n");
    assert_eq!(actor.next(ms(1_200)), Action::Wait(ms(6_200)));
    actor.peer_closed();
    assert_eq!(actor.next(ms(1_300)), Action::Finished);
}

#[test]
fn the_ways_to_go_are_handed_to_the_host() {
    let mut actor = actor(&[Step::End, Step::Reset, Step::Close]);
    assert_eq!(actor.next(ms(1_000)), Action::End);
    assert_eq!(actor.next(ms(1_000)), Action::Reset);
    assert_eq!(actor.next(ms(1_000)), Action::Close);
    assert_eq!(actor.next(ms(1_000)), Action::Finished);
}

#[test]
fn an_empty_script_ends_at_once() {
    assert_eq!(actor(&[]).next(ms(1_000)), Action::Finished);
}

#[test]
fn bytes_beyond_an_expectation_are_kept_for_the_next() {
    let mut actor = actor(&[expect("a"), expect("bc")]);
    actor.received(b"abc");
    assert_eq!(actor.next(ms(1_000)), Action::Finished);
}

#[test]
fn other_bytes_are_shown_beside_the_expected_ones() {
    let mut actor = actor(&[Step::Wait(ms(10)), expect("521 x\r\n")]);
    actor.received(b"521\r");
    assert_eq!(actor.next(ms(1_000)), Action::Wait(ms(1_010)));
    assert_eq!(
        failure(actor.next(ms(1_010))),
        "step 2 (expect), 0.010 s after connecting: other bytes arrived\n\
         - expected, + seen\n\
         - \"521 x\\r\\n\"\n\
         + \"521\\r\""
    );
}

#[test]
fn a_close_before_the_expected_bytes_is_a_failure() {
    let mut actor = actor(&[expect("220")]);
    actor.received(b"22");
    actor.peer_closed();
    assert!(failure(actor.next(ms(1_000))).contains("the server closed too early"));
}

#[test]
fn expected_bytes_before_a_close_are_fine() {
    let mut actor = actor(&[expect("220"), Step::Closed]);
    actor.received(b"220");
    actor.peer_closed();
    assert_eq!(actor.next(ms(1_000)), Action::Finished);
}

#[test]
fn expect_and_closed_wait_to_the_limit_and_not_longer() {
    for step in [expect("220"), Step::Closed] {
        let mut actor = actor(&[step]);
        assert_eq!(actor.next(ms(5_999)), Action::Wait(ms(6_000)));
        assert!(failure(actor.next(ms(6_000))).contains("waited 5.000 s in vain"));
    }
}

#[test]
fn bytes_before_the_close_are_a_failure_that_shows_them() {
    let mut actor = actor(&[Step::Closed]);
    actor.received(b"220 \xff");
    actor.peer_closed();
    assert!(failure(actor.next(ms(1_000))).ends_with("expected no bytes, got \"220 \\xff\""));
}

#[test]
fn silence_holds_for_its_whole_time() {
    let mut quiet = actor(&[Step::Silence(ms(500))]);
    assert_eq!(quiet.next(ms(1_000)), Action::Wait(ms(1_500)));
    assert_eq!(quiet.next(ms(1_499)), Action::Wait(ms(1_500)));
    assert_eq!(quiet.next(ms(1_500)), Action::Finished);
}

#[test]
fn bytes_or_a_close_break_the_silence() {
    let mut loud = actor(&[Step::Silence(ms(500))]);
    loud.received(b"x");
    assert!(failure(loud.next(ms(1_200))).contains("expected no bytes"));
    let mut gone = actor(&[Step::Silence(ms(500))]);
    gone.peer_closed();
    assert!(failure(gone.next(ms(1_200))).ends_with("the server closed"));
}

#[test]
fn wait_keeps_bytes_and_close_for_later() {
    let mut actor = actor(&[Step::Wait(ms(500)), expect("x"), Step::Closed]);
    actor.received(b"x");
    actor.peer_closed();
    assert_eq!(actor.next(ms(1_499)), Action::Wait(ms(1_500)));
    assert_eq!(actor.next(ms(1_500)), Action::Finished);
}

#[test]
fn elapsed_counts_from_the_connection_and_allows_the_tolerance_both_ways() {
    for (now, passes) in [(2_699, false), (2_700, true), (3_000, true), (3_300, true), (3_301, false)] {
        let action = actor(&[Step::Elapsed(ms(2_000))]).next(ms(now));
        assert_eq!(action == Action::Finished, passes, "{now}: {action:?}");
    }
    let late = actor(&[Step::Elapsed(ms(2_000))]).next(ms(4_000));
    assert!(failure(late).ends_with("3.000 s after connecting: expected 2.000 s, within 0.300 s"));
}

#[test]
fn unread_bytes_are_limited() {
    for (extra, passes) in [(0, true), (1, false)] {
        let mut actor = actor(&[Step::Wait(ms(0)), Step::Wait(ms(1))]);
        actor.received(&vec![b'x'; INBOX_BYTES_MAX - 1]);
        actor.received(&vec![b'x'; 1 + extra]);
        assert_eq!(matches!(actor.next(ms(1_000)), Action::Wait(_)), passes);
        assert!(actor.inbox.len() <= INBOX_BYTES_MAX);
    }
}

#[test]
fn a_host_can_fail_the_step_in_progress() {
    let actor = actor(&[expect("220")]);
    let failure = actor.host_failure("connection refused", ms(1_001));
    assert_eq!(failure.to_string(), "step 1 (expect), 0.001 s after connecting: connection refused");
}

#[test]
fn long_texts_are_cut_in_messages() {
    let mut actor = actor(&[Step::Closed]);
    actor.received(&[b'x'; 401]);
    assert!(failure(actor.next(ms(1_000))).contains("… 401 bytes"));
}

#[test]
fn a_teaser_is_no_part_of_the_script() {
    let mut actor = actor(&[Step::Silence(ms(100)), expect("220 mx\r\n")]);
    actor.received(b"220-mx\r\n");
    assert_eq!(actor.next(ms(1_000)), Action::Wait(ms(1_100)));
    actor.received(b"220 mx\r\n");
    assert_eq!(actor.teaser(), Some(b"220-mx".as_slice()));
    let late = actor.next(ms(1_100));
    assert!(failure(late).contains("expected no bytes, got \"220 mx"));
}

#[test]
fn the_greeting_of_an_early_talker_is_no_part_of_the_script_where_no_teaser_can_be_sent() {
    let limits = Limits { greets_early_talkers: true, ..LIMITS };
    let hear = |script: &[Step], bytes: &[u8]| {
        let mut actor = Actor::new(script, ms(1_000), limits);
        while let Action::Send(_) = actor.next(ms(1_000)) {}
        actor.received(bytes);
        actor.next(ms(1_000))
    };
    let early = Step::Send(b"HELO a\r\n".to_vec());
    let answered = b"220 mx ESMTP\r\n250 mx\r\n";
    assert_eq!(hear(&[early.clone(), expect("250 mx\r\n")], answered), Action::Finished);
    assert_eq!(hear(&[early.clone(), expect("250 mx\r\n")], b"250 mx\r\n"), Action::Finished);
    assert_eq!(hear(&[early.clone(), expect("220 mx ESMTP\r\n250 mx\r\n")], answered), Action::Finished);
    let late = hear(&[Step::Silence(ms(100)), early, expect("250 mx\r\n")], answered);
    assert!(failure(late).contains("expected no bytes, got \"220 mx"));
}

#[test]
fn bytes_that_could_have_become_a_teaser_count_when_the_server_closes() {
    let mut actor = actor(&[expect("22")]);
    actor.received(b"22");
    assert_eq!(actor.next(ms(1_000)), Action::Wait(ms(6_000)));
    actor.peer_closed();
    assert_eq!(actor.next(ms(1_000)), Action::Finished);
    assert_eq!(actor.teaser(), None);
}
