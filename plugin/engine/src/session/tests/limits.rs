//! How many sessions there may be, at the limit and beside it.

use super::CONNECT;
use super::visit::{Visit, address};

/// A visit at a worker with so many sessions of strangers.
fn crowded(policy: &str, strangers: u8) -> Visit {
    let mut visit = Visit::new(policy);
    for number in 100..100 + strangers {
        visit.other_opens(number.into(), &address(number).to_string());
    }
    visit
}

#[test]
fn a_client_may_have_as_many_sessions_as_the_limit_says() {
    for (others, refused) in [(0, false), (1, false), (2, true), (3, true)] {
        let mut visit = Visit::new(r#"{"client_connection_count_limit": 2}"#);
        for number in 0..others {
            visit.other_opens(10 + number, "203.0.113.9:1000");
        }
        visit.opens();
        assert_eq!(visit.is_over(), refused, "beside {others}");
        if refused {
            visit.then(&[
                CONNECT,
                "log NOQUEUE: reject: CONNECT from [203.0.113.9]:4711: too many connections",
                "dial Nobody",
                "say 421 4.7.0 Error: too many connections",
                "verdict TOO MANY CONNECTIONS",
                "log DISCONNECT [203.0.113.9]:4711",
                "close",
            ]);
        }
    }
    let mut visit = Visit::new(r#"{"client_connection_count_limit": 0}"#);
    (10..80).for_each(|number| _ = visit.other_opens(number, "203.0.113.9:1000"));
    visit.opens();
    assert!(!visit.is_over(), "0 is off");
}

#[test]
fn others_that_have_left_do_not_count() {
    let mut visit = Visit::new(r#"{"client_connection_count_limit": 1}"#);
    visit.other_opens(2, "203.0.113.9:1000").other_leaves(2);
    visit.opens();
    assert!(!visit.is_over());
}

#[test]
fn so_many_clients_are_screened_at_once() {
    for (strangers, refused) in [(7, false), (8, false), (9, true), (10, true)] {
        // The session itself is counted, as in postscreen: the last place of the limit stays free.
        let mut visit = crowded(r#"{"pre_queue_limit": 10}"#, strangers);
        visit.opens();
        assert_eq!(visit.is_over(), refused, "beside {strangers}");
        if refused {
            visit.then(&[
                CONNECT,
                "log reject: connect from [203.0.113.9]:4711: all screening ports busy",
                "dial Nobody",
                "say 421 4.3.2 All screening ports are busy",
                "verdict ALL SCREENING PORTS BUSY",
                "log DISCONNECT [203.0.113.9]:4711",
                "close",
            ]);
        }
    }
    let mut visit = crowded(r#"{"pre_queue_limit": 0}"#, 100);
    visit.opens();
    assert!(!visit.is_over(), "0 is off");
}

#[test]
fn a_known_client_needs_no_place_among_those_that_are_screened() {
    let mut visit = crowded(r#"{"pre_queue_limit": 10}"#, 9);
    visit.is_known([u32::MAX, 1, 1, 1, 1]).opens().has("verdict PASS OLD");
}

#[test]
fn so_many_clients_are_on_their_way_to_the_mail_server() {
    let policy =
        r#"{"post_queue_limit": 5, "access_list": [{"cidr": "203.0.113.0/24", "action": "permit"}]}"#;
    for (strangers, refused) in [(3, false), (4, false), (5, true), (6, true)] {
        let mut visit = crowded(policy, strangers);
        visit.opens();
        assert_eq!(visit.is_over(), refused, "beside {strangers}");
        if refused {
            visit.then(&[
                CONNECT,
                "log NOQUEUE: reject: CONNECT from [203.0.113.9]:4711: all server ports busy",
                "dial Nobody",
                "say 421 4.3.2 All server ports are busy",
                "verdict ALL SERVER PORTS BUSY",
                "log DISCONNECT [203.0.113.9]:4711",
                "close",
            ]);
        } else {
            visit.backend_answers();
            assert!(visit.is_over());
        }
    }
    let mut visit = crowded(policy, 5);
    visit.other_leaves(100);
    visit.opens().has("verdict ALLOWLISTED");
}

#[test]
fn nobody_waits_as_long_under_stress() {
    for (strangers, wait) in [(7, 6.0), (8, 2.0)] {
        let mut visit = crowded(r#"{"pre_queue_limit": 10}"#, strangers);
        visit.opens();
        visit.at(wait - 0.001).wakes().then(&[]);
        visit.at(wait).wakes().has("verdict PASS NEW");
    }
}

#[test]
fn of_overlapping_sessions_the_first_is_new_and_the_others_are_old() {
    let mut visit = Visit::new("{}");
    visit.other_opens(2, "203.0.113.9:1000");
    visit.opens();
    visit.at(6.0).wakes().has("verdict PASS NEW");
    let mut visit = Visit::new("{}");
    visit.other_opens(0, "203.0.113.9:1000");
    visit.opens();
    // Those that are due at the same moment come in the order of their numbers.
    visit.at(6.0).wakes().has("verdict PASS OLD");
}

#[test]
fn what_another_session_has_passed_counts_at_once() {
    let mut visit = Visit::new("{}");
    visit.is_known([u32::MAX, 1, 1, 1, 1]).other_opens(2, "203.0.113.9:1000");
    // The other one has said PASS OLD for both.
    visit.opens().then(&[CONNECT, "verdict PASS", "dial Backend"]);
}
