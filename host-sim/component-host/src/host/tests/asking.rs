//! Questions: asked, answered, late, and those that outlive their client.

use envoy_sim::{CallId, HttpCall, HttpFailure};

use super::*;

const LISTS: &str = r#"{"access_list": [], "greet_wait": "6s", "dnsbl_sites": ["a.test", "b.test"],
    "dnsbl_watch_enable": false, "dnsbl_timeout": "2s", "greet_action": "drop"}"#;

fn questions(all: &[Effect]) -> Vec<HttpCall> {
    let call = |effect: &Effect| if let Effect::HttpCall(call) = effect { Some(call.clone()) } else { None };
    all.iter().filter_map(call).collect()
}

fn cancelled(all: &[Effect]) -> Vec<CallId> {
    let call =
        |effect: &Effect| if let Effect::CancelHttpCall { call } = effect { Some(*call) } else { None };
    all.iter().filter_map(call).collect()
}

fn waiting() -> (ComponentHost, ConnectionId, Vec<HttpCall>) {
    let mut host = native(LISTS);
    let id = connect(&mut host, at(Duration::ZERO));
    let calls = questions(&effects(&mut host));
    assert_eq!(calls.len(), 2);
    (host, id, calls)
}

#[test]
fn a_question_is_a_post_to_the_resolver_with_the_policy_s_timeout() {
    let (_, _, calls) = waiting();
    let header = |name: &[u8]| {
        let found = calls[0].headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    assert_eq!(header(b":method").as_deref(), Some("POST"));
    assert_eq!(header(b"content-type").as_deref(), Some("application/dns-message"));
    assert_eq!((&*calls[0].cluster, calls[0].timeout), ("resolver", Some(Duration::from_secs(2))));
}

#[test]
fn a_question_times_out_when_its_time_is_over_and_not_before() {
    let (mut host, _, calls) = waiting();
    host.handle(Input::TimePassed, at(Duration::from_millis(1_999)));
    assert_eq!(effects(&mut host), []);
    host.handle(Input::TimePassed, at(Duration::from_secs(2)));
    assert_eq!(cancelled(&effects(&mut host)), [calls[0].call, calls[1].call]);
    // What is counted goes out with the last client at the latest.
    host.handle(Input::TimePassed, at(Duration::from_mins(1)));
    assert_eq!(host.metrics()["postscreen_dns_timeouts_total"], 2);
}

#[test]
fn an_answer_counts_once_and_only_in_time() {
    let (mut host, _, calls) = waiting();
    let failure = Input::HttpFailure { call: calls[0].call, failure: HttpFailure::Unreachable };
    host.handle(failure.clone(), at(Duration::from_secs(1)));
    host.handle(failure, at(Duration::from_secs(1)));
    assert_eq!(host.metrics()["postscreen_dns_errors_total"], 1);
    host.handle(Input::TimePassed, at(Duration::from_secs(2)));
    assert_eq!(cancelled(&effects(&mut host)), [calls[1].call]);
    host.handle(
        Input::HttpFailure { call: calls[1].call, failure: HttpFailure::Reset },
        at(Duration::from_secs(3)),
    );
    assert_eq!(host.metrics()["postscreen_dns_errors_total"], 1);
}

#[test]
fn questions_outlive_the_client_and_serve_its_next_session() {
    let (mut host, id, calls) = waiting();
    let later = at(Duration::from_secs(1));
    host.handle(sent(id, b"EHLO zombie\r\n"), later);
    assert_eq!((cancelled(&effects(&mut host)), host.open_connections()), (Vec::new(), 0));
    connect(&mut host, later);
    assert_eq!(questions(&effects(&mut host)), []);
    for HttpCall { call, .. } in calls {
        host.handle(Input::HttpFailure { call, failure: HttpFailure::Unreachable }, later);
    }
    host.handle(Input::TimePassed, at(Duration::from_mins(1)));
    assert_eq!(host.metrics()["postscreen_dns_errors_total"], 2);
    assert_eq!((host.metrics()["postscreen_dns_questions_total"], host.open_connections()), (2, 1));
}
