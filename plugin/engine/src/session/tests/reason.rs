//! `dnsbl_reason_enable`: the list's reason in the refusal.

use super::visit::{Says, Visit};

const NAME: &str = "9.113.0.203.bl.test";
const ASK: &str = "ask 9.113.0.203.bl.test TXT";
const BLOCKED: &str = "client [203.0.113.9] blocked using bl.test";

/// A listed client at the end of its wait.
fn waited(action: &str, more: &str) -> Visit {
    let mut visit = Visit::new(&format!(
        r#"{{"dnsbl_reason_enable": true, "dnsbl_sites": ["bl.test"], "dnsbl_action": "{action}"{more}}}"#
    ));
    visit.opens();
    visit.at(0.1).list_says(0, Says::Listed);
    visit
}

#[test]
fn the_list_is_asked_after_the_verdict_and_its_reason_is_told() {
    let mut visit = waited("drop", "");
    visit.at(6.0).wakes().then(&[ASK]);
    visit.at(6.4).text_is(NAME, "see https://bl.test/9").then(&[
        "log DNSBL rank 1 for [203.0.113.9]:4711",
        "dial Nobody",
        &format!("say 521 5.7.1 Service unavailable; {BLOCKED}; see https://bl.test/9"),
        "verdict DNSBL",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
}

#[test]
fn with_enforce_it_is_told_to_each_recipient() {
    let mut visit = waited("enforce", "");
    visit.at(6.0).wakes().then(&[ASK]);
    visit.text_is(NAME, "see https://bl.test/9").has("say 220 localhost ESMTP");
    visit.talks(b"HELO x\r\n").talks(b"MAIL FROM:<a@b.example>\r\n").talks(b"RCPT TO:<c@d.example>\r\n");
    visit.has(&format!("say 550 5.7.1 Service unavailable; {BLOCKED}; see https://bl.test/9"));
}

#[test]
fn it_is_waited_for_a_second_and_no_longer() {
    let mut visit = waited("drop", "");
    visit.at(6.0).wakes();
    visit.at(6.999).wakes().then(&[]);
    visit.at(7.0).wakes().has("verdict DNSBL");
    assert!(visit.line(2).ends_with(BLOCKED), "{}", visit.line(2));
    visit.text_is(NAME, "late").then(&[]);
}

#[test]
fn where_there_is_none_nothing_is_waited_for() {
    let mut visit = waited("drop", "");
    visit.at(6.0).wakes();
    visit.at(6.1).text_is_not_there(NAME).has("verdict DNSBL");
    assert!(visit.line(2).ends_with(BLOCKED), "{}", visit.line(2));
}

#[test]
fn nobody_is_asked_about_a_client_that_is_not_refused() {
    let mut visit = waited("ignore", "");
    visit.at(6.0).wakes().has("verdict PASS");
    visit.then(&[
        "log DNSBL rank 1 for [203.0.113.9]:4711",
        "verdict PASS",
        "dial Backend",
        "remember 1700086406;0;1;1;1",
    ]);
    let mut visit = waited("drop", r#", "dnsbl_threshold": 2"#);
    visit.at(6.0).wakes();
    visit.has("log PASS NEW");
}

#[test]
fn an_early_verdict_waits_for_it_too() {
    let mut visit = waited("drop", r#", "dnsbl_early_verdict_enable": true"#);
    visit.has(ASK);
    visit.at(1.0).wakes().then(&[]);
    visit.at(1.1).wakes().has("verdict DNSBL");
}

#[test]
fn what_other_lists_say_meanwhile_does_not_cut_that_short() {
    let mut visit = Visit::new(
        r#"{"dnsbl_reason_enable": true, "dnsbl_early_verdict_enable": true, "dnsbl_action": "drop",
            "dnsbl_sites": ["bl.test*2", "b.test"], "dnsbl_threshold": 2}"#,
    );
    visit.opens();
    visit.at(0.1).list_says(0, Says::Listed).has(ASK);
    visit.at(0.2).list_says(1, Says::Unlisted).then(&[]);
    visit.at(0.3).text_is(NAME, "spam").has("blocked using bl.test; spam");
}

#[test]
fn who_leaves_or_talks_meanwhile_is_refused_or_gone() {
    let mut visit = waited("drop", "");
    visit.at(6.0).wakes();
    visit.talks(b"EHLO x\r\n").then(&[]);
    visit.at(6.1).text_is(NAME, "spam").has("; spam");
    let mut visit = waited("drop", "");
    visit.at(6.0).wakes();
    visit.leaves().has("verdict HANGUP");
    visit.text_is(NAME, "spam").then(&[]);
}

#[test]
fn when_the_list_is_muted_meanwhile_the_client_waits_on_as_others_do() {
    let watched = r#", "dnsbl_watch_enable": true"#;
    let mut visit = waited("drop", watched);
    visit.at(6.0).wakes().has(ASK);
    visit.at(6.2).list_is_found(0, false).then(&[]);
    visit.at(6.3).text_is(NAME, "spam").has("log PASS NEW");
}
