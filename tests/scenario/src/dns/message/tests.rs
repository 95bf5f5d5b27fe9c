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
    crate::parse("s", STORY).unwrap().dns
}

fn question(name: &str, rtype: Rtype) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec().question();
    builder.header_mut().set_rd(true);
    builder.push((name.parse::<Name<Vec<u8>>>().unwrap(), rtype)).unwrap();
    builder.finish()
}

fn resolve(name: &str, rtype: Rtype) -> Message<Vec<u8>> {
    let Reply::Message(message) = zones().reply(&question(name, rtype)) else {
        panic!("no answer for {name}")
    };
    Message::from_octets(message).unwrap()
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
    assert_eq!(zones().reply(&question("9.113.0.203.dead.test", Rtype::A)), Reply::Silence);
}

#[test]
fn what_is_no_question_is_told_apart() {
    let mut reply = question("bl.test", Rtype::A);
    reply[2] |= 0x80;
    let mut two = MessageBuilder::new_vec().question();
    two.header_mut().set_opcode(Opcode::QUERY);
    for _ in 0..2 {
        two.push(("bl.test".parse::<Name<Vec<u8>>>().unwrap(), Rtype::A)).unwrap();
    }
    let cut = &question("bl.test", Rtype::A)[..20];
    for body in [&[][..], &[0; 12], cut, &reply, &two.finish()] {
        assert_eq!(zones().reply(body), Reply::NoQuestion, "{body:?}");
    }
}

#[test]
fn a_question_of_1024_bytes_is_read_and_a_longer_one_is_not() {
    for (len, is_read) in [(1_023, true), (1_024, true), (1_025, false)] {
        let mut body = question("bl.test", Rtype::A);
        body.resize(len, 0);
        assert_eq!(zones().reply(&body) != Reply::NoQuestion, is_read, "{len}");
    }
}
