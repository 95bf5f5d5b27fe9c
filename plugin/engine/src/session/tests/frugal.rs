//! `dnsbl_frugal_enable`: which lists are asked, and when.

use super::CONNECT;
use super::visit::{Says, Visit};

const TEASE: &str = "tease 220-localhost ESMTP";

fn frugal(more: &str) -> Visit {
    let mut visit = Visit::new(&format!(
        r#"{{"dnsbl_frugal_enable": true, "dnsbl_threshold": 3, "dnsbl_action": "drop",
            "dnsbl_sites": ["a.test", "zen.test*3", "b.test*2", "wl.test*-4", "c.test"]{more}}}"#
    ));
    visit.opens();
    visit
}

#[test]
fn the_heaviest_and_the_allowlists_come_first_and_then_the_fewest_that_could_block() {
    let mut visit = frugal("");
    visit.then(&[CONNECT, TEASE, "ask 1", "ask 3"]);
    visit.list_says(1, Says::Unlisted).then(&[]);
    visit.list_says(3, Says::Unlisted).then(&["ask 2", "ask 0"]);
    visit.list_says(2, Says::Listed).has("listed by domain b.test");
    visit.list_says(0, Says::Unlisted).then(&["ask 4"]);
    visit.list_says(4, Says::Listed).then(&["log addr 203.0.113.9 listed by domain c.test as 127.0.0.2"]);
    visit.at(6.0).wakes().has("log DNSBL rank 3 for ");
}

#[test]
fn once_the_verdict_is_certain_nothing_more_is_asked() {
    // Blocked, whatever the others say.
    let mut visit = frugal("");
    visit.list_says(1, Says::Listed);
    visit.list_says(3, Says::Unlisted).then(&[]);
    visit.at(1.5).wakes().then(&[]);
    visit.at(6.0).wakes().has("verdict DNSBL");
    // Not blocked, whatever the others say: without the shortcut for allowlisted clients there is nothing else to know.
    let mut visit = frugal("");
    visit.list_says(1, Says::Unlisted);
    visit.list_says(3, Says::Listed).then(&["log addr 203.0.113.9 listed by domain wl.test as 127.0.0.2"]);
    visit.at(1.5).wakes().then(&[]);
    visit.at(6.0).wakes().has("log PASS NEW");
}

#[test]
fn after_a_quarter_of_the_wait_all_that_are_left_are_asked() {
    let mut visit = frugal("");
    visit.list_says(3, Says::Unlisted).then(&[]);
    visit.at(1.499).wakes().then(&[]);
    visit.at(1.5).wakes().then(&["ask 2", "ask 0", "ask 4"]);
    visit.at(2.0).list_says(2, Says::Listed);
    visit.list_says(0, Says::Listed);
    visit.at(6.0).wakes().has("log DNSBL rank 3 for ");

    let mut visit = frugal(r#", "greet_wait": "20s""#);
    visit.at(4.999).wakes().then(&[]);
    visit.at(5.0).wakes().then(&["ask 2", "ask 0", "ask 4"]);
}

#[test]
fn with_early_verdicts_a_zombie_costs_few_questions_and_little_time() {
    let mut visit = frugal(r#", "dnsbl_early_verdict_enable": true"#);
    visit.at(0.02).list_says(1, Says::Listed);
    visit.at(0.03).list_says(3, Says::Unlisted).has("verdict DNSBL");
    assert!(visit.is_over());
}

#[test]
fn a_list_in_trouble_is_an_answer_and_a_silent_one_is_none() {
    let mut visit = frugal(r#", "dnsbl_timeout": "1s""#);
    visit.list_says(1, Says::Broken).has("lookup error for 203.0.113.9 at zen.test");
    visit.at(1.0).list_says(3, Says::Silent).has("ask 2");
}

#[test]
fn when_the_list_that_made_it_certain_is_muted_the_others_are_asked_after_all() {
    let mut visit = frugal(r#", "dnsbl_watch_enable": true, "dnsbl_early_verdict_enable": true"#);
    visit.list_says(3, Says::Unlisted);
    visit.list_says(1, Says::Listed).then(&["log addr 203.0.113.9 listed by domain zen.test as 127.0.0.2"]);
    visit.at(0.2).list_is_found(1, false).then(&["ask 2", "ask 0"]);
    visit.list_says(2, Says::Listed);
    visit.at(0.3).list_is_found(2, true).then(&[]);
    visit.list_says(0, Says::Listed).has("listed by domain a.test");
    visit.at(0.4).list_is_found(0, true).has("log DNSBL rank 3 for ");
}
