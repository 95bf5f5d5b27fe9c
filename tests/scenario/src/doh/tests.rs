use super::*;

const STORY: &str = "
about: x
clients: { a: { from: 203.0.113.9, script: [] } }
dns:
  bl.test: { 203.0.113.9: 127.0.0.2 }
  dead.test: timeout
";

/// An A question for a listed client, id 7.
const LISTED: &[u8] = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x019\x03113\x010\x03203\x02bl\x04test\0\0\x01\0\x01";
/// The same in a zone that never answers.
const DEAD: &[u8] = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x019\x04dead\x04test\0\0\x01\0\x01";

fn ask(method: &str, content_type: &str, body: &[u8]) -> Option<HttpAnswer> {
    let zones = crate::parse("s", STORY).unwrap().dns;
    let headers = [(":method", method), ("content-type", content_type)];
    answer(&zones, &headers.map(|(k, v)| (k.into(), v.into())), body)
}

fn post(body: &[u8]) -> Option<HttpAnswer> {
    ask("POST", "application/dns-message", body)
}

fn status(answer: Option<HttpAnswer>) -> String {
    String::from_utf8(answer.unwrap().headers[0].1.clone()).unwrap()
}

#[test]
fn a_question_is_answered_with_a_dns_message() {
    let answer = post(LISTED).unwrap();
    assert_eq!(answer.headers[1], (b"content-type".to_vec(), b"application/dns-message".to_vec()));
    assert!(answer.body.starts_with(b"\0\x07") && answer.body.ends_with(&[127, 0, 0, 2]));
    assert_eq!(status(Some(answer)), "200");
}

#[test]
fn a_dead_zone_never_answers() {
    assert_eq!(post(DEAD), None);
}

#[test]
fn what_is_no_question_is_a_bad_request() {
    assert_eq!(status(post(b"")), "400");
    assert_eq!(status(post(&LISTED[..20])), "400");
}

#[test]
fn only_a_dns_message_by_post_is_answered() {
    for (method, content_type, expected) in
        [("GET", "application/dns-message", "405"), ("POST", "text/plain", "415"), ("POST", "", "415")]
    {
        assert_eq!(status(ask(method, content_type, LISTED)), expected);
    }
}
