use domain::base::iana::Opcode;

use super::*;

const STORY: &str = "
about: x
clients: { a: { from: 203.0.113.9, script: [] } }
dns:
  bl.test: { ttl: 7s, soa_ttl: 9s, listed: { 203.0.113.9: [127.0.0.2, 127.0.0.3] } }
  dead.test: timeout
  broken.test: servfail
";

fn zones() -> Zones {
    postscreen_scenario::parse("s", STORY).unwrap().dns
}

fn question(name: &str, rtype: Rtype) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec().question();
    builder.header_mut().set_rd(true);
    builder.push((name.parse::<Name<Vec<u8>>>().unwrap(), rtype)).unwrap();
    builder.finish()
}

fn post(body: &[u8]) -> Option<HttpAnswer> {
    let headers = [(":method", "POST"), ("content-type", "application/dns-message")];
    answer(&zones(), &headers.map(|(k, v)| (k.into(), v.into())).into(), body)
}

fn resolve(name: &str, rtype: Rtype) -> Message<Vec<u8>> {
    Message::from_octets(post(&question(name, rtype)).unwrap().body).unwrap()
}

fn status(answer: Option<HttpAnswer>) -> String {
    String::from_utf8(answer.unwrap().headers[0].1.clone()).unwrap()
}

#[test]
fn a_listed_name_has_its_records_and_ttl() {
    let message = resolve("9.113.0.203.bl.test", Rtype::A);
    let records: Vec<_> = message.answer().unwrap().limit_to::<A>().map(Result::unwrap).collect();
    assert_eq!(
        records.iter().map(|r| r.data().addr().to_string()).collect::<Vec<_>>(),
        ["127.0.0.2", "127.0.0.3"]
    );
    assert!(records.iter().all(|r| r.ttl() == Ttl::from_secs(7)));
    assert_eq!(message.header().rcode(), Rcode::NOERROR);
    assert!(message.header().qr() && message.header().ra());
}

#[test]
fn a_name_that_is_not_listed_does_not_exist_and_the_soa_says_for_how_long() {
    let message = resolve("8.113.0.203.bl.test", Rtype::A);
    assert_eq!(message.header().rcode(), Rcode::NXDOMAIN);
    let soa = message.authority().unwrap().limit_to::<Soa<_>>().next().unwrap().unwrap();
    assert_eq!(soa.ttl(), Ttl::from_secs(9));
}

#[test]
fn a_name_outside_every_zone_does_not_exist() {
    let message = resolve("9.113.0.203.other.test", Rtype::A);
    assert_eq!(message.header().rcode(), Rcode::NXDOMAIN);
    assert_eq!(message.header_counts().nscount(), 0);
}

#[test]
fn other_types_of_a_listed_name_have_no_data() {
    let message = resolve("9.113.0.203.bl.test", Rtype::TXT);
    assert_eq!(message.header().rcode(), Rcode::NOERROR);
    assert_eq!(message.header_counts().ancount(), 0);
}

#[test]
fn a_broken_zone_says_so_and_a_dead_one_nothing() {
    assert_eq!(resolve("9.113.0.203.broken.test", Rtype::A).header().rcode(), Rcode::SERVFAIL);
    assert_eq!(post(&question("9.113.0.203.dead.test", Rtype::A)), None);
}

#[test]
fn what_is_no_question_is_a_bad_request() {
    let mut reply = question("bl.test", Rtype::A);
    reply[2] |= 0x80;
    let mut two = MessageBuilder::new_vec().question();
    two.header_mut().set_opcode(Opcode::QUERY);
    for _ in 0..2 {
        two.push(("bl.test".parse::<Name<Vec<u8>>>().unwrap(), Rtype::A)).unwrap();
    }
    let cut = &question("bl.test", Rtype::A)[..20];
    for body in [&[][..], &[0; 12], cut, &reply, &two.finish()] {
        assert_eq!(status(post(body)), "400", "{body:?}");
    }
}

#[test]
fn a_question_of_1024_bytes_is_read_and_a_longer_one_is_not() {
    for (len, expected) in [(1_023, "200"), (1_024, "200"), (1_025, "400")] {
        let mut body = question("bl.test", Rtype::A);
        body.resize(len, 0);
        assert_eq!(status(post(&body)), expected, "{len}");
    }
}

#[test]
fn only_a_dns_message_by_post_is_answered() {
    for (method, content_type, expected) in
        [("GET", "application/dns-message", "405"), ("POST", "text/plain", "415"), ("POST", "", "415")]
    {
        let headers = [(":method", method), ("content-type", content_type)];
        let headers = headers.map(|(k, v)| (k.into(), v.into())).into();
        assert_eq!(status(answer(&zones(), &headers, &question("bl.test", Rtype::A))), expected);
    }
}
