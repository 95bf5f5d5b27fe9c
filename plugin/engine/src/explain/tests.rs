mod agreement;

use super::*;
use crate::verdict::Verdict;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::net::Ipv4Addr;

const NOW: u64 = 1_700_000_000;
const CLIENT: &str = "203.0.113.9";

/// A list's answer at once: these addresses, or none.
fn says(policy: &Policy, index: usize, client: IpAddr, addresses: &[Ipv4Addr]) -> ListReply {
    let question = Message::from_octets(questions(policy, client)[index].clone().unwrap()).unwrap();
    let rcode = if addresses.is_empty() { Rcode::NXDOMAIN } else { Rcode::NOERROR };
    let mut answer = MessageBuilder::new_vec().start_answer(&question, rcode).unwrap();
    let owner = question.sole_question().unwrap().into_qname();
    for &address in addresses {
        answer.push((&owner, Ttl::from_secs(300), A::new(address))).unwrap();
    }
    ListReply::Asked { message: Ok(answer.finish()), after: Duration::from_millis(20) }
}

fn policy(json: &str) -> Policy {
    Policy::unwatched(json)
}

fn explained(json: &str, answers: &[&[Ipv4Addr]], change: impl FnOnce(&mut ClientFacts<'_>)) -> Explanation {
    let policy = policy(json);
    let client = CLIENT.parse().unwrap();
    let says = |(index, addresses): (usize, &&[Ipv4Addr])| says(&policy, index, client, addresses);
    let replies: Vec<_> = answers.iter().enumerate().map(says).collect();
    let mut case = ClientFacts {
        client,
        server: None,
        record: None,
        unix: NOW,
        replies: &replies,
        sender_replies: &DnsReplies::new(),
    };
    change(&mut case);
    explain(&policy, &case)
}

const LISTED: &[Ipv4Addr] = &[Ipv4Addr::new(127, 0, 0, 2)];
const UNLISTED: &[Ipv4Addr] = &[];

#[test]
fn a_new_client_waits_and_is_served() {
    let told = explained("{}", &[], |_| {});
    assert!(told.outcome.served);
    assert_eq!((told.outcome.verdict, told.outcome.waits), (Verdict::PassNew, Duration::from_secs(6)));
    assert_eq!(told.outcome.remembered.unwrap().stamps(), [1_700_086_406, 1, 1, 1, 1]);
    assert_eq!(told.tests[0].1, TestState::NeverPassed);
    assert_eq!(told.tests[1].1, TestState::Disabled);
}

#[test]
fn the_rule_and_the_network_are_named() {
    let json = r#"{"access_list": [{"cidr": "192.0.2.0/24", "action": "reject"}, "permit_mynetworks"],
        "mynetworks": ["!203.0.113.1", "203.0.113.0/24"]}"#;
    let told = explained(json, &[], |_| {});
    let found = told.access.unwrap();
    assert_eq!((found.index, found.rule.to_string()), (1, "permit_mynetworks".to_owned()));
    assert_eq!(found.network.unwrap().to_string(), "203.0.113.0/24");
    assert_eq!((told.outcome.verdict, told.outcome.waits), (Verdict::Allowlisted, Duration::ZERO));
    let told = explained(json, &[], |case| case.client = "192.0.2.7".parse().unwrap());
    assert_eq!(told.access.unwrap().rule.to_string(), "192.0.2.0/24 reject");
    let told = explained(json, &[], |case| case.client = "203.0.113.1".parse().unwrap());
    assert_eq!(told.access, None);
}

#[test]
fn a_dropped_client_gets_one_reply_and_an_enforced_one_a_dialogue() {
    for (action, turned_away, reply) in [
        ("drop", true, "521 5.7.1 Service unavailable; client [203.0.113.9] blocked using a.test"),
        ("enforce", false, "550 5.7.1 Service unavailable; client [203.0.113.9] blocked using a.test"),
    ] {
        let json = format!(r#"{{"dnsbl_sites": ["a.test*2", "b.test"], "dnsbl_action": "{action}"}}"#);
        let told = explained(&json, &[LISTED, UNLISTED], |_| {});
        assert_eq!((told.score.total, told.blamed.as_deref()), (2, Some("a.test")));
        assert!(!told.outcome.served && told.outcome.turned_away == turned_away, "{action}");
        assert_eq!(told.outcome.verdict, Verdict::Dnsbl);
        assert_eq!(told.outcome.reply.as_deref(), Some(reply));
        assert_eq!(told.outcome.remembered, None);
    }
}

#[test]
fn tests_that_need_a_dialogue_defer_the_first_mail() {
    let told = explained(r#"{"bare_newline_enable": true, "soft_bounce": true}"#, &[], |_| {});
    assert!(!told.outcome.served && !told.outcome.turned_away);
    assert_eq!(told.outcome.verdict, Verdict::Deferred);
    assert_eq!(told.outcome.reply.as_deref(), Some("450 4.3.2 Service currently unavailable"));
    let remembered = told.outcome.remembered;
    let again = explained(r#"{"bare_newline_enable": true}"#, &[], |case| case.record = remembered);
    assert_eq!((again.outcome.served, again.outcome.verdict), (true, Verdict::PassOld));
}

#[test]
fn an_address_where_no_pass_is_earned_defers() {
    let json = r#"{"allowlist_interfaces": ["198.51.100.1"]}"#;
    for (server, allowed) in [(None, true), (Some("198.51.100.1"), true), (Some("198.51.100.2"), false)] {
        let told = explained(json, &[], |case| case.server = server.map(|server| server.parse().unwrap()));
        assert_eq!((told.interface_allowed, told.outcome.served), (allowed, allowed), "{server:?}");
    }
}

#[test]
fn a_late_answer_is_shown_and_does_not_count() {
    let policy = policy(r#"{"dnsbl_sites": ["a.test", "b.test"], "dnsbl_action": "drop"}"#);
    let client = CLIENT.parse().unwrap();
    let at = |index, millis| match says(&policy, index, client, LISTED) {
        ListReply::Asked { message, .. } => {
            ListReply::Asked { message, after: Duration::from_millis(millis) }
        }
        ListReply::NotAsked => ListReply::NotAsked,
    };
    for (millis, score, counts) in [(5_999, 1, true), (6_000, 0, false), (6_001, 0, false)] {
        let replies = [at(0, millis), ListReply::NotAsked];
        let case = ClientFacts {
            client,
            server: None,
            record: None,
            unix: NOW,
            replies: &replies,
            sender_replies: &DnsReplies::new(),
        };
        let told = explain(&policy, &case);
        assert_eq!((told.score.total, told.lists[0].counts), (score, counts), "{millis}");
        assert!(told.lists[0].entries[0].matches);
        assert_eq!(told.outcome.served, !counts);
        assert_eq!(told.lists[1].answer, ListAnswer::NotAsked);
    }
}

#[test]
fn nobody_waits_longer_than_mail_clients_do() {
    for (wait, verdict, waits) in [
        ("299s", Verdict::PassNew, 299),
        ("300s", Verdict::PassNew, 300),
        ("301s", Verdict::Hangup, 300),
        ("2147483647s", Verdict::Hangup, 300),
    ] {
        let told = explained(&format!(r#"{{"greet_wait": "{wait}"}}"#), &[], |_| {});
        assert_eq!((told.outcome.verdict, told.outcome.waits.as_secs()), (verdict, waits), "{wait}");
    }
}

#[test]
fn a_record_is_read_as_postscreen_writes_it() {
    let read = |text| parse_record(text).map(Record::stamps);
    assert_eq!(read("1795435881;0;1;1;7\n"), Ok([1_795_435_881, 0, 1, 1, 7]));
    assert_eq!(read("1795435881;5"), Ok([1_795_435_881, 5, 1, 1, 1]));
    for text in ["", "x", "1;2;3;4;5;6", "1;;1;1;1", "-1;1;1;1;1", "+1", "99999999999999999999"] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn a_standing_says_the_same_as_the_record() {
    let enabled = [Test::Pregreet].into_iter().collect();
    for (stamp, expected) in [
        (0, TestState::NeverPassed),
        (1, TestState::NeverPassed),
        (99, TestState::ExpiredSince(99)),
        (100, TestState::ValidUntil(100)),
    ] {
        let record = Record::from_stamps([stamp; 5]);
        assert_eq!(TestState::of(record, Test::Pregreet, enabled, 100), expected);
        assert_eq!(TestState::of(record, Test::Dnsbl, enabled, 100), TestState::Disabled);
    }
}

#[test]
fn a_list_on_trial_adds_nothing_and_what_it_would_have_changed_is_told() {
    let json = r#"{"dnsbl_sites": ["a.test"], "dnsbl_trial_sites": ["new.test*2"], "dnsbl_threshold": 3,
        "dnsbl_action": "drop"}"#;
    for (answers, total, would_be) in
        [([LISTED, LISTED], 1, Some(3)), ([LISTED, UNLISTED], 1, None), ([UNLISTED, LISTED], 0, None)]
    {
        let told = explained(json, &answers, |_| {});
        assert_eq!((told.outcome.verdict, told.score.total), (Verdict::PassNew, total));
        assert_eq!(told.lists.iter().map(|list| list.on_trial).collect::<Vec<_>>(), [false, true]);
        let trial = told.trial.map(|trial| (trial.total_with_trials, trial.effect, trial.lists));
        assert_eq!(trial, would_be.map(|total| (total, crate::dnsbl::TrialEffect::Blocked, vec![1])));
    }
}
