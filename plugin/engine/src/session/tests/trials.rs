//! `dnsbl_trial_sites` and `trial_tests`: what is on trial decides nothing, and the log says what it would have done.

use super::CONNECT;
use super::visit::{Says, Visit};
use crate::line::TEXT_MAX;
use crate::policy::TRIAL_SITES_MAX;

const TEASE: &str = "tease 220-localhost ESMTP";
const SERVED: &[&str] = &["log PASS NEW [203.0.113.9]:4711", "verdict PASS NEW", "dial Backend"];

/// A list and an allowlist, and one of each on trial.
fn on_trial(more: &str) -> Visit {
    let mut visit = Visit::new(&format!(
        r#"{{"dnsbl_sites": ["bl.test*3", "wl.test*-2"], "dnsbl_trial_sites": ["new.test*3", "good.test*-5"],
            "dnsbl_threshold": 3, "dnsbl_allowlist_threshold": -2, "dnsbl_action": "drop"{more}}}"#
    ));
    visit.opens();
    visit
}

fn listed(list: &str, trial: &str) -> String {
    format!("log addr 203.0.113.9 listed by domain {list}.test as 127.0.0.2{trial}")
}

#[test]
fn a_list_on_trial_is_asked_beside_the_others_and_not_waited_for() {
    let policy = r#"{"dnsbl_sites": ["bl.test"], "dnsbl_trial_sites": ["new.test"], "greet_banner": ""}"#;
    let mut visit = Visit::new(policy);
    visit.opens().then(&[CONNECT, "ask 0", "ask 1"]);
    visit.list_says(0, Says::Unlisted).then(&[SERVED, &["remember 1;1700000060;1;1;1"]].concat());
    visit.list_says(1, Says::Listed).then(&[]);
}

#[test]
fn what_a_list_on_trial_says_ends_no_wait() {
    for says in [Says::Listed, Says::Unlisted, Says::Broken, Says::Silent] {
        let mut visit = Visit::new(
            r#"{"dnsbl_sites": ["bl.test"], "dnsbl_trial_sites": ["new.test"], "greet_banner": "",
                "dnsbl_early_verdict_enable": true}"#,
        );
        visit.opens();
        visit.list_says(1, says);
        assert!(!visit.is_decided(), "{says:?}");
        visit.list_says(0, Says::Unlisted).has("verdict PASS NEW");
    }
}

/// Who is listed where; and what the log says of the lists on trial.
#[test]
fn the_log_says_whom_lists_on_trial_would_have_treated_otherwise() {
    let trial = |rank: &str, effect: &str| {
        Some(format!("log TRIAL rank {rank} for [203.0.113.9]:4711: would {effect}"))
    };
    for (lists, verdict, expected) in [
        (&[][..], "PASS NEW", None),
        (&[0], "DNSBL", None),
        (&[1], "PASS NEW", None),
        (&[2], "PASS NEW", trial("3 in place of 0", "be blocked (new.test)")),
        (&[3], "PASS NEW", trial("-5 in place of 0", "be allowlisted (good.test)")),
        (&[2, 3], "PASS NEW", trial("-2 in place of 0", "be allowlisted (new.test, good.test)")),
        (&[0, 2], "DNSBL", None),
        (&[0, 3], "DNSBL", trial("-2 in place of 3", "be allowlisted (good.test)")),
        (&[3, 0, 2], "DNSBL", trial("1 in place of 3", "not be blocked (good.test, new.test)")),
        (&[2, 1], "PASS NEW", trial("1 in place of -2", "not be allowlisted (new.test)")),
        (&[1, 3], "PASS NEW", None),
    ] {
        for more in ["", r#", "dnsbl_frugal_enable": true"#, r#", "dnsbl_early_verdict_enable": true"#] {
            let mut visit = on_trial(more);
            let mut others: Vec<usize> = (0..4).filter(|list| !lists.contains(list)).collect();
            // Lists on trial first, because nobody waits for them.
            others.sort_by_key(|list| std::cmp::Reverse(*list));
            let mut answers: Vec<_> = lists.iter().map(|&list| (list, Says::Listed)).collect();
            answers.sort_by_key(|&(list, _)| list < 2);
            answers.extend(others.into_iter().map(|list| (list, Says::Unlisted)));
            answers.sort_by_key(|&(list, _)| list < 2);
            let mut seen = Vec::new();
            for (list, says) in answers {
                seen.extend(visit.list_says(list, says).lines().to_vec());
            }
            seen.extend(visit.at(6.0).wakes().lines().to_vec());
            let told: Vec<_> = seen.iter().filter(|line| line.contains("TRIAL ")).cloned().collect();
            assert_eq!(told, Vec::from_iter(expected.clone()), "{lists:?} {more}");
            assert!(seen.contains(&format!("verdict {verdict}")), "{lists:?} {more}: {seen:?}");
            for (list, name, suffix) in
                [(0, "bl", ""), (1, "wl", ""), (2, "new", " on trial"), (3, "good", " on trial")]
            {
                let is_told = seen.contains(&listed(name, suffix));
                assert_eq!(is_told, lists.contains(&list), "{lists:?} {more}: {seen:?}");
            }
        }
    }
}

#[test]
fn a_line_of_many_long_names_is_cut() {
    let name = |number: usize| format!("{}{number:02}.{}.test", "a".repeat(60), "b".repeat(60));
    let sites: Vec<_> = (0..TRIAL_SITES_MAX).map(|number| format!("\"{}\"", name(number))).collect();
    for (count, is_whole) in [(13, true), (14, true), (15, false), (TRIAL_SITES_MAX, false)] {
        let sites = sites[..count].join(", ");
        let mut visit = Visit::new(&format!(r#"{{"dnsbl_trial_sites": [{sites}]}}"#));
        visit.opens();
        (0..count).for_each(|list| _ = visit.list_says(list, Says::Listed));
        let line = visit.at(6.0).wakes().line(0);
        let line = line.strip_prefix("log ").unwrap();
        let begin = format!("TRIAL rank {count} in place of 0 for [203.0.113.9]:4711: would be blocked (aaa");
        assert!(line.starts_with(&begin), "{line}");
        assert_eq!(
            (line.ends_with(".test)"), line.len() == TEXT_MAX),
            (is_whole, !is_whole),
            "{}",
            line.len()
        );
    }
}

#[test]
fn a_refusal_that_lists_on_trial_would_have_spared_is_a_refusal_all_the_same() {
    let mut visit = on_trial("");
    visit.list_says(3, Says::Listed).then(&[&listed("good", " on trial")]);
    visit.list_says(0, Says::Listed);
    visit.at(6.0).wakes().then(&[
        "log DNSBL rank 3 for [203.0.113.9]:4711",
        "log TRIAL rank -2 in place of 3 for [203.0.113.9]:4711: would be allowlisted (good.test)",
        "dial Nobody",
        "say 521 5.7.1 Service unavailable; client [203.0.113.9] blocked using bl.test",
        "verdict DNSBL",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
}

#[test]
fn a_pass_lasts_as_long_as_without_lists_on_trial() {
    for says in [Says::Listed, Says::Unlisted, Says::Broken, Says::Silent] {
        let mut visit = on_trial("");
        visit.list_says(0, Says::Unlisted).list_says(1, Says::Unlisted).list_says(2, says);
        visit.at(6.0).wakes().has("remember 1700086406;1700000066;1;1;1");
    }
}

#[test]
fn a_list_that_comes_on_trial_voids_no_pass() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["bl.test"]}"#);
    visit.opens();
    visit.list_says(0, Says::Unlisted);
    visit.at(6.0).wakes().has("verdict PASS NEW");
    visit.backend_answers();
    visit.has_policy(r#"{"dnsbl_sites": ["bl.test"], "dnsbl_trial_sites": ["new.test"]}"#);
    visit.opens().has("verdict PASS OLD");
}

#[test]
fn with_frugality_lists_on_trial_are_asked_about_everybody_and_once() {
    let mut visit = Visit::new(
        r#"{"dnsbl_frugal_enable": true, "dnsbl_threshold": 3, "dnsbl_sites": ["a.test*3", "zen.test*4"],
            "dnsbl_trial_sites": ["new.test*3"]}"#,
    );
    visit.opens().then(&[CONNECT, TEASE, "ask 1", "ask 2"]);
    visit.list_says(2, Says::Unlisted).then(&[]);
    visit.list_says(1, Says::Unlisted).then(&["ask 0"]);
    visit.at(1.5).wakes().then(&[]);
}

#[test]
fn a_client_that_the_others_are_not_asked_about_is_none_for_lists_on_trial() {
    // Its pregreet pass has expired, not that of the lists.
    let policy = r#"{"dnsbl_sites": ["bl.test"], "dnsbl_trial_sites": ["new.test"]}"#;
    let mut visit = Visit::new(policy);
    visit.is_known([1_699_999_999, u32::MAX, 1, 1, 1]).opens().then(&[CONNECT, TEASE]);
}

#[test]
fn without_other_lists_those_on_trial_are_asked_while_a_client_waits_for_its_turn() {
    let mut visit = Visit::new(r#"{"dnsbl_trial_sites": ["new.test"]}"#);
    visit.opens().then(&[CONNECT, TEASE, "ask 0"]);
    visit.at(0.1).list_says(0, Says::Listed).then(&[&listed("new", " on trial")]);
    let told = "log TRIAL rank 1 in place of 0 for [203.0.113.9]:4711: would be blocked (new.test)";
    visit.at(6.0).wakes().then(&[&[told], SERVED, &["remember 1700086406;1;1;1;1"]].concat());
    visit.backend_answers();
    visit.opens().then(&[CONNECT, "log PASS OLD [203.0.113.9]:4711", "verdict PASS OLD", "dial Backend"]);
    // Nobody waits for its turn.
    let mut visit = Visit::new(r#"{"dnsbl_trial_sites": ["new.test"], "greet_banner": ""}"#);
    visit.opens().then(&[CONNECT, "verdict PASS", "dial Backend"]);
}

#[test]
fn a_list_on_trial_that_lists_everybody_is_found_out_and_says_nothing() {
    let mut visit = on_trial(r#", "dnsbl_watch_enable": true"#);
    visit.list_says(2, Says::Listed);
    visit.list_is_found(2, false);
    visit.list_says(0, Says::Unlisted).list_says(1, Says::Unlisted);
    visit.at(6.0).wakes().then(&[SERVED, &["remember 1700086406;1700000066;1;1;1"]].concat());
}

#[test]
fn a_sender_that_is_vouched_for_shows_what_a_list_on_trial_would_have_done() {
    let mut visit = on_trial(r#", "allow_spf": ["big.test"]"#);
    visit.list_says(2, Says::Listed).list_says(0, Says::Unlisted);
    visit.text_is("big.test", "v=spf1 ip4:203.0.113.0/24 -all");
    visit.has("log TRIAL rank 3 in place of 0 for [203.0.113.9]:4711: would be blocked (new.test)");
    visit.has("verdict PASS NEW");
}

#[test]
fn an_early_talker_is_served_as_if_ignored_and_the_log_says_what_was_spared_it() {
    for (action, told) in [("ignore", None), ("enforce", Some("enforce")), ("drop", Some("drop"))] {
        let mut visit =
            Visit::new(&format!(r#"{{"greet_action": "{action}", "trial_tests": ["pregreet"]}}"#));
        visit.opens();
        let told = told
            .map(|action| format!("log TRIAL pregreet for [203.0.113.9]:4711: would be refused ({action})"));
        let mut expected = vec!["log PREGREET 1 after 1.3 from [203.0.113.9]:4711: x"];
        expected.extend(told.as_deref());
        expected.extend(["verdict PASS", "dial Backend"]);
        visit.at(1.3).talks(b"x").then(&expected);
        assert_eq!(visit.remembered(), None);
    }
}

#[test]
fn a_listed_client_is_served_as_if_ignored_and_the_log_says_what_was_spared_it() {
    for (action, told) in [("ignore", None), ("enforce", Some("enforce")), ("drop", Some("drop"))] {
        for more in ["", r#", "dnsbl_early_verdict_enable": true, "dnsbl_reason_enable": true"#] {
            let mut visit = Visit::new(&format!(
                r#"{{"dnsbl_sites": ["bl.test"], "dnsbl_action": "{action}", "trial_tests": ["dnsbl"]{more}}}"#
            ));
            visit.opens();
            visit.list_says(0, Says::Listed).then(&[&listed("bl", "")]);
            let told = told
                .map(|action| format!("log TRIAL dnsbl for [203.0.113.9]:4711: would be refused ({action})"));
            let mut expected = vec!["log DNSBL rank 1 for [203.0.113.9]:4711"];
            expected.extend(told.as_deref());
            expected.extend(["verdict PASS", "dial Backend", "remember 1700086406;0;1;1;1"]);
            visit.at(6.0).wakes().then(&expected);
        }
    }
}

#[test]
fn a_deep_test_on_trial_defers_nobody() {
    let policy = r#"{"pipelining_enable": true, "non_smtp_command_enable": true, "bare_newline_enable": true,
        "trial_tests": ["pipelining", "non_smtp_command", "bare_newline"]}"#;
    let mut visit = Visit::new(policy);
    visit.opens();
    visit.at(6.0).wakes().then(&[SERVED, &["remember 1700086406;1;1;1;1"]].concat());
    // Nor one whose deep pass has expired.
    let mut visit = Visit::new(policy);
    visit.is_known([u32::MAX, 1, 1_600_000_000, 1, 1]).opens().has("verdict PASS OLD");
}

#[test]
fn a_deep_test_on_trial_watches_where_another_one_talks_and_gives_no_pass() {
    let mut visit = Visit::new(
        r#"{"pipelining_enable": true, "bare_newline_enable": true, "bare_newline_action": "drop",
            "trial_tests": ["pipelining"]}"#,
    );
    visit.opens();
    visit.at(6.0).wakes().has("say 220 localhost ESMTP");
    visit.talks(b"HELO x\r\nMAIL FROM:<>\r\n");
    visit.has(r"log COMMAND PIPELINING from [203.0.113.9]:4711 after HELO: MAIL FROM:<>\r\n");
    visit.has("log TRIAL pipelining for [203.0.113.9]:4711: would be refused (enforce)");
    visit.talks(b"RCPT TO:<a@b.example>\r\n").has("say 450 4.3.2 Service currently unavailable");
    visit.talks(b"QUIT\r\n").has("log PASS NEW");
    visit.has("remember 1700086406;1;1;1;1702592006");
}

#[test]
fn after_a_failure_a_test_on_trial_drops_nobody() {
    let mut visit = Visit::new(
        r#"{"greet_action": "enforce", "non_smtp_command_action": "drop", "trial_tests": ["non_smtp_command"]}"#,
    );
    visit.opens();
    visit.talks(b"GET / HTTP/1.1\r\n").has("log NON-SMTP COMMAND from ");
    visit.has("log TRIAL non_smtp_command for [203.0.113.9]:4711: would be refused (drop)");
    visit.talks(b"QUIT\r\n").has("verdict PREGREET");
    assert_eq!(visit.remembered(), None);
}
