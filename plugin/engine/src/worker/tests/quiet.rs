//! What is not said, or not each time.

use super::host::{SomeHost, alone, client, counted, lines};
use super::{DIAL, has};
use crate::io::{Input, Task};
use crate::metric::Counter;
use crate::worker::proxies::WINDOW;

const PROBES: &str = r#"{"probes": ["203.0.113.0/29"], "greet_action": "drop", "denylist_action": "drop",
    "mynetworks": ["203.0.113.2"],
    "access_list": ["permit_mynetworks", {"cidr": "203.0.113.3", "action": "reject"}]}"#;
const CONNECT: &str = "CONNECT from [203.0.113.1]:4711 to [198.51.100.1]:25";

fn texts(tasks: &[Task]) -> Vec<&str> {
    lines(tasks).into_iter().map(|(_, text)| text).collect()
}

fn connections(tasks: &[Task]) -> u32 {
    counted(tasks, Counter::Connect.name())
}

#[test]
fn a_probe_that_connects_and_leaves_is_neither_logged_nor_counted() {
    for farewell in [Input::ClientEnd, Input::ClientClosed] {
        let mut host = alone(PROBES);
        let mut told = host.opens(1, client(1));
        told.extend(host.at(2_000).give(1, farewell));
        assert!(!host.has(1));
        // Somebody else is logged and counted as ever.
        told.extend(host.opens(2, client(100)));
        told.extend(host.give(2, Input::ClientClosed));
        let about_the_other = texts(&told).iter().all(|text| text.contains("[203.0.113.100]"));
        assert!(about_the_other && connections(&told) == 1, "{told:?}");
        assert_eq!(counted(&told, "verdict=.=hangup;.;postscreen_verdicts_total"), 1);
    }
}

#[test]
fn a_probe_that_is_permitted_reaches_the_mail_server_and_is_not_mentioned_either() {
    let mut host = alone(PROBES);
    let mut told = host.opens(1, client(2));
    assert!(has(&told, 1, &DIAL));
    told.extend(host.give(1, Input::ClientClosed));
    assert_eq!((texts(&told), connections(&told)), (vec![], 0));
    // Whoever hears the mail server may be a mail client.
    let mut told = host.opens(2, client(2));
    told.extend(host.give(2, Input::BackendAnswered));
    let permitted = "ALLOWLISTED [203.0.113.2]:4711";
    assert_eq!((texts(&told).last(), connections(&told)), (Some(&permitted), 1));
}

#[test]
fn whoever_does_more_than_that_is_a_client_like_any_other() {
    // It talks too early.
    let mut host = alone(PROBES);
    assert_eq!(texts(&host.opens(1, client(1))), [""; 0]);
    let told = host.at(40).give(1, Input::ClientBytes(b"EHLO x\r\n"));
    let pregreet = "PREGREET 8 after 0.04 from [203.0.113.1]:4711: EHLO x\\r\\n";
    assert_eq!(texts(&told), [CONNECT, pregreet, "DISCONNECT [203.0.113.1]:4711"]);
    assert_eq!(connections(&told), 1);
    // It waits for its turn.
    let mut host = alone(PROBES);
    host.opens(1, client(1));
    assert_eq!(texts(&host.at(6_000).wakes()), [CONNECT, "PASS NEW [203.0.113.1]:4711"]);
    // It is refused.
    let mut host = alone(PROBES);
    let told = host.opens(1, client(3));
    assert_eq!(texts(&told)[1..], ["DENYLISTED [203.0.113.3]:4711", "DISCONNECT [203.0.113.3]:4711"]);
    assert_eq!(counted(&told, "verdict=.=denylisted;.;postscreen_verdicts_total"), 1);
}

#[test]
fn missing_proxy_headers_have_one_line_a_minute_and_are_all_counted() {
    let mut host = alone(r#"{"upstream_proxy_protocol": "haproxy"}"#);
    let mut told = Vec::new();
    for (number, millis) in [(1, 0), (2, 59_000), (3, 60_000), (4, 61_000)] {
        host.at(millis).opens(number, client(1));
        told.extend(host.give(number, Input::ClientClosed));
    }
    assert_eq!(texts(&told).len(), 2, "{told:?}");
    assert_eq!(counted(&told, Counter::ProxyHeaderBad.name()), 4);
}

/// So many connections of one client, which leaves each time.
fn crowd(host: &mut SomeHost<std::rc::Rc<crate::shared::Memory>>, connections: u32) -> Vec<Task> {
    let mut told = Vec::new();
    for number in 0..connections {
        told.extend(host.opens(number.into(), [10, 42, 0, 1].into()));
        told.extend(host.give(number.into(), Input::ClientClosed));
    }
    told.retain(|task| {
        lines(std::slice::from_ref(task)).iter().any(|(_, text)| text.contains("is that a proxy?"))
    });
    told
}

#[test]
fn a_permitted_private_address_that_makes_most_connections_is_named_once_an_hour() {
    let mut host = alone(r#"{"mynetworks": ["10.0.0.0/8"]}"#);
    assert_eq!(crowd(&mut host, WINDOW - 1).len(), 0);
    assert_eq!(crowd(&mut host, 1).len(), 1);
    assert_eq!(crowd(host.at(3_599_000), WINDOW).len(), 0);
    assert_eq!(crowd(host.at(3_600_000), WINDOW).len(), 1);
    let mut host = alone(r#"{"mynetworks": ["10.0.0.0/8"], "probes": ["10.42.0.1"]}"#);
    assert_eq!(crowd(&mut host, WINDOW).len(), 0, "a probe is no proxy");
}
