//! Other policies on clients of yesterday, told in words.

use super::*;
use crate::client_record::{
    KnownFacts, KnownFrom, Left, ListRecord, ListWord, Part, Sessions, VERSION, VoucherRecord,
};
use std::net::Ipv4Addr;

/// A client that came for the first time, waited for six seconds, and was served.
fn polite() -> ClientRecord {
    ClientRecord {
        postscreen_record: VERSION,
        time: 1_700_000_000,
        milliseconds: 6_000,
        client: Some([203, 0, 113, 9].into()),
        client_port: 4711,
        server: Some([198, 51, 100, 1].into()),
        server_port: 25,
        verdict: "pass_new".to_owned(),
        served: true,
        sessions: Sessions { of_client: 1, all: 1, in_transit: 0 },
        ..ClientRecord::default()
    }
}

fn list(name: &str, answer: ListWord, addresses: &[[u8; 4]], answered_at: Option<u64>) -> ListRecord {
    ListRecord {
        list: name.to_owned(),
        answer,
        addresses: addresses.iter().map(|&address| Ipv4Addr::from(address)).collect(),
        ttl: Some(300),
        on_trial: false,
        score: 0,
        asked_at: 0,
        answered_at,
        trouble: None,
        muted: false,
    }
}

/// `PASS NEW after 6000`, and the doubts.
fn played(policy: &str, record: &ClientRecord) -> (String, Vec<String>) {
    let policy = Arc::new(Policy::unwatched(policy));
    let Replayed { verdict, served, milliseconds, doubts, .. } = replay(&policy, record);
    let fate = if served { "served" } else { "not served" };
    (format!("{verdict} after {milliseconds}, {fate}"), doubts.iter().map(Doubt::to_string).collect())
}

#[track_caller]
fn check(policy: &str, record: &ClientRecord, fate: &str, doubts: &[&str]) {
    let (played, doubted) = played(policy, record);
    assert_eq!((played.as_str(), doubted), (fate, doubts.iter().map(|&doubt| doubt.to_owned()).collect()));
}

#[test]
fn the_same_policy_does_the_same() {
    check("{}", &polite(), "PASS NEW after 6000, served", &[]);
}

#[test]
fn a_longer_wait_was_not_seen_and_a_shorter_one_was() {
    check(
        r#"{"greet_wait": "8s"}"#,
        &polite(),
        "PASS NEW after 8000, served",
        &["what the client does later was not seen"],
    );
    check(r#"{"greet_wait": "2s"}"#, &polite(), "PASS NEW after 2000, served", &[]);
}

#[test]
fn what_lists_said_is_worth_what_the_policy_says() {
    let mut record = polite();
    record.lists = vec![
        list("a.test", ListWord::Listed, &[[127, 0, 0, 2]], Some(20)),
        list("b.test", ListWord::NotListed, &[], Some(30)),
    ];
    let sites = r#""dnsbl_sites": ["a.test*2", "b.test"], "dnsbl_action": "drop""#;
    check(&format!(r#"{{{sites}, "dnsbl_threshold": 3}}"#), &record, "PASS NEW after 6000, served", &[]);
    check(&format!(r#"{{{sites}, "dnsbl_threshold": 2}}"#), &record, "DNSBL after 6000, not served", &[]);
    let other = r#"{"dnsbl_sites": ["a.test=127.0.0.3"], "dnsbl_action": "drop"}"#;
    check(other, &record, "PASS NEW after 6000, served", &[]);
}

#[test]
fn a_list_that_was_not_asked_is_a_doubt_if_it_could_decide() {
    let policy = r#"{"dnsbl_sites": ["a.test"], "dnsbl_action": "drop"}"#;
    check(policy, &polite(), "PASS NEW after 6000, served", &["a.test was not asked"]);
    let harmless = r#"{"dnsbl_sites": ["a.test"], "dnsbl_threshold": 5, "dnsbl_action": "drop"}"#;
    check(harmless, &polite(), "PASS NEW after 6000, served", &[]);
}

#[test]
fn a_list_that_had_not_answered_is_a_doubt_if_there_is_more_time() {
    let mut record = polite();
    record.lists = vec![list("a.test", ListWord::Pending, &[], None)];
    let policy =
        |wait| format!(r#"{{"dnsbl_sites": ["a.test"], "dnsbl_action": "drop", "greet_wait": "{wait}"}}"#);
    check(&policy("6s"), &record, "PASS NEW after 6000, served", &[]);
    let doubts = ["what the client does later was not seen", "a.test had not answered"];
    check(&policy("7s"), &record, "PASS NEW after 7000, served", &doubts);
}

#[test]
fn an_early_talker_is_judged_by_when_it_talked() {
    let mut record = polite();
    record.verdict = "pregreet".to_owned();
    (record.served, record.milliseconds) = (false, 3_000);
    record.said = vec![Part { at: 3_000, early: true, text: "EHLO x\\r\\n".to_owned(), more: 0 }];
    check(r#"{"greet_action": "drop"}"#, &record, "PREGREET after 3000, not served", &[]);
    check(r#"{"greet_action": "drop", "greet_wait": "2s"}"#, &record, "PASS NEW after 2000, served", &[]);
    check(r#"{"greet_action": "ignore"}"#, &record, "PASS after 3000, served", &[]);
}

#[test]
fn what_was_said_behind_the_greeting_is_said_behind_it() {
    let mut record = polite();
    record.verdict = "pregreet".to_owned();
    (record.served, record.milliseconds) = (false, 40);
    let part = |at, early, text: &str| Part { at, early, text: text.to_owned(), more: 0 };
    record.said = vec![
        part(10, true, "EHLO x\\r\\n"),
        part(20, false, "MAIL FROM:<a@b>\\r\\n"),
        part(30, false, "RCPT TO:<c@d>\\r\\n"),
        part(40, false, "QUIT\\r\\n"),
    ];
    check(r#"{"greet_action": "enforce"}"#, &record, "PREGREET after 40, not served", &[]);
    // Now a list has to be waited for. No pipelining comes of that.
    record.lists = vec![list("a.test", ListWord::NotListed, &[], Some(900))];
    let policy = r#"{"greet_action": "enforce", "dnsbl_sites": ["a.test"]}"#;
    let doubts = ["what the client does later was not seen"];
    check(policy, &record, "PREGREET after 900, not served", &doubts);
}

#[test]
fn a_deep_test_would_defer_who_was_served() {
    let doubts = ["what the client does later was not seen"];
    check(r#"{"pipelining_enable": true}"#, &polite(), "DEFERRED after 6000, not served", &doubts);
}

#[test]
fn a_dialogue_is_played_again() {
    let mut record = polite();
    record.verdict = "deferred".to_owned();
    (record.served, record.milliseconds) = (false, 6_400);
    let part = |at, text: &str| Part { at, early: false, text: text.to_owned(), more: 0 };
    record.said = vec![part(6_100, "EHLO x\\r\\n"), part(6_200, "NOOP\\n"), part(6_400, "QUIT\\r\\n")];
    let deep = |action| format!(r#"{{"bare_newline_enable": true, "bare_newline_action": "{action}"}}"#);
    check(&deep("ignore"), &record, "DEFERRED after 6400, not served", &[]);
    check(&deep("enforce"), &record, "BARE NEWLINE after 6400, not served", &[]);
    check(&deep("drop"), &record, "BARE NEWLINE after 6200, not served", &[]);
}

#[test]
fn who_said_more_than_is_kept_ends_as_it_did() {
    let mut record = polite();
    record.verdict = "command_count_limit".to_owned();
    (record.served, record.milliseconds) = (false, 9_000);
    record.said = vec![Part { at: 6_100, early: false, text: "EHLO x\\r\\n".to_owned(), more: 900 }];
    let doubts = ["the client said more than the record holds"];
    let policy = r#"{"bare_newline_enable": true}"#;
    check(policy, &record, "COMMAND COUNT LIMIT after 9000, not served", &doubts);
}

#[test]
fn who_left_leaves_again() {
    let mut record = polite();
    record.verdict = "hangup".to_owned();
    (record.served, record.milliseconds) = (false, 4_000);
    record.left = vec![Left { at: 4_000, early: true, half: false }];
    check("{}", &record, "HANGUP after 4000, not served", &[]);
    check(r#"{"greet_wait": "3s"}"#, &record, "PASS NEW after 3000, served", &[]);
}

#[test]
fn a_pass_counts_under_the_lists_that_gave_it() {
    let mut record = polite();
    record.verdict = "pass_old".to_owned();
    record.milliseconds = 0;
    let old = Arc::new(Policy::unwatched(r#"{"dnsbl_sites": ["a.test"]}"#));
    let until = 1_700_000_900;
    record.known = KnownFacts {
        from: KnownFrom::EarlierVisits,
        stamps: [until, until, 1, 1, 1],
        lists: old.lists_id(),
        spared: 0,
    };
    check(r#"{"dnsbl_sites": ["a.test"]}"#, &record, "PASS OLD after 0, served", &[]);
    let other = r#"{"dnsbl_sites": ["b.test"], "dnsbl_action": "drop"}"#;
    check(other, &record, "PASS OLD after 0, served", &["b.test was not asked"]);
}

#[test]
fn a_limit_is_compared_with_the_sessions_that_there_were() {
    let mut record = polite();
    record.sessions.of_client = 4;
    for (limit, fate) in [
        (3, "TOO MANY CONNECTIONS after 0, not served"),
        (4, "PASS NEW after 6000, served"),
        (5, "PASS NEW after 6000, served"),
    ] {
        check(&format!(r#"{{"client_connection_count_limit": {limit}}}"#), &record, fate, &[]);
    }
}

#[test]
fn senders_that_nobody_looked_for_are_a_doubt() {
    let mut record = polite();
    let policy = r#"{"allow_spf": ["sender.test"]}"#;
    let doubts = ["whether a sender of allow_spf vouches for it is not known"];
    check(policy, &record, "PASS NEW after 6000, served", &doubts);
    record.senders = vec!["sender.test".to_owned()];
    check(policy, &record, "PASS NEW after 6000, served", &[]);
    record.voucher = Some(VoucherRecord { sender: "sender.test".to_owned(), at: 0, ttl: 60 });
    check(policy, &record, "PASS NEW after 0, served", &[]);
}

#[test]
fn records_of_another_format_and_of_nobody_stay_what_they_were() {
    let mut record = polite();
    record.postscreen_record = 2;
    check("{}", &record, "PASS NEW after 6000, served", &["its record has the format 2"]);
    record.postscreen_record = VERSION;
    (record.client, record.served) = (None, false);
    record.verdict = "no_resources".to_owned();
    check("{}", &record, "NO RESOURCES after 6000, not served", &[]);
}
