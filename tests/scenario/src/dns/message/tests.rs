use domain::base::iana::Opcode;
use domain::rdata::{A, Txt, ZoneRecordData};

use super::*;

const STORY: &str = "
about: x
clients: { a: { from: 203.0.113.9, script: [] } }
dns:
  bl.test: { ttl: 7s, soa_ttl: 9s, listed: { 203.0.113.9: [127.0.0.2, 127.0.0.3] } }
  dead.test: timeout
  broken.test: servfail
  big.test: { ttl: 1h, a: [203.0.113.7, 203.0.113.8], aaaa: 2001:db8::7, mx: [mail.test, b.test], txt: [x, z] }
  7.113.0.203.in-addr.arpa: { ptr: mail.test }
  long.test: { txt: [{ text: ab, times: 300 }] }
  vast.test: { txt: [{ text: x, times: 64000 }] }
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
fn other_types_of_a_name_have_no_data_and_the_soa_says_for_how_long() {
    for (name, rtype, seconds) in [
        ("9.113.0.203.bl.test", Rtype::TXT, 9),
        ("9.113.0.203.bl.test", Rtype::SPF, 9),
        ("big.test", Rtype::PTR, 300),
        ("big.test", Rtype::NS, 300),
    ] {
        let message = resolve(name, rtype);
        assert_eq!(message.header().rcode(), Rcode::NOERROR, "{name} {rtype}");
        assert_eq!(message.header_counts().ancount(), 0, "{name} {rtype}");
        let soa = message.authority().unwrap().limit_to::<Soa<_>>().next().unwrap().unwrap();
        assert_eq!(soa.ttl(), Ttl::from_secs(seconds), "{name} {rtype}");
    }
}

#[test]
fn every_type_of_record_is_what_other_programs_read() {
    for (name, rtype, expected) in [
        ("big.test", Rtype::A, &["203.0.113.7", "203.0.113.8"][..]),
        ("Big.Test", Rtype::AAAA, &["2001:db8::7"]),
        ("big.test", Rtype::MX, &["10 mail.test.", "10 b.test."]),
        ("big.test", Rtype::TXT, &["\"x\"", "\"z\""]),
        ("7.113.0.203.in-addr.arpa", Rtype::PTR, &["mail.test."]),
    ] {
        let message = resolve(name, rtype);
        assert_eq!(message.header().rcode(), Rcode::NOERROR);
        let answers = message.answer().unwrap().limit_to::<ZoneRecordData<_, _>>().map(Result::unwrap);
        let said: Vec<_> = answers.map(|record| record.data().to_string()).collect();
        assert_eq!(said, expected, "{name} {rtype}");
    }
}

#[test]
fn a_long_text_goes_in_strings_of_255_bytes() {
    for (name, unit, len) in [("long.test", "ab", 600), ("vast.test", "x", 64_000)] {
        let message = resolve(name, Rtype::TXT);
        let record = message.answer().unwrap().limit_to::<Txt<_>>().next().unwrap().unwrap();
        let strings: Vec<_> = record.data().iter().collect();
        assert!(strings.split_last().unwrap().1.iter().all(|string| string.len() == 255), "{name}");
        assert_eq!(strings.concat(), unit.repeat(len / unit.len()).as_bytes(), "{name}");
    }
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
