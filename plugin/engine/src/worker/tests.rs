mod host;
mod lists;
mod mad_lists;
mod metrics;
mod quiet;
mod random;
mod records;
mod trials;
mod workers;

use crate::io::{ConnectionId, Destination, DnsFailure, Endpoints, Input, Output, Task};
use crate::line::Severity;
use crate::registry::{Load, RENEW_EVERY_S, recall, totals};
use crate::shared::Memory;
use crate::shared::rivals::Broken;
use crate::time::Instant;
use crate::verdict::Verdict;
use host::{SomeHost, alone, client, counted, has, lines, policy, questions};
use std::rc::Rc;

const DIAL: Output = Output::Dial(Destination::Backend);

/// Both ways to go.
const FAREWELLS: [Input<'_>; 2] = [Input::ClientEnd, Input::ClientClosed];

#[test]
fn who_leaves_at_the_moment_of_its_verdict_is_over_and_its_place_is_free() {
    for farewell in FAREWELLS {
        // Just before and just after.
        for served in [false, true] {
            let mut host = alone("{}");
            host.opens(1, client(1));
            assert_eq!(host.counted(client(1)), 1);
            host.at(6_000);
            let verdict = if served { host.wakes() } else { Vec::new() };
            assert_eq!(has(&verdict, 1, &DIAL), served);
            let end = host.give(1, farewell);
            assert_eq!(has(&end, 1, &Output::Verdict(Verdict::Hangup)), !served);
            assert!(!host.has(1), "{farewell:?}, served: {served}");
            assert_eq!(host.counted(client(1)), 0);
            assert_eq!(host.worker.occupancy.own(), Load::default());
            assert_eq!(host.wakes().iter().filter(|task| task.connection.is_some()).count(), 0);
            assert!(host.give(1, Input::BackendAnswered).is_empty());
        }
    }
}

#[test]
fn who_leaves_between_the_last_answer_and_what_follows_from_it_is_not_dialled() {
    for farewell in FAREWELLS {
        let mut host = alone(r#"{"dnsbl_sites": ["bl.test"], "greet_banner": ""}"#);
        let [question] = questions(&host.opens(1, client(1)))[..] else { panic!("one list") };
        let answer = Err(DnsFailure::Unreachable);
        assert!(!has(&host.give(0, Input::DnsAnswer { question, answer }), 1, &DIAL));
        assert_eq!(host.worker.deadline(), Some(Instant::default()), "due at once");
        host.give(1, farewell);
        assert!(!host.has(1));
        assert!(host.wakes().is_empty());
        assert_eq!(host.counted(client(1)), 0);
    }
}

#[test]
fn a_client_is_in_transit_until_the_mail_server_answers_or_it_leaves() {
    for last in [Input::BackendAnswered, Input::ClientEnd, Input::ClientClosed] {
        let mut host = alone(r#"{"access_list": ["permit"]}"#);
        host.opens(1, client(1));
        host.opens(2, client(2));
        assert_eq!(host.worker.occupancy.own(), Load { sessions: 2, in_transit: 2 });
        assert!(host.give(1, Input::ClientBytes(b"EHLO x\r\n")).is_empty(), "not the engine's");
        host.give(1, last);
        assert_eq!(host.worker.occupancy.own(), Load { sessions: 1, in_transit: 1 });
        assert!(!host.has(1) && host.has(2));
        assert_eq!(host.worker.sessions(), 1);
    }
}

#[test]
fn a_new_policy_is_for_new_clients() {
    let mut host = alone(r#"{"greet_action": "drop"}"#);
    host.opens(1, client(1));
    host.worker.set_policy(policy("{}"));
    host.opens(2, client(2));
    assert!(has(&host.give(1, Input::ClientBytes(b"x")), 1, &Output::Verdict(Verdict::Pregreet)));
    assert!(has(&host.give(2, Input::ClientBytes(b"x")), 2, &Output::Verdict(Verdict::Pass)));
}

#[test]
fn a_number_may_be_used_again() {
    let mut host = alone("{}");
    host.opens(1, client(1));
    host.give(1, Input::ClientClosed);
    let again = host.opens(1, client(2));
    assert_eq!(lines(&again), [(Some(1), "CONNECT from [203.0.113.2]:4711 to [198.51.100.1]:25")]);
    assert_eq!((host.counted(client(1)), host.counted(client(2))), (0, 1));
}

#[test]
fn a_number_that_comes_again_while_it_is_there_was_left() {
    for address in [Some(()), None] {
        let mut host = alone("{}");
        host.opens(1, client(1));
        let again = match address {
            Some(()) => host.opens(1, client(2)),
            None => host.give(1, Input::ClientOpened(None)),
        };
        let first = lines(&again)[0].1;
        assert_eq!(first, "HANGUP after 0 from [203.0.113.1]:4711 in tests before SMTP handshake");
        assert_eq!(host.counted(client(1)), 0);
        assert_eq!(host.has(1), address.is_some());
        assert_eq!(host.worker.sessions(), usize::from(address.is_some()));
    }
}

#[test]
fn what_is_said_about_unknown_connections_has_no_effect() {
    let mut host = alone("{}");
    assert_eq!(host.wakes().len(), 1, "how large the table is, once");
    let inputs = [
        Input::ClientBytes(b"EHLO x\r\n"),
        Input::ClientEnd,
        Input::ClientClosed,
        Input::BackendAnswered,
        Input::DnsAnswer { question: 1, answer: Ok(b"") },
        Input::DeadlineReached,
    ];
    for input in inputs {
        assert_eq!(host.give(1, input), []);
        assert!(!host.has(1));
    }
    assert_eq!(host.worker.deadline(), None);
}

#[test]
fn a_client_without_an_address_is_served_and_the_log_says_so_once_a_minute() {
    let memory = Rc::<Memory>::default();
    let [mut one, mut two] = [(); 2].map(|()| SomeHost::new(&memory, "{}"));
    let serve = |host: &mut SomeHost<Rc<Memory>>, millis, expected: bool| {
        let mut tasks = host.at(millis).give(9, Input::ClientOpened(None));
        assert_eq!(counted(&tasks, "verdict=.=pass;.;postscreen_verdicts_total"), 1);
        tasks.retain(|task| task.connection.is_some());
        let last = [Output::Verdict(Verdict::Pass), DIAL];
        let task = |output| Task { connection: Some(ConnectionId(9)), output };
        assert!(tasks.ends_with(&last.map(task)));
        let text = "warning: a client without an IP address is served without a test";
        assert_eq!(lines(&tasks), if expected { vec![(Some(9), text)] } else { vec![] }, "at {millis}");
        assert!(!host.has(9));
        assert!(tasks.iter().all(|task| match &task.output {
            Output::Log(line) => line.severity == Severity::Warning,
            _ => true,
        }));
    };
    serve(&mut one, 0, true);
    serve(&mut one, 0, false);
    serve(&mut two, 59_999, false);
    serve(&mut two, 60_000, true);
    serve(&mut one, 60_000, false);
}

#[test]
fn a_deadline_at_the_origin_of_time_is_due_at_once() {
    let mut host = alone(r#"{"dnsbl_sites": ["bl.test"], "greet_banner": ""}"#);
    let [question] = questions(&host.opens(1, client(1)))[..] else { panic!("one list") };
    assert_ne!(host.worker.deadline(), Some(Instant::default()));
    // A host without the time at hand gives an earlier one.
    let tasks = host.at(0).give(0, Input::DnsAnswer { question, answer: Err(DnsFailure::Unreachable) });
    assert!(!has(&tasks, 1, &DIAL));
    assert_eq!(host.worker.deadline(), Some(Instant::default()));
    assert!(has(&host.at(7).wakes(), 1, &DIAL));
    assert_ne!(host.worker.deadline(), Some(Instant::default()));
}

#[test]
fn the_worker_waits_for_the_first_of_all_sessions() {
    let mut host = alone(r#"{"pre_queue_limit": 0, "post_queue_limit": 0}"#);
    for connection in 1..=5 {
        host.at(connection * 100).opens(connection, client(1));
    }
    for connection in 1..=5 {
        let due = 6_000 + connection * 100;
        let tasks = host.at(due - 1).wakes();
        assert!(!has(&tasks, connection, &DIAL), "{connection} too early");
        assert!(host.worker.deadline().is_some_and(|at| at.as_millis() <= due));
        assert!(has(&host.at(due).wakes(), connection, &DIAL), "{connection} in time");
    }
}

#[test]
fn at_the_end_of_time_there_is_an_end_to_what_is_due() {
    let mut host = alone("{}");
    host.opens(1, client(1));
    let tasks = host.at(u64::MAX).wakes();
    assert!(has(&tasks, 1, &DIAL));
    host.wakes();
}

#[test]
fn an_open_session_is_counted_as_long_as_it_is_open() {
    let mut host = alone(r#"{"access_list": ["permit"], "pre_queue_limit": 0, "post_queue_limit": 0}"#);
    host.opens(1, client(1));
    for minute in 1..10 {
        let until = minute * 60_000;
        while let Some(deadline) = host.worker.deadline().filter(|at| at.as_millis() <= until) {
            let before = host.millis;
            host.at(deadline.as_millis()).wakes();
            assert!(host.millis > before && host.millis - before <= RENEW_EVERY_S * 1_000);
        }
        host.at(until).opens(2, client(1));
        assert_eq!(host.counted(client(1)), 2, "after {minute} min");
        host.give(2, Input::ClientClosed);
    }
}

#[test]
fn where_the_host_shares_nothing_clients_are_tested_and_no_limit_hits() {
    for readable in [false, true] {
        let broken = Rc::new(Broken { readable });
        let mut host = SomeHost::new(&broken, r#"{"client_connection_count_limit": 1}"#);
        let tasks = host.opens(1, client(1));
        let unkeyed = "warning: postscreen.key cannot be stored: clients are found by a hash without a key";
        assert_eq!(lines(&tasks)[0], (None, unkeyed));
        assert_eq!(lines(&host.opens(2, client(1))).len(), 1, "once is enough");
        let tasks = host.at(6_000).wakes();
        for connection in [1, 2] {
            assert!(has(&tasks, connection, &Output::Verdict(Verdict::PassNew)));
        }
        assert_eq!(counted(&tasks, crate::Counter::RememberFailed.name()), 2);
        assert_eq!(recall(&*broken, client(1), &policy("{}")), None);
        assert_eq!(totals(&*broken, host.now().unix), Load::default());
        host.give(1, Input::ClientClosed);
        host.give(2, Input::ClientClosed);
        assert_eq!(host.worker.occupancy.own(), Load::default());
    }
}

#[test]
fn before_a_client_is_known_by_its_header_it_does_not_count() {
    let mut host = alone(r#"{"upstream_proxy_protocol": "haproxy"}"#);
    host.opens(1, client(1));
    assert_eq!((host.counted(client(1)), host.worker.occupancy.own().sessions), (0, 0));
    host.give(1, Input::ClientBytes(b"PROXY TCP4 203.0.113.2 198.51.100.1 4711 25\r\n"));
    assert_eq!((host.counted(client(1)), host.counted(client(2))), (0, 1));
    assert_eq!(host.worker.occupancy.own().sessions, 1);
}

#[test]
fn mapped_addresses_are_the_same_client() {
    let mut host = alone(r#"{"client_connection_count_limit": 1}"#);
    host.opens(1, client(1));
    let (client, server) =
        ("[::ffff:203.0.113.1]:1".parse().unwrap(), "[::ffff:198.51.100.1]:25".parse().unwrap());
    let tasks = host.give(2, Input::ClientOpened(Some(Endpoints { client, server })));
    assert!(has(&tasks, 2, &Output::Verdict(Verdict::TooManyConnections)));
}
