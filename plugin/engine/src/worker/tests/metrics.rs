//! What is measured, over whole visits.

use super::host::{alone, client, counted, questions, samples};
use super::lists::{LISTS, fails, listed_by};
use crate::io::{DnsFailure, Input, Output, Task};
use crate::metric::{Counter, Gauge};
use crate::worker::meter::{LAG, LONG_LAG};

const LISTED: &str = "zone=.=bl.test;.;answer=.=listed;.;postscreen_list_answers_total";
const ERROR: &str = "zone=.=other.test;.;answer=.=error;.;postscreen_list_answers_total";
const TIMEOUT: &str = "zone=.=other.test;.;answer=.=timeout;.;postscreen_list_answers_total";
const UNIQUE: &str = "zone=.=bl.test;.;postscreen_list_unique_hits_total";
const OTHERS_UNIQUE: &str = "zone=.=other.test;.;postscreen_list_unique_hits_total";
const ANSWER_TIME: &str = "zone=.=bl.test;.;postscreen_list_answer_milliseconds";
const VERDICT_TIME: &str = "postscreen_verdict_milliseconds";

fn verdicts(verdict: &str) -> String {
    format!("verdict=.={verdict};.;postscreen_verdicts_total")
}

fn level(tasks: &[Task], gauge: Gauge) -> Option<u32> {
    tasks.iter().find_map(|task| match &task.output {
        Output::Gauge(name, value) if name.as_str() == gauge.name() => Some(*value),
        _ => None,
    })
}

#[test]
fn one_visit_is_told_when_it_is_over() {
    let mut host = alone(LISTS);
    let mut told = host.opens(1, client(1));
    let asked = questions(&told);
    assert_eq!(level(&told, Gauge::CachePlaces), Some(65_536));
    told.extend(listed_by(host.at(20), 0, asked[0], 300));
    told.extend(fails(host.at(50), asked[1]));
    assert_eq!(samples(&told, ANSWER_TIME), [20], "at once");
    assert!(!told.iter().any(|task| matches!(task.output, Output::Count(..))), "later");
    let told = host.at(6_000).wakes();
    assert_eq!(counted(&told, Counter::CacheMiss.name()), 0, "it can wait for the next one");
    for (series, by) in [
        (Counter::Connect.name(), 1),
        (Counter::DnsQuestion.name(), 2),
        (Counter::DnsListed.name(), 1),
        (Counter::DnsError.name(), 1),
        (Counter::DnsblBlocked.name(), 1),
        (LISTED, 1),
        (ERROR, 1),
        (UNIQUE, 1),
        ("test=.=dnsbl;.;postscreen_failed_tests_total", 1),
        (&verdicts("dnsbl"), 1),
    ] {
        assert_eq!(counted(&told, series), by, "{series}");
    }
    assert_eq!(samples(&told, VERDICT_TIME), [6_000]);
}

#[test]
fn while_clients_are_held_counts_wait_for_a_second() {
    let mut host = alone("{}");
    host.opens(1, client(1));
    let lag = u64::try_from(LAG.as_millis()).unwrap();
    assert_eq!(counted(&host.at(lag - 1).opens(2, client(2)), Counter::Connect.name()), 0);
    assert_eq!(counted(&host.at(lag).wakes(), Counter::Connect.name()), 2);
}

#[test]
fn the_end_of_the_worker_leaves_no_count_behind() {
    let mut host = alone("{}");
    host.opens(1, client(1));
    let now = host.now();
    let told = host.worker.close(now);
    assert_eq!((counted(&told, Counter::Connect.name()), counted(&told, &verdicts("hangup"))), (1, 1));
    assert_eq!(counted(&told, Counter::CacheMiss.name()), 1);
}

#[test]
fn a_hit_is_unique_if_no_other_list_of_its_sign_has_the_client() {
    let mut host = alone(LISTS);
    let asked = questions(&host.opens(1, client(1)));
    listed_by(&mut host, 0, asked[0], 300);
    listed_by(&mut host, 1, asked[1], 300);
    let told = host.at(6_000).wakes();
    assert_eq!((counted(&told, UNIQUE), counted(&told, OTHERS_UNIQUE)), (0, 0), "both know it");

    let mut host = alone(LISTS);
    let asked = questions(&host.opens(1, client(1)));
    listed_by(&mut host, 0, asked[0], 300);
    let answer = Err(DnsFailure::Timeout);
    host.give(0, Input::DnsAnswer { question: asked[1], answer });
    let told = host.at(6_000).wakes();
    assert_eq!((counted(&told, UNIQUE), counted(&told, OTHERS_UNIQUE), counted(&told, TIMEOUT)), (1, 0, 1));

    let allowlist = LISTS.replace("other.test", "other.test*-1");
    let mut host = alone(&allowlist);
    let asked = questions(&host.opens(1, client(1)));
    listed_by(&mut host, 0, asked[0], 300);
    listed_by(&mut host, 1, asked[1], 300);
    let told = host.at(6_000).wakes();
    assert_eq!((counted(&told, UNIQUE), counted(&told, OTHERS_UNIQUE)), (1, 1), "one of each sign");
}

#[test]
fn passes_are_hits_and_take_places_until_there_are_none() {
    let mut host = alone(r#"{"greet_wait": "1s", "cache": {"buckets": 1}}"#);
    let mut told = Vec::new();
    for number in 1..=9 {
        told.extend(host.opens(number, client(u8::try_from(number).unwrap())));
        let later = host.millis + 1_000;
        told.extend(host.at(later).wakes());
        told.extend(host.give(number, Input::BackendAnswered));
    }
    assert_eq!(level(&told, Gauge::CachePlaces), Some(8));
    assert_eq!(counted(&told, Counter::CacheEviction.name()), 1);
    let long_after = host.millis + u64::try_from(LONG_LAG.as_millis()).unwrap();
    told.extend(host.at(long_after).opens(10, client(9)));
    assert_eq!(counted(&told, Gauge::CacheClients.name()), 8);
    assert_eq!((counted(&told, Counter::CacheMiss.name()), counted(&told, Counter::CacheHit.name())), (9, 1));
    assert_eq!(counted(&told, &verdicts("pass_old")), 1);
    assert_eq!(samples(&told, VERDICT_TIME), [1_000; 9], "the last one had not to wait");
}

#[test]
fn a_pass_that_has_ended_is_not_missed() {
    let mut host = alone(r#"{"greet_wait": "1s", "greet_ttl": "1m", "cache": {"buckets": 1}}"#);
    for number in 1..=8 {
        host.opens(number, client(u8::try_from(number).unwrap()));
    }
    host.at(1_000).wakes();
    (1..=8).for_each(|number| _ = host.give(number, Input::BackendAnswered));
    // Those of the first minute, to the second, are still good.
    for (at, evicted) in [(59_000, 1), (63_000, 0)] {
        host.at(at).opens(at, client(u8::try_from(at / 1_000).unwrap()));
        let told = host.at(at + 1_000).wakes();
        let told = [told, host.give(at, Input::BackendAnswered)].concat();
        assert_eq!(counted(&told, Counter::CacheEviction.name()), evicted, "at {at}");
    }
}

#[test]
fn another_policy_brings_its_own_series() {
    let mut host = alone(LISTS);
    host.opens(1, client(1));
    host.worker.set_policy(super::host::policy(r#"{"dnsbl_sites": ["new.test"], "cache": {"buckets": 2}}"#));
    let told = host.opens(2, client(2));
    assert_eq!(level(&told, Gauge::CachePlaces), Some(16));
    fails(&mut host, questions(&told)[0]);
    let told = host.at(6_000).wakes();
    let errors = "zone=.=new.test;.;answer=.=error;.;postscreen_list_answers_total";
    assert_eq!((counted(&told, errors), counted(&told, Counter::Connect.name())), (1, 2));
}

#[test]
fn lists_on_trial_are_counted_by_what_they_would_have_done_and_are_nobody_s_rivals() {
    let mut host = alone(
        r#"{"dnsbl_sites": ["bl.test*2", "other.test"], "dnsbl_trial_sites": ["new.test*2", "good.test*-9"],
            "dnsbl_threshold": 2, "dnsbl_allowlist_threshold": -5}"#,
    );
    for (number, lists, counter) in [
        (1_u8, &[0, 2][..], None),
        (2, &[2], Some(Counter::TrialBlocked)),
        (3, &[0, 3], Some(Counter::TrialAllowlisted)),
        (4, &[0, 1, 3, 2], Some(Counter::TrialNotBlocked)),
    ] {
        let begin = u64::from(number) * 100_000;
        let mut told = host.at(begin).opens(number.into(), client(1));
        for (list, question) in questions(&told).into_iter().enumerate() {
            let is_on_trial = list >= 2;
            let tasks = match (lists.contains(&list), is_on_trial) {
                (true, _) => listed_by(&mut host, list, question, 1),
                (false, true) => fails(&mut host, question),
                (false, false) => Vec::new(),
            };
            told.extend(tasks);
        }
        told.extend(host.at(begin + 6_000).wakes());
        told.extend(host.give(number.into(), Input::ClientClosed));
        let counters = [Counter::TrialBlocked, Counter::TrialAllowlisted, Counter::TrialNotBlocked];
        for each in counters {
            assert_eq!(counted(&told, each.name()), u32::from(Some(each) == counter), "{number}: {each:?}");
        }
        let trials = "zone=.=new.test;.;answer=.=listed;.;postscreen_list_answers_total";
        assert_eq!(counted(&told, trials), u32::from(lists.contains(&2)), "{number}");
        assert_eq!(counted(&told, "zone=.=new.test;.;postscreen_list_unique_hits_total"), 0);
    }
}

#[test]
fn a_hit_is_unique_once_whatever_lists_on_trial_say_later() {
    let mut host = alone(
        r#"{"dnsbl_sites": ["bl.test*2", "other.test"], "dnsbl_trial_sites": ["new.test"],
            "dnsbl_threshold": 2, "dnsbl_action": "drop"}"#,
    );
    let mut told = host.opens(1, client(1));
    let asked = questions(&told);
    told.extend(listed_by(&mut host, 0, asked[0], 300));
    told.extend(fails(&mut host, asked[1]));
    told.extend(listed_by(&mut host, 2, asked[2], 300));
    told.extend(host.at(6_000).wakes());
    assert_eq!(counted(&told, UNIQUE), 1);
}

#[test]
fn a_failed_test_on_trial_is_counted_as_failed_and_as_one_on_trial() {
    for (action, on_trial) in [("ignore", 0), ("drop", 1)] {
        let mut host = alone(&format!(r#"{{"greet_action": "{action}", "trial_tests": ["pregreet"]}}"#));
        let mut told = host.opens(1, client(1));
        told.extend(host.give(1, Input::ClientBytes(b"x")));
        told.extend(host.give(1, Input::BackendAnswered));
        assert_eq!(counted(&told, "test=.=pregreet;.;postscreen_failed_tests_total"), 1);
        assert_eq!(counted(&told, "test=.=pregreet;.;postscreen_trial_failed_tests_total"), on_trial);
    }
}
