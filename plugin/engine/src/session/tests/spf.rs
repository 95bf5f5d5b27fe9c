//! `allow_spf`: clients for whom a sender vouches.

use super::CONNECT;
use super::visit::{Says, Visit};

const RECORD: &str = "v=spf1 ip4:203.0.113.0/24 -all";
const ASK: &str = "ask a.test TXT";
const TEASE: &str = "tease 220-localhost ESMTP";
const DEEP: &str =
    r#", "pipelining_enable": true, "non_smtp_command_enable": true, "bare_newline_enable": true"#;
const VOUCHED: &[&str] = &[
    "log SPF PASS a.test for [203.0.113.9]:4711",
    "log PASS NEW [203.0.113.9]:4711",
    "verdict PASS NEW",
    "dial Backend",
];

fn visit(more: &str) -> Visit {
    let mut visit = Visit::new(&format!(r#"{{"allow_spf": ["a.test"]{more}}}"#));
    visit.opens();
    visit
}

fn listed(more: &str) -> Visit {
    let mut visit = visit(&format!(r#", "dnsbl_sites": ["bl.test"], "dnsbl_action": "drop"{DEEP}{more}"#));
    visit.at(0.1).list_says(0, Says::Listed);
    visit
}

fn after(visit: &Visit, expected: &[&str]) {
    let lines: Vec<_> = (0..expected.len()).map(|index| visit.line(index)).collect();
    assert_eq!(lines, expected);
}

#[test]
fn whom_a_sender_vouches_for_needs_no_wait_and_no_test() {
    for more in ["", DEEP] {
        let mut visit = visit(more);
        visit.then(&[CONNECT, TEASE, ASK]);
        visit.at(0.1).text_is("a.test", RECORD);
        after(&visit, VOUCHED);
        visit.has("remember 1700000300;1;1700000300;1700000300;1700000300");
        visit.backend_answers();
        visit.at(300.0).opens().has("verdict PASS OLD");
    }
}

#[test]
fn a_record_that_is_known_decides_at_once() {
    let mut visit = visit(DEEP);
    visit.text_is("a.test", RECORD).backend_answers();
    visit.comes_from("203.0.113.10:4711").opens();
    visit.has("log SPF PASS a.test for [203.0.113.10]:4711");
    visit.has("dial Backend");
}

#[test]
fn others_wait_for_their_turn() {
    for record in ["v=spf1 ip4:198.51.100.0/24 -all", "v=spf1 foo", "some text"] {
        let mut visit = visit("");
        visit.at(0.1).text_is("a.test", record);
        assert!(!visit.is_decided(), "{record}");
        visit.at(6.0).wakes().has("log PASS NEW");
    }
    let mut visit = visit("");
    visit
        .text_is("a.test", "v=spf1 foo")
        .has("log warning: allow_spf: a.test lets nobody in: permerror: a.test: foo");
}

#[test]
fn lists_that_may_still_block_the_client_are_waited_for() {
    let lists = r#", "dnsbl_sites": ["bl.test*2", "b.test"], "dnsbl_threshold": 2"#;
    let mut visit = visit(lists);
    visit.at(0.1).text_is("a.test", RECORD).then(&[]);
    visit.list_says(0, Says::Unlisted);
    after(&visit, VOUCHED);
    // The lists have the DNSBL pass, too.
    visit.has("remember 1700000300;1700000300;1700000300;1700000300;1700000300");
}

#[test]
fn who_is_listed_above_the_threshold_is_refused_as_ever() {
    let mut visit = listed("");
    visit.text_is("a.test", RECORD).then(&[]);
    visit.at(6.0).wakes().has("verdict DNSBL");
    let mut visit = listed(r#", "dnsbl_early_verdict_enable": true"#);
    assert!(visit.is_over());
    visit.text_is("a.test", RECORD).then(&[]);
}

#[test]
fn below_the_threshold_a_listing_does_not_matter() {
    let mut visit = listed(r#", "dnsbl_threshold": 2"#);
    visit.text_is("a.test", RECORD);
    after(&visit, VOUCHED);
}

#[test]
fn even_a_listed_one_is_served_where_the_operator_says_so() {
    let mut visit = listed(r#", "allow_spf_listed": true"#);
    visit.text_is("a.test", RECORD);
    after(&visit, VOUCHED);
}

#[test]
fn an_early_talker_gets_nothing_from_it() {
    for (action, expected) in [("ignore", "dial Nobody"), ("enforce", "dial Nobody")] {
        let lists = r#", "dnsbl_sites": ["bl.test"]"#;
        let mut visit = visit(&format!(r#", "greet_action": "{action}"{lists}{DEEP}"#));
        visit.talks(b"NOOP\r\n").has("log PREGREET 6 ");
        visit.text_is("a.test", RECORD).then(&[]);
        visit.at(6.0).wakes();
        visit.has(expected);
        assert!(!visit.outputs.iter().any(|output| format!("{output:?}").contains("SPF PASS")), "{action}");
    }
}

#[test]
fn while_a_list_is_silent_it_is_served_at_the_end_of_the_wait_and_spared_the_rest() {
    let mut visit = visit(&format!(r#", "dnsbl_sites": ["bl.test"], "dnsbl_action": "drop"{DEEP}"#));
    visit.at(0.1).text_is("a.test", RECORD).then(&[]);
    visit.at(5.999).wakes().then(&[]);
    visit.at(6.0).wakes();
    after(&visit, VOUCHED);
}
