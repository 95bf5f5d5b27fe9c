//! One set of questions for all sessions of a client.

use super::DIAL;
use super::host::{SomeHost, alone, client, counted, has, lines, policy, questions};
use crate::dnsbl::reversed;
use crate::io::{ConnectionId, DnsFailure, Input, Output, Task};
use crate::metric::Counter;
use crate::shared::Memory;
use crate::verdict::Verdict;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::rc::Rc;

pub const LISTS: &str =
    r#"{"dnsbl_sites": ["bl.test*2", "other.test"], "dnsbl_threshold": 2, "dnsbl_action": "drop"}"#;
const LISTED: &str = "addr 203.0.113.1 listed by domain bl.test as 127.0.0.2";

/// `bl.test` says that client 1 is listed, for so many seconds.
fn listed(host: &mut SomeHost<Rc<Memory>>, number: u32, ttl: u32) -> Vec<Task> {
    listed_by(host, 0, number, ttl)
}

/// The list with this number says so.
pub fn listed_by(host: &mut SomeHost<Rc<Memory>>, list: usize, number: u32, ttl: u32) -> Vec<Task> {
    let asked = host.worker.policy.zones()[list].question(&reversed(client(1))).unwrap();
    let asked = Message::from_octets(asked).unwrap();
    let mut answer = MessageBuilder::new_vec().start_answer(&asked, Rcode::NOERROR).unwrap();
    let owner = asked.sole_question().unwrap().into_qname();
    answer.push((owner, Ttl::from_secs(ttl), A::new([127, 0, 0, 2].into()))).unwrap();
    let message = answer.finish();
    host.give(0, Input::DnsAnswer { question: number, answer: Ok(&message) })
}

pub fn fails(host: &mut SomeHost<Rc<Memory>>, question: u32) -> Vec<Task> {
    host.give(0, Input::DnsAnswer { question, answer: Err(DnsFailure::Unreachable) })
}

#[test]
fn sessions_of_one_client_share_their_questions() {
    let mut host = alone(LISTS);
    let first = host.opens(1, client(1));
    let asked = questions(&first);
    assert_eq!(asked.len(), 2);
    let second = host.opens(2, client(1));
    assert!(questions(&second).is_empty());
    assert_eq!(questions(&host.opens(3, client(2))).len(), 2, "another client");
    assert_eq!(lines(&listed(&mut host, asked[0], 300)), [(Some(1), LISTED)], "one line for both");
    let tasks = host.at(6_000).wakes();
    for (connection, verdict) in [(1, Verdict::Dnsbl), (2, Verdict::Dnsbl), (3, Verdict::PassNew)] {
        assert!(has(&tasks, connection, &Output::Verdict(verdict)), "{connection}");
    }
    assert_eq!(counted(&tasks, Counter::DnsQuestion.name()), 4, "two for each client");
}

#[test]
fn the_last_answer_ends_the_wait_of_all_sessions() {
    let mut host = alone(r#"{"dnsbl_sites": ["bl.test"], "greet_banner": ""}"#);
    let asked = questions(&host.opens(1, client(1)));
    host.opens(2, client(1));
    fails(&mut host, asked[0]);
    let tasks = host.wakes();
    assert!(has(&tasks, 1, &DIAL) && has(&tasks, 2, &DIAL));
}

#[test]
fn the_questions_outlive_the_session_that_asked() {
    let mut host = alone(LISTS);
    let asked = questions(&host.opens(1, client(1)));
    host.opens(2, client(1));
    host.give(1, Input::ClientClosed);
    assert_eq!(lines(&listed(&mut host, asked[0], 300)), [(Some(2), LISTED)], "the other one's line");
    fails(&mut host, asked[1]);
    assert!(has(&host.at(6_000).wakes(), 2, &Output::Verdict(Verdict::Dnsbl)));
}

#[test]
fn who_comes_back_costs_no_questions_and_its_listings_are_told_again() {
    let mut host = alone(LISTS);
    let asked = questions(&host.opens(1, client(1)));
    host.give(1, Input::ClientClosed);
    let late = listed(&mut host, asked[0], 300);
    assert_eq!(lines(&late), [], "nobody is there");
    assert_eq!(counted(&late, Counter::DnsListed.name()), 1, "and yet it is a listing");
    let again = host.opens(2, client(1));
    assert!(questions(&again).is_empty());
    let text = "CONNECT from [203.0.113.1]:4711 to [198.51.100.1]:25";
    assert_eq!(lines(&again), [(Some(2), text), (Some(2), LISTED)]);
    // Who comes while the other waits has been told of.
    assert_eq!(lines(&host.opens(3, client(1))), [(Some(3), text)]);
}

#[test]
fn a_full_answer_at_hand_decides_at_once() {
    let mut host = alone(r#"{"dnsbl_sites": ["bl.test*2"], "greet_banner": "", "dnsbl_action": "drop"}"#);
    let asked = questions(&host.opens(1, client(1)));
    listed(&mut host, asked[0], 60);
    assert!(has(&host.wakes(), 1, &Output::Verdict(Verdict::Dnsbl)));
    for (millis, kept) in [(59_999, true), (60_000, false)] {
        let connection = millis;
        let tasks = host.at(millis).opens(connection, client(1));
        assert_eq!(questions(&tasks).is_empty(), kept, "at {millis} ms");
        assert_eq!(has(&host.wakes(), connection, &Output::Verdict(Verdict::Dnsbl)), kept);
    }
}

#[test]
fn another_policy_asks_its_own_lists() {
    let mut host = alone(LISTS);
    host.opens(1, client(1));
    host.worker.set_policy(policy(r#"{"dnsbl_sites": ["third.test"]}"#));
    assert_eq!(questions(&host.opens(2, client(1))).len(), 1);
    assert_eq!(questions(&host.opens(3, client(1))).len(), 0);
    host.give(2, Input::ClientClosed);
    assert!(host.worker.has(ConnectionId(3)));
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut host = alone(LISTS);
    let asked = questions(&host.opens(1, client(1)));
    assert_eq!(lines(&listed(&mut host, asked[0], 300)).len(), 1);
    assert_eq!(listed(&mut host, asked[0], 300), []);
    assert_eq!(fails(&mut host, asked[1] + 1), [], "no such question");
}
