use std::cell::Cell;

use dns_client::{DnsError, DnsErrorKind, DnsServer};
use envoy_sim::{CallId, HttpCall, VmId};
use postscreen_scenario::doh::HttpAnswer;

use super::{ListResolver, QUESTIONS_WAITING_MAX, Waiting};

fn call(method: &str, content_type: &str) -> HttpCall {
    let headers = [(":method", method), ("content-type", content_type)];
    HttpCall {
        call: CallId { vm: VmId::Worker(0), token: 4 },
        cluster: "resolver".into(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
        body: Vec::new(),
        timeout: None,
    }
}

fn ask(call: &HttpCall) -> Result<HttpAnswer, DnsError> {
    let resolver = ListResolver::to(&DnsServer::Nobody, None, 1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(resolver.ask(call))
}

#[test]
fn what_is_no_question_is_refused_as_the_embedded_resolver_does() {
    for (method, content_type, status) in
        [("GET", "application/dns-message", "405"), ("POST", "text/plain", "415")]
    {
        let answer = ask(&call(method, content_type)).unwrap();
        assert_eq!(answer.headers, [(b":status".to_vec(), status.into())]);
    }
}

#[test]
fn where_there_is_nobody_to_ask_every_question_fails() {
    let trouble = ask(&call("POST", "application/dns-message")).unwrap_err();
    assert_eq!(trouble.kind, DnsErrorKind::Unreachable);
    assert!(trouble.text.contains("--resolver none"));
}

#[test]
fn questions_wait_below_and_at_the_limit_and_not_above_it() {
    for (waiting, admitted) in [
        (QUESTIONS_WAITING_MAX - 1, true),
        (QUESTIONS_WAITING_MAX, false),
        (QUESTIONS_WAITING_MAX + 1, false),
    ] {
        let count = Cell::new(waiting);
        let entered = Waiting::enter(&count);
        assert_eq!(entered.is_some(), admitted, "{waiting}");
        drop(entered);
        assert_eq!(count.get(), waiting);
    }
}
