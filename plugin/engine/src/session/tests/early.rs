//! Early talkers: how much they may say, and what they hear.

use super::CONNECT;
use super::visit::{Says, Visit};
use crate::session::EARLY_MAX;

const LISTS: &str = r#""dnsbl_sites": ["bl.test", "slow.test"]"#;
const TOO_MUCH: &[&str] = &[
    "log NOQUEUE: reject: CONNECT from [203.0.113.9]:4711: too much before the greeting",
    "dial Nobody",
    "say 421 4.7.0 Error: too much before the greeting",
    "verdict EARLY TALK LIMIT",
    "log DISCONNECT [203.0.113.9]:4711",
    "close",
];

fn early(action: &str, more: &str) -> Visit {
    let mut visit = Visit::new(&format!(r#"{{"greet_action": "{action}"{more}}}"#));
    visit.opens();
    visit
}

/// NOOPs up to so many bytes, each of which the dummy SMTP server would answer.
fn noops(len: usize) -> Vec<u8> {
    b"NOOP\r\n".iter().copied().cycle().take(len).collect()
}

#[test]
fn who_is_neither_refused_nor_cleared_by_the_lists_may_say_so_much() {
    for (len, waits) in [(EARLY_MAX - 1, true), (EARLY_MAX, true), (EARLY_MAX + 1, false)] {
        let mut visit = early("ignore", &format!(", {LISTS}"));
        visit.talks(&vec![b'x'; len]).has("log PREGREET 1023 after 0 ");
        assert_eq!(visit.is_over(), !waits, "{len} bytes");
        if waits {
            visit.at(6.0).wakes().has("verdict PASS");
        } else {
            visit.has("verdict EARLY TALK LIMIT");
            assert_eq!(visit.remembered(), None);
        }
    }
}

#[test]
fn many_small_pieces_are_as_much_as_a_large_one() {
    let mut visit = early("ignore", &format!(", {LISTS}"));
    visit.talks(&vec![b'x'; EARLY_MAX / 2]);
    visit.list_says(0, Says::Unlisted).then(&[]);
    visit.talks(&vec![b'x'; EARLY_MAX / 2]).then(&[]);
    visit.talks(b"").then(&[]);
    visit.talks(b"x").then(TOO_MUCH);
    visit.list_says(1, Says::Unlisted).then(&[]);
}

#[test]
fn who_is_refused_anyway_is_talked_to_at_once() {
    for (len, waits) in [(EARLY_MAX - 1, true), (EARLY_MAX, true), (EARLY_MAX + 1, false)] {
        let mut visit = early("enforce", &format!(r#", {LISTS}, "command_count_limit": 100000"#));
        visit.talks(&noops(len));
        assert_eq!(
            visit.line(0),
            r"log PREGREET 1023 after 0 from [203.0.113.9]:4711: ".to_owned() + &escaped()
        );
        if waits {
            visit.at(5.999).wakes().then(&[]);
            visit.at(6.0).wakes();
        }
        visit.has("dial Nobody");
        assert!(!visit.is_over(), "{len} bytes");
        // It did not wait for replies either, and the last failure decides.
        visit.talks(b"\r\nQUIT\r\n").has("verdict COMMAND PIPELINING");
        assert_eq!(visit.remembered(), None);
    }
}

fn escaped() -> String {
    r"NOOP\r\n".chars().cycle().take(100).collect()
}

#[test]
fn who_is_dropped_is_dropped_at_the_first_byte() {
    for lists in ["", LISTS] {
        for len in [1, EARLY_MAX, EARLY_MAX + 1] {
            let comma = if lists.is_empty() { "" } else { ", " };
            let mut visit = early("drop", &format!("{comma}{lists}"));
            visit.talks(&vec![b'x'; len]).has("say 521 5.5.1 Protocol error");
            visit.has("verdict PREGREET");
            assert!(visit.is_over());
        }
    }
}

#[test]
fn where_no_list_is_to_be_waited_for_any_early_talk_decides() {
    for len in [1, EARLY_MAX, EARLY_MAX + 1, 3 * EARLY_MAX] {
        early("ignore", "").talks(&vec![b'x'; len]).has("verdict PASS");
        early("enforce", "").talks(&vec![b'x'; len]).has("dial Nobody");
        for (action, expected) in [("ignore", "verdict PASS"), ("enforce", "dial Nobody")] {
            let mut visit = early(action, &format!(", {LISTS}"));
            visit.list_says(0, Says::Unlisted);
            visit.list_says(1, Says::Unlisted).then(&[]);
            visit.talks(&vec![b'x'; len]).has(expected);
        }
    }
}

#[test]
fn a_listed_early_talker_is_not_served_for_saying_much() {
    let mut visit = early("ignore", &format!(r#", {LISTS}, "dnsbl_action": "drop""#));
    visit.list_says(0, Says::Listed);
    visit.talks(&vec![b'x'; EARLY_MAX + 1]).has("verdict EARLY TALK LIMIT");
    let mut visit = early("ignore", &format!(r#", {LISTS}, "dnsbl_action": "drop""#));
    visit.list_says(0, Says::Listed);
    visit.list_says(1, Says::Unlisted);
    visit.talks(&vec![b'x'; EARLY_MAX + 1]).has("verdict DNSBL");
}

#[test]
fn a_pregreet_pass_does_not_allow_more() {
    for (len, waits) in [(EARLY_MAX - 1, true), (EARLY_MAX, true), (EARLY_MAX + 1, false)] {
        let mut visit = Visit::new(&format!("{{{LISTS}}}"));
        visit.is_known([u32::MAX, 1, 1, 1, 1]).opens().then(&[CONNECT, "ask 0", "ask 1"]);
        visit.talks(&vec![b'x'; len]);
        if waits {
            visit.then(&[]);
        } else {
            visit.then(TOO_MUCH);
        }
    }
}

#[test]
fn a_host_that_cannot_tease_greets_an_early_talker_before_it_answers() {
    let policy = r#"{"greet_action": "enforce"}"#;
    let pregreet = r"log PREGREET 12 after 0 from [203.0.113.9]:4711: EHLO early\r\n";
    let mut teased = Visit::new(policy);
    teased.opens().then(&[CONNECT, "tease 220-localhost ESMTP"]);
    teased.talks(b"EHLO early\r\n");
    assert_eq!([teased.line(0), teased.line(1)], [pregreet, "dial Nobody"]);
    assert!(teased.line(2).starts_with("say 250-localhost\r\n"), "{}", teased.line(2));

    let mut greeted = Visit::without_teaser(policy);
    greeted.opens().then(&[CONNECT]);
    greeted.talks(b"EHLO early\r\n");
    assert_eq!([greeted.line(0), greeted.line(1)], [pregreet, "dial Nobody"]);
    assert_eq!(greeted.line(2), "say 220 localhost ESMTP");
    assert_eq!(greeted.line(3), teased.line(2));
    greeted.talks(b"QUIT\r\n").has("verdict PREGREET");
}

#[test]
fn a_polite_client_that_is_refused_is_greeted_once_at_any_host() {
    let policy = r#"{"access_list": ["reject"], "denylist_action": "enforce"}"#;
    for mut visit in [Visit::new(policy), Visit::without_teaser(policy)] {
        visit.opens();
        visit.at(6.0).wakes().then(&["dial Nobody", "say 220 localhost ESMTP"]);
        visit.talks(b"QUIT\r\n").has("verdict DENYLISTED");
    }
}

#[test]
fn an_early_talker_that_ends_its_half_still_gets_its_replies() {
    let mut visit = early("enforce", &format!(", {LISTS}"));
    visit.talks(b"EHLO early\r\n");
    visit.ends().then(&[]);
    assert!(!visit.is_over());
    visit.at(6.0).wakes().has("say 250-localhost");
    visit.has("verdict PREGREET");
    assert!(visit.is_over());
    let mut visit = early("enforce", &format!(", {LISTS}"));
    visit.talks(b"EHLO early\r\n");
    visit.ends().then(&[]);
    visit.leaves().has("log HANGUP after 0 ");
    assert!(visit.is_over(), "nobody is there any more");
}
