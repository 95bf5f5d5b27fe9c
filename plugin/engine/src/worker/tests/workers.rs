//! Two workers that share their data.

use super::DIAL;
use super::host::{SomeHost, client, has, lines, questions};
use crate::io::{DnsFailure, Input, Output, Task};
use crate::metric::Gauge;
use crate::registry::totals;
use crate::shared::Memory;
use crate::verdict::Verdict;
use std::net::IpAddr;
use std::rc::Rc;

type SharingHost = SomeHost<Rc<Memory>>;

fn two(first: &str, second: &str) -> (SharingHost, SharingHost) {
    let memory = Rc::<Memory>::default();
    (SomeHost::new(&memory, first), SomeHost::new(&memory, second))
}

/// A client of its own for every number below 256.
fn stranger(number: u64) -> IpAddr {
    client(u8::try_from(number).unwrap())
}

/// Wakes a host at every deadline until then.
fn go_on(host: &mut SharingHost, until: u64) -> Vec<Task> {
    let mut tasks = Vec::new();
    while let Some(deadline) = host.worker.deadline().filter(|at| at.as_millis() <= until) {
        host.at(deadline.as_millis().max(host.millis));
        tasks.extend(host.wakes());
    }
    host.at(until);
    tasks
}

#[test]
fn sessions_of_a_client_are_counted_over_both() {
    let policy = r#"{"client_connection_count_limit": 2}"#;
    let (mut one, mut two) = two(policy, policy);
    one.opens(1, client(1));
    two.opens(1, client(1));
    let refused = Output::Verdict(Verdict::TooManyConnections);
    assert!(has(&one.opens(2, client(1)), 2, &refused));
    assert!(has(&two.opens(2, client(1)), 2, &refused));
    assert!(!has(&two.opens(3, client(2)), 3, &refused), "another client");
    two.give(1, Input::ClientClosed);
    assert!(!has(&one.opens(3, client(1)), 3, &refused), "one has left");
}

#[test]
fn who_has_passed_at_one_is_known_at_the_other() {
    let (mut one, mut two) = two("{}", "{}");
    one.opens(1, client(1));
    assert!(has(&one.at(6_000).wakes(), 1, &Output::Verdict(Verdict::PassNew)));
    one.give(1, Input::BackendAnswered);
    assert!(has(&two.at(6_000).opens(1, client(1)), 1, &Output::Verdict(Verdict::PassOld)));
}

#[test]
fn of_overlapping_sessions_at_both_one_is_new() {
    let (mut one, mut two) = two("{}", "{}");
    one.opens(1, client(1));
    two.opens(1, client(1));
    assert!(has(&two.at(6_000).wakes(), 1, &Output::Verdict(Verdict::PassNew)));
    assert!(has(&one.at(6_000).wakes(), 1, &Output::Verdict(Verdict::PassOld)));
}

#[test]
fn workers_with_different_limits_do_not_flip_and_say_nothing() {
    let (mut small, mut large) = two(r#"{"pre_queue_limit": 100}"#, r#"{"pre_queue_limit": 1000}"#);
    let is_about_stress = |line: &(Option<u64>, &str)| line.1.contains("STRESS");
    let mut announcements = Vec::new();
    for second in 0..20 {
        for (host, number) in [(&mut small, 0), (&mut large, 100)] {
            let mut tasks = go_on(host, second * 1_000);
            for connection in second * 4..second * 4 + 4 {
                tasks.extend(host.opens(connection, stranger(number + connection)));
                // Those of ten seconds ago have been served meanwhile.
                let gone = connection.checked_sub(40);
                tasks.extend(gone.into_iter().flat_map(|gone| host.give(gone, Input::ClientClosed)));
            }
            announcements
                .extend(lines(&tasks).into_iter().filter(is_about_stress).map(|(_, text)| text.to_owned()));
        }
        assert!(!large.worker.occupancy.is_stressed(), "at {second} s");
    }
    assert_eq!(announcements, [] as [&str; 0], "of 100 there are 80");
}

#[test]
fn only_the_worker_whose_limit_is_near_is_stressed_and_it_says_so_once() {
    let held = r#""greet_wait": "1h", "client_connection_count_limit": 0"#;
    let (mut small, mut large) = two(
        &format!(r#"{{"pre_queue_limit": 20, {held}}}"#),
        &format!(r#"{{"pre_queue_limit": 1000, {held}}}"#),
    );
    let mut said = Vec::new();
    for round in 0..30 {
        // One comes and one goes at each of them, again and again.
        for host in [&mut small, &mut large] {
            let mut tasks = go_on(host, round * 1_000);
            tasks.extend(host.opens(round, stranger(round)));
            tasks.extend(
                round.checked_sub(10).into_iter().flat_map(|old| host.give(old, Input::ClientClosed)),
            );
            let stress = lines(&tasks).into_iter().filter(|(_, text)| text.contains("STRESS"));
            said.extend(stress.map(|(_, text)| text.to_owned()));
        }
        assert!(!large.worker.occupancy.is_stressed());
    }
    assert!(small.worker.occupancy.is_stressed());
    assert_eq!(
        said,
        ["entering STRESS mode with 19 connections"],
        "it learns of the other's ninth from its own tenth"
    );
}

#[test]
fn stress_begins_and_ends_within_two_seconds_however_clients_are_spread() {
    // Of a limit of ten, nine begin it and seven end it.
    let policy = r#"{"pre_queue_limit": 10, "greet_wait": "30s"}"#;
    for of_one in 0..=9 {
        let (mut one, mut two) = two(policy, policy);
        let mut change = |change: &mut dyn FnMut(&mut SharingHost, u64) -> Vec<Task>, from: u64| {
            let mut tasks = Vec::new();
            for number in 0..9 {
                let host = if number < of_one { &mut one } else { &mut two };
                tasks.extend(change(host.at(from), number));
            }
            for millis in (from..=from + 2_000).step_by(10) {
                tasks.extend([&mut one, &mut two].into_iter().flat_map(|host| go_on(host, millis)));
            }
            let lines = lines(&tasks).into_iter().map(|(_, text)| text.to_owned());
            let stress = lines.filter(|text| text.contains("STRESS")).collect::<Vec<_>>();
            (stress, [one.worker.occupancy.is_stressed(), two.worker.occupancy.is_stressed()])
        };
        let (said, stressed) = change(&mut |host, number| host.opens(number, stranger(number)), 0);
        assert_eq!(said, ["entering STRESS mode with 9 connections"], "{of_one} of them came to the first");
        assert!(stressed.contains(&true));
        let leave = &mut |host: &mut SharingHost, number| match number {
            0..2 => host.give(number, Input::ClientClosed),
            _ => Vec::new(),
        };
        let (said, stressed) = change(leave, 3_000);
        assert_eq!(
            said,
            ["leaving STRESS mode with 7 connections"],
            "{of_one} of them had come to the first"
        );
        assert_eq!(stressed, [false; 2]);
    }
}

#[test]
fn a_worker_to_which_nobody_comes_any_more_has_nothing_to_say_about_stress() {
    let (mut old, mut new) = two(
        r#"{"pre_queue_limit": 10, "greet_wait": "30s"}"#,
        r#"{"pre_queue_limit": 1000, "greet_wait": "30s"}"#,
    );
    let mut said = Vec::new();
    let mut hear = |tasks: Vec<Task>| {
        said.extend(
            lines(&tasks).into_iter().map(|(_, text)| text.to_owned()).filter(|text| text.contains("STRESS")),
        );
    };
    for number in 0..5_u8 {
        hear(old.opens(number.into(), client(number)));
    }
    hear(go_on(&mut old, 2_000));
    for number in 0..6_u8 {
        hear(new.at(2_000).opens(number.into(), client(100 + number)));
    }
    hear(go_on(&mut new, 25_000));
    hear(go_on(&mut old, 25_000));
    hear(old.give(0, Input::ClientClosed));
    hear(go_on(&mut old, 40_000));
    assert_eq!(said, [] as [&str; 0], "there were eleven, but no client met them");
}

#[test]
fn the_gauge_follows_both_and_forgets_who_died() {
    let limits = r#"{"pre_queue_limit": 0, "post_queue_limit": 0, "greet_wait": "1h"}"#;
    let (mut one, mut two) = two(limits, limits);
    let gauge = |tasks: &[Task]| {
        tasks.iter().rev().find_map(|task| match task.output {
            Output::Gauge(ref gauge, value) if gauge.as_str() == Gauge::Held.name() => Some(value),
            _ => None,
        })
    };
    one.opens(1, client(1));
    assert_eq!(gauge(&go_on(&mut one, 499)), None, "it may be half a second behind");
    assert_eq!(gauge(&go_on(&mut one, 500)), Some(1));
    two.at(500).opens(1, client(2));
    assert_eq!(gauge(&go_on(&mut two, 1_000)), Some(2));
    // The first never says a word again. Its lease is over after a minute.
    let mut last = None;
    for second in 2..=70 {
        last = gauge(&go_on(&mut two, second * 1_000)).or(last);
        if second < 60 {
            assert_ne!(last, Some(1), "after {second} s it may still be alive");
        }
    }
    assert_eq!(last, Some(1));
    two.give(1, Input::ClientClosed);
    assert_eq!(gauge(&go_on(&mut two, 72_000)), Some(0));
    assert_eq!(two.worker.deadline(), None, "and then there is nothing to correct");
}

#[test]
fn a_worker_that_is_closed_leaves_nothing_behind() {
    let policy = r#"{"pre_queue_limit": 100, "client_connection_count_limit": 2, "greet_wait": "1h"}"#;
    let (mut one, mut two) = two(policy, policy);
    for connection in 0..9 {
        one.opens(connection, client(1));
    }
    two.opens(1, client(2));
    let now = one.now();
    let tasks = one.worker.close(now);
    let gauge = Task { connection: None, output: Output::Gauge(Gauge::Held.name().into(), 1) };
    assert!(tasks.contains(&gauge), "{tasks:?}");
    assert!(lines(&tasks).iter().any(|(_, text)| text.starts_with("HANGUP")), "{tasks:?}");
    assert_eq!(two.counted(client(1)), 0);
    assert_eq!(totals(&**two.worker.shared(), now.unix).sessions, 1);
    let refused = Output::Verdict(Verdict::TooManyConnections);
    assert!(!has(&two.opens(2, client(1)), 2, &refused));
}

#[test]
fn who_leaves_in_time_leaves_nothing_in_the_totals() {
    let (mut one, mut two) = two("{}", "{}");
    for connection in 0..40 {
        one.opens(connection, stranger(connection));
        two.opens(connection, stranger(connection));
    }
    for host in [&mut one, &mut two] {
        (0..40).for_each(|connection| _ = host.give(connection, Input::ClientClosed));
        go_on(host, 5_000);
    }
    assert_eq!(totals(&**one.worker.shared(), one.now().unix).sessions, 0);
}

#[test]
fn a_list_in_trouble_is_named_once_a_minute_by_all_workers() {
    let (mut one, mut two) =
        two(r#"{"dnsbl_sites": ["a.test"]}"#, r#"{"dnsbl_sites": ["b.test", "a.test"]}"#);
    let trouble = |host: &mut SharingHost, connection, list: usize| {
        let questions = questions(&host.opens(connection, stranger(connection)));
        let answer = Err(DnsFailure::Unreachable);
        let tasks = host.give(0, Input::DnsAnswer { question: questions[list], answer });
        lines(&tasks).iter().map(|(_, text)| text.split(' ').nth(7).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(trouble(&mut one, 1, 0), ["a.test"]);
    // The other's first list is another one: it has a line of its own.
    assert_eq!(trouble(&mut two, 2, 0), ["b.test"]);
    assert_eq!(trouble(two.at(59_999), 3, 1), [] as [&str; 0], "named already");
    assert_eq!(trouble(one.at(59_999), 4, 0), [] as [&str; 0]);
    assert_eq!(trouble(two.at(60_000), 5, 1), ["a.test"], "a minute later");
    assert_eq!(trouble(one.at(60_000), 6, 0), [] as [&str; 0]);
}

#[test]
fn each_worker_asks_for_itself() {
    let policy = r#"{"dnsbl_sites": ["bl.test"], "greet_banner": ""}"#;
    let (mut one, mut two) = two(policy, policy);
    assert_eq!(questions(&one.opens(1, client(1))).len(), 1);
    let [question] = questions(&two.opens(1, client(1)))[..] else { panic!("one list") };
    let answer = Err(DnsFailure::Unreachable);
    two.give(0, Input::DnsAnswer { question, answer });
    assert!(has(&two.wakes(), 1, &DIAL));
    assert!(one.wakes().iter().all(|task| task.output != DIAL));
}
