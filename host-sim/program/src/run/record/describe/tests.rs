use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Name, Rtype, Ttl};
use domain::rdata::A;
use envoy_sim::{CallId, VmId};

use super::*;

/// A question of DNS for this name.
fn question(rtype: Rtype) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec().question();
    builder.push(("9.bl.test".parse::<Name<Vec<u8>>>().unwrap(), rtype)).unwrap();
    builder.finish()
}

/// The answer to it, with so many addresses.
fn answer(rtype: Rtype, rcode: Rcode, addresses: u8) -> String {
    let question = question(rtype);
    let question = Message::from_slice(&question).unwrap();
    let mut builder = MessageBuilder::new_vec().start_answer(question, rcode).unwrap();
    let name = "9.bl.test".parse::<Name<Vec<u8>>>().unwrap();
    for number in 0..addresses {
        builder.push((&name, Ttl::HOUR, A::from_octets(127, 0, 0, number))).unwrap();
    }
    response(&headers(&[(":status", "200"), ("content-type", "application/dns-message")]), &builder.finish())
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

fn call(pairs: &[(&str, &str)], body: Vec<u8>) -> HttpCall {
    let call = CallId { vm: VmId::Main, token: 4 };
    HttpCall { call, cluster: "api".to_owned(), headers: headers(pairs), body, timeout: None }
}

#[test]
fn a_question_of_dns_is_told_by_type_and_name() {
    let dns = call(&[("content-type", "application/dns-message")], question(Rtype::A));
    assert_eq!(request(&dns), ("A 9.bl.test".to_owned(), Some("9.bl.test".to_owned())));
}

#[test]
fn any_other_request_is_told_by_its_first_line() {
    let get = call(&[(":method", "GET"), (":path", "/v1?x")], Vec::new());
    assert_eq!(request(&get), ("GET api/v1?x".to_owned(), None));
    let broken = call(&[("content-type", "application/dns-message")], b"no".to_vec());
    assert_eq!(request(&broken), ("? api?".to_owned(), None));
}

#[test]
fn an_answer_of_dns_is_told_by_its_addresses() {
    for (rcode, addresses, told) in [
        (Rcode::NOERROR, 1, "127.0.0.0"),
        (Rcode::NOERROR, 3, "127.0.0.0, 127.0.0.1, 127.0.0.2"),
        (Rcode::NOERROR, 4, "127.0.0.0, 127.0.0.1, 127.0.0.2, 127.0.0.3"),
        (Rcode::NOERROR, 6, "127.0.0.0, 127.0.0.1, 127.0.0.2, 127.0.0.3 and 2 more"),
        (Rcode::NXDOMAIN, 0, "NXDOMAIN"),
        (Rcode::SERVFAIL, 0, "SERVFAIL"),
    ] {
        assert_eq!(answer(Rtype::A, rcode, addresses), told);
    }
    assert_eq!(answer(Rtype::TXT, Rcode::NOERROR, 0), "nothing");
}

#[test]
fn any_other_answer_is_told_by_status_and_length() {
    assert_eq!(response(&headers(&[(":status", "404")]), b"abc"), "404, 3 bytes");
    let dns = headers(&[(":status", "200"), ("content-type", "application/dns-message")]);
    assert_eq!(response(&dns, b"no"), "200, no DNS message");
    assert_eq!(failure(HttpFailure::Unreachable), "no connection");
    assert_eq!(failure(HttpFailure::Reset), "the answer broke off");
}

#[test]
fn a_grpc_request_is_told_by_where_it_goes() {
    let request = |message| GrpcRequest {
        call: CallId { vm: VmId::Main, token: 5 },
        cluster: "api".to_owned(),
        service: "pkg.Check".to_owned(),
        method: "Do".to_owned(),
        metadata: Vec::new(),
        message,
        timeout: None,
    };
    assert_eq!(grpc_request(&request(Some(vec![0; 7]))), "gRPC api/pkg.Check/Do, 7 bytes");
    assert_eq!(grpc_request(&request(None)), "gRPC stream api/pkg.Check/Do");
}

#[test]
fn grpc_and_look_ups_are_told_in_words() {
    for (event, told) in [
        (GrpcEvent::InitialMetadata(headers(&[("a", "b")])), "1 headers"),
        (GrpcEvent::Message(vec![0; 7]), "a message of 7 bytes"),
        (GrpcEvent::TrailingMetadata(Vec::new()), "0 trailers"),
        (GrpcEvent::Closed { status: 0, message: String::new() }, "status 0"),
        (GrpcEvent::Closed { status: 14, message: "gone".to_owned() }, "status 14: gone"),
    ] {
        assert_eq!(grpc_event(&event), told);
    }
    let found = DnsAddress { ip: "192.0.2.1".parse().unwrap(), ttl_s: 60 };
    assert_eq!(addresses(None), "no answer");
    assert_eq!(addresses(Some(&[])), "no addresses");
    assert_eq!(addresses(Some(&[found])), "192.0.2.1");
}

#[test]
fn fields_that_differ_are_named_with_both_values() {
    for (before, after, told) in [
        (r#"{"a":"2s"}"#, r#"{"a":"1s"}"#, "a 2s → 1s"),
        (r#"{"b":1,"a":"x"}"#, r#"{"b":2,"c":["y"]}"#, r#"a x → default, b 1 → 2, c default → ["y"]"#),
        (r#"{"a":""}"#, r#"{"a":"x"}"#, r#"a "" → x"#),
        (r#"{"a":1}"#, r#"{"a":1}"#, "the same again"),
        (r#"{"a":1}"#, "greet: 1", "greet: 1"),
        ("", r#"{"a":1}"#, r#"{"a":1}"#),
    ] {
        assert_eq!(changes(before, after), told);
    }
}

#[test]
fn a_long_value_is_cut() {
    for (chars, cut) in [(VALUE_CHARS_MAX, false), (VALUE_CHARS_MAX + 1, true)] {
        let after = serde_json::json!({ "a": "é".repeat(chars) }).to_string();
        let told = changes("{}", &after);
        assert_eq!(told.ends_with('…'), cut, "{told}");
        assert_eq!(told.matches('é').count(), VALUE_CHARS_MAX);
    }
}
