//! `dnsbl_early_verdict_enable`: a verdict as soon as it is certain.

use super::CONNECT;
use super::visit::{Says, Visit};

const LISTED: &str = "log addr 203.0.113.9 listed by domain bl.test as 127.0.0.2";
const REFUSED: &[&str] = &[
    LISTED,
    "log DNSBL rank 3 for [203.0.113.9]:4711",
    "dial Nobody",
    "say 521 5.7.1 Service unavailable; client [203.0.113.9] blocked using bl.test",
    "verdict DNSBL",
    "log DISCONNECT [203.0.113.9]:4711",
    "close",
];

fn early(sites: &str, more: &str) -> Visit {
    let mut visit = Visit::new(&format!(
        r#"{{"dnsbl_early_verdict_enable": true, "dnsbl_threshold": 3, "dnsbl_sites": {sites}{more}}}"#
    ));
    visit.opens();
    visit
}

#[test]
fn who_is_certain_to_be_dropped_is_dropped_at_once() {
    let mut visit = early(r#"["bl.test*3", "other.test"]"#, r#", "dnsbl_action": "drop""#);
    visit.then(&[CONNECT, "tease 220-localhost ESMTP", "ask 0", "ask 1"]);
    visit.at(0.1).list_says(0, Says::Listed).then(REFUSED);
    assert_eq!(visit.remembered(), None);
}

#[test]
fn with_enforce_the_dialogue_begins_at_once_and_the_wait_is_no_pass() {
    let mut visit = early(r#"["bl.test*3", "other.test"]"#, r#", "dnsbl_action": "enforce""#);
    visit.at(0.1).list_says(0, Says::Listed).then(&[
        LISTED,
        "log DNSBL rank 3 for [203.0.113.9]:4711",
        "dial Nobody",
        "say 220 localhost ESMTP",
    ]);
    visit.talks(b"HELO x\r\n").has("say 250 ");
    visit.talks(b"MAIL FROM:<a@b.example>\r\n").has("say 250 ");
    visit.talks(b"RCPT TO:<c@d.example>\r\n");
    visit.has("say 550 5.7.1 Service unavailable; client [203.0.113.9] blocked using bl.test");
    visit.talks(b"QUIT\r\n").has("verdict DNSBL");
    assert_eq!(visit.remembered(), None);
}

#[test]
fn with_ignore_nothing_is_gained_by_it() {
    let mut visit = early(r#"["bl.test*3"]"#, "");
    visit.at(0.1).list_says(0, Says::Listed).then(&[LISTED]);
    visit.at(6.0).wakes().has("verdict PASS");
}

#[test]
fn lists_that_add_up_are_as_certain_as_one() {
    let mut visit = early(r#"["bl.test*2", "b.test", "c.test"]"#, r#", "dnsbl_action": "drop""#);
    visit.list_says(0, Says::Listed).then(&[LISTED]);
    visit.list_says(1, Says::Unlisted).then(&[]);
    visit.list_says(2, Says::Listed).has("log DNSBL rank 3 for ");
    visit.has("blocked using bl.test");
}

#[test]
fn an_allowlist_that_may_still_save_the_client_is_waited_for() {
    let sites = r#"["bl.test*3", "wl.test*-1"]"#;
    let drop = r#", "dnsbl_action": "drop""#;
    let mut visit = early(sites, drop);
    visit.list_says(0, Says::Listed).then(&[LISTED]);
    visit.list_says(1, Says::Unlisted).then(&REFUSED[1..]);

    let mut visit = early(sites, drop);
    visit.list_says(0, Says::Listed);
    visit.list_says(1, Says::Listed).then(&["log addr 203.0.113.9 listed by domain wl.test as 127.0.0.2"]);
    visit.at(6.0).wakes().has("log PASS NEW");

    // One that does not answer in time saves nobody, and one that cannot is not waited for.
    let mut visit = early(sites, &format!(r#"{drop}, "dnsbl_timeout": "1s""#));
    visit.list_says(0, Says::Listed);
    visit.at(1.0).list_says(1, Says::Silent).has("verdict DNSBL");
    let mut visit = early(r#"["bl.test*4", "wl.test*-1"]"#, drop);
    visit.list_says(0, Says::Listed).has("verdict DNSBL");
}

#[test]
fn a_certain_allowlisting_is_served_at_once() {
    for (sites, certain) in [
        (r#"["wl.test*-4", "bl.test*2", "b.test"]"#, true),
        (r#"["wl.test*-4", "bl.test*3", "b.test"]"#, false),
    ] {
        let mut visit = early(sites, r#", "dnsbl_allowlist_threshold": -1"#);
        visit.at(0.1).list_says(0, Says::Listed);
        visit.has("log addr 203.0.113.9 listed by domain wl.test");
        assert_eq!(visit.is_decided(), certain, "{sites}");
        visit.list_says(2, Says::Unlisted);
        assert!(visit.is_decided(), "{sites}: b.test was enough to make it certain");
    }
}

#[test]
fn silent_lists_do_not_hold_up_what_they_cannot_change() {
    let more = r#", "dnsbl_allowlist_threshold": -1, "dnsbl_timeout": "1s""#;
    let sites = r#"["wl.test*-4", "bl.test*4"]"#;
    let mut visit = early(sites, more);
    visit.list_says(0, Says::Listed);
    assert!(!visit.is_decided(), "it may still answer");
    visit.at(1.0).list_says(1, Says::Silent).has("log PASS NEW");
    // In postscreen, one silent list makes a client wait all the time.
    let mut visit = Visit::new(&format!(r#"{{"dnsbl_sites": {sites}{more}}}"#));
    visit.opens().list_says(0, Says::Listed);
    visit.at(1.0).list_says(1, Says::Silent);
    assert!(!visit.is_decided());
}

#[test]
fn a_polite_client_waits_for_its_turn_all_the_same() {
    let mut visit = early(r#"["bl.test*3", "b.test"]"#, r#", "dnsbl_action": "drop""#);
    visit.list_says(0, Says::Unlisted);
    visit.list_says(1, Says::Unlisted).then(&[]);
    visit.at(5.999).wakes().then(&[]);
    visit.at(6.0).wakes().has("log PASS NEW");
}

#[test]
fn who_only_waits_for_the_lists_is_served_when_they_cannot_block_it_any_more() {
    let mut visit = Visit::new(
        r#"{"dnsbl_early_verdict_enable": true, "dnsbl_threshold": 3, "dnsbl_sites": ["bl.test*3", "b.test"]}"#,
    );
    visit.is_known([u32::MAX, 1, 1, 1, 1]).opens().then(&[CONNECT, "ask 0", "ask 1"]);
    visit.list_says(0, Says::Unlisted).has("log PASS OLD");
}

const WATCHED: &str = r#", "dnsbl_action": "drop", "dnsbl_watch_enable": true"#;

#[test]
fn nothing_is_certain_while_the_list_is_being_looked_at() {
    let mut visit = early(r#"["bl.test*3"]"#, WATCHED);
    visit.at(0.1).list_says(0, Says::Listed).then(&[LISTED]);
    visit.at(0.2).list_is_found(0, true).then(&REFUSED[1..]);

    let mut visit = early(r#"["bl.test*3"]"#, WATCHED);
    visit.at(0.1).list_says(0, Says::Listed);
    visit.at(0.2).list_is_found(0, false).then(&[]);
    visit.at(5.999).wakes().then(&[]);
    visit.at(6.0).wakes().has("log PASS NEW");

    // A check that does not end in time saves nobody.
    let mut visit = early(r#"["bl.test*3"]"#, WATCHED);
    visit.at(0.1).list_says(0, Says::Listed);
    visit.at(6.0).wakes().then(&REFUSED[1..]);
}

#[test]
fn nor_is_it_for_a_client_that_only_waits_for_the_lists() {
    let policy = format!(r#"{{"dnsbl_sites": ["bl.test*3"], "dnsbl_threshold": 3{WATCHED}}}"#);
    for (well, expected) in [(true, "verdict DNSBL"), (false, "log PASS OLD")] {
        let mut visit = Visit::new(&policy);
        visit.is_known([u32::MAX, 1, 1, 1, 1]).opens();
        visit.at(0.1).list_says(0, Says::Listed).then(&[LISTED]);
        visit.at(0.2).list_is_found(0, well).has(expected);
    }
}
