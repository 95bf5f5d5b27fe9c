mod model;

use super::*;
use domain::base::iana::Rtype;
use domain::base::{MessageBuilder, Name, Ttl};
use domain::rdata::Cname;
use proptest::prelude::*;

const CLIENT: &str = "203.0.113.9";

fn list() -> QuestionTail {
    QuestionTail::from(&"bl.test".parse().unwrap())
}

fn client() -> ReversedName {
    reversed(CLIENT.parse().unwrap())
}

fn name(text: &str) -> Name<Vec<u8>> {
    Name::vec_from_str(text).unwrap()
}

/// An answer under construction: rcode, addresses with TTLs, optional SOA TTL.
fn answer(rcode: Rcode, addresses: &[(&str, u32)], soa_ttl: Option<u32>) -> Vec<u8> {
    let owner = name("9.113.0.203.bl.test");
    let question = question(&client(), &list()).unwrap();
    let question = Message::from_octets(question).unwrap();
    let mut builder = MessageBuilder::new_vec().start_answer(&question, rcode).unwrap();
    for &(address, ttl) in addresses {
        builder.push((&owner, Ttl::from_secs(ttl), A::new(address.parse().unwrap()))).unwrap();
    }
    let mut builder = builder.authority();
    if let Some(ttl) = soa_ttl {
        let minimum = Ttl::from_secs(7);
        let soa = Soa::new(name("ns.test"), name("who.test"), 1.into(), minimum, minimum, minimum, minimum);
        builder.push((name("bl.test"), Ttl::from_secs(ttl), soa)).unwrap();
    }
    builder.finish()
}

fn parse(message: &[u8]) -> Result<ParsedAnswer, BadAnswer> {
    parse_answer(&client(), &list(), &ErrorReplies::default(), message)
}

/// What [`answer`] makes with these addresses, which have this TTL; or with a SOA record that has it.
fn listed(addresses: &[&str], ttl: u32) -> ParsedAnswer {
    let cache_ttl = if addresses.is_empty() { 7 } else { ttl };
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    ParsedAnswer { addresses, ttl: Some(ttl), cache_ttl: Some(cache_ttl) }
}

#[test]
fn questions_reverse_the_address() {
    let asked = |client: &str| {
        let message =
            Message::from_octets(question(&reversed(client.parse().unwrap()), &list()).unwrap()).unwrap();
        assert_eq!((message.header().id(), message.header().rd()), (0, true));
        let question = message.sole_question().unwrap();
        assert_eq!(question.qtype(), Rtype::A);
        question.qname().to_string()
    };
    assert_eq!(asked("192.0.2.24"), "24.2.0.192.bl.test");
    assert_eq!(
        asked("2001:db8::12:ab"),
        "b.a.0.0.2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test"
    );
}

#[test]
fn a_listing_is_its_addresses_and_their_lowest_ttl() {
    let message = answer(Rcode::NOERROR, &[("127.0.0.2", 300), ("127.0.0.10", 200)], None);
    assert_eq!(parse(&message), Ok(listed(&["127.0.0.2", "127.0.0.10"], 200)));
}

#[test]
fn a_negative_answer_is_valid_as_long_as_its_soa_record() {
    for rcode in [Rcode::NXDOMAIN, Rcode::NOERROR] {
        assert_eq!(parse(&answer(rcode, &[], Some(240))), Ok(listed(&[], 240)), "{rcode}");
        let unknown = ParsedAnswer { addresses: vec![], ttl: None, cache_ttl: None };
        assert_eq!(parse(&answer(rcode, &[], None)), Ok(unknown), "{rcode}");
    }
}

#[test]
fn a_negative_answer_may_be_used_again_as_long_as_both_fields_of_its_soa_record_say() {
    for (ttl, expected) in [(0, 0), (6, 6), (7, 7), (8, 7)] {
        let told = parse(&answer(Rcode::NXDOMAIN, &[], Some(ttl))).unwrap();
        assert_eq!((told.ttl, told.cache_ttl), (Some(ttl), Some(expected)));
    }
}

#[test]
fn an_alias_limits_how_long_an_answer_may_be_used_again() {
    let question = Message::from_octets(question(&client(), &list()).unwrap()).unwrap();
    let alias = (name("9.113.0.203.bl.test"), Ttl::from_secs(20), Cname::new(name("other.test")));
    let told = |address: Option<u32>| {
        let mut builder = MessageBuilder::new_vec().start_answer(&question, Rcode::NOERROR).unwrap();
        builder.push(&alias).unwrap();
        if let Some(ttl) = address {
            let address = A::new([127, 0, 0, 2].into());
            builder.push((name("other.test"), Ttl::from_secs(ttl), address)).unwrap();
        }
        let mut builder = builder.authority();
        let zero = Ttl::from_secs(900);
        let soa = Soa::new(name("ns.test"), name("who.test"), 1.into(), zero, zero, zero, zero);
        builder.push((name("test"), Ttl::from_secs(800), soa)).unwrap();
        let told = parse(&builder.finish()).unwrap();
        (told.ttl, told.cache_ttl)
    };
    assert_eq!(told(Some(300)), (Some(300), Some(20)));
    assert_eq!(told(Some(10)), (Some(10), Some(10)));
    assert_eq!(told(None), (Some(800), Some(20)), "an alias to a name that is not listed");
}

#[test]
fn a_name_of_255_bytes_is_the_longest() {
    let list = |length: usize| {
        let label = "x".repeat(62);
        let domain = format!("{label}.{label}.{}", "x".repeat(length - 126));
        QuestionTail::from(&domain.parse().unwrap())
    };
    let client = reversed("2001:db8::1".parse().unwrap());
    let asked = question(&client, &list(super::super::DOMAIN_MAX)).unwrap();
    let asked = Message::from_octets(asked).unwrap();
    assert_eq!(asked.sole_question().unwrap().qname().to_string().len(), 253);
    let mut longer = list(super::super::DOMAIN_MAX);
    longer.0 = [longer.0.as_ref(), &[0]].concat().into();
    assert_eq!(question(&client, &longer), None);
}

#[test]
fn error_codes_of_lists_are_no_listings() {
    for (address, error) in [
        ("127.255.255.252", true),
        ("127.255.255.254", true),
        ("127.255.254.255", false),
        ("127.254.255.255", false),
        ("126.255.255.255", true),
        ("128.0.0.0", true),
        ("192.0.2.80", true),
        ("127.0.0.1", false),
    ] {
        let expected = if error {
            Err(BadAnswer::ErrorAddress(address.parse().unwrap()))
        } else {
            Ok(listed(&[address], 300))
        };
        assert_eq!(parse(&answer(Rcode::NOERROR, &[(address, 300)], None)), expected, "{address}");
    }
    let mixed = answer(Rcode::NOERROR, &[("127.255.255.254", 300), ("127.0.0.2", 300)], None);
    assert_eq!(parse(&mixed), Ok(listed(&["127.0.0.2"], 300)), "what is a listing still counts");
}

#[test]
fn error_replies_of_the_list_are_no_listings() {
    let errors = ErrorReplies::of(&"bl.test".parse().unwrap(), &["bl.test=127.0.0.[8..9]".parse().unwrap()]);
    let parse = |addresses: &[(&str, u32)]| {
        parse_answer(&client(), &list(), &errors, &answer(Rcode::NOERROR, addresses, None))
    };
    let error = |address: &str| Err(BadAnswer::ErrorAddress(address.parse().unwrap()));
    assert_eq!(parse(&[("127.0.0.7", 300)]), Ok(listed(&["127.0.0.7"], 300)));
    assert_eq!(parse(&[("127.0.0.8", 300)]), error("127.0.0.8"));
    assert_eq!(parse(&[("127.0.0.9", 300), ("127.255.255.254", 300)]), error("127.0.0.9"));
    assert_eq!(parse(&[("127.0.0.9", 300), ("127.0.0.2", 300)]), Ok(listed(&["127.0.0.2"], 300)));
}

#[test]
fn resolver_errors_are_no_answers() {
    for rcode in [Rcode::SERVFAIL, Rcode::REFUSED, Rcode::FORMERR, Rcode::NOTIMP] {
        assert_eq!(parse(&answer(rcode, &[("127.0.0.2", 300)], None)), Err(BadAnswer::Rcode(rcode)));
    }
}

#[test]
fn a_lie_about_the_question_is_seen() {
    let good = answer(Rcode::NOERROR, &[("127.0.0.2", 300)], None);
    let lie = |offset: usize, bits: u8| {
        let mut message = good.clone();
        message[offset] ^= bits;
        parse(&message)
    };
    assert_eq!(lie(1, 1), Err(BadAnswer::Mismatch), "another id");
    assert_eq!(lie(2, 0x80), Err(BadAnswer::Mismatch), "a question, not an answer");
    assert_eq!(lie(2, 0x02), Err(BadAnswer::Truncated));
    assert_eq!(lie(13, 1), Err(BadAnswer::Mismatch), "another address");
    assert!(lie(26, 0x20).is_ok(), "names are compared without regard to case");
}

#[test]
fn addresses_of_other_names_do_not_count() {
    let question = Message::from_octets(question(&client(), &list()).unwrap()).unwrap();
    let ttl = Ttl::from_secs(300);
    let mut builder = MessageBuilder::new_vec().start_answer(&question, Rcode::NOERROR).unwrap();
    builder.push((name("other.test"), ttl, A::new([127, 0, 0, 2].into()))).unwrap();
    assert_eq!(parse(&builder.clone().finish()), Err(BadAnswer::Mismatch));

    builder.push((name("9.113.0.203.bl.test"), ttl, Cname::new(name("other.test")))).unwrap();
    assert_eq!(parse(&builder.finish()), Ok(listed(&["127.0.0.2"], 300)), "an alias is followed");
}

#[test]
fn an_alias_that_leads_to_itself_ends() {
    let question = Message::from_octets(question(&client(), &list()).unwrap()).unwrap();
    let owner = name("9.113.0.203.bl.test");
    let mut builder = MessageBuilder::new_vec().start_answer(&question, Rcode::NOERROR).unwrap();
    builder.push((&owner, Ttl::from_secs(300), Cname::new(&owner))).unwrap();
    assert_eq!(parse(&builder.finish()), Err(BadAnswer::Malformed));
}

#[test]
fn size_limits_hold_at_their_value_and_break_above() {
    let many = |count: usize| parse(&answer(Rcode::NOERROR, &vec![("127.0.0.2", 300); count], None));
    assert!(many(usize::from(RECORDS_MAX) - 1).is_ok());
    assert_eq!(many(usize::from(RECORDS_MAX)).unwrap().addresses.len(), ADDRESSES_MAX);
    assert_eq!(many(usize::from(RECORDS_MAX) + 1), Err(BadAnswer::Oversized));
    assert_eq!(many(ADDRESSES_MAX - 1).unwrap().addresses.len(), ADDRESSES_MAX - 1);

    let padded = |length: usize| {
        let mut message = answer(Rcode::NOERROR, &[("127.0.0.2", 300)], None);
        message.resize(length, 0);
        parse(&message)
    };
    assert!(padded(MESSAGE_MAX).is_ok());
    assert_eq!(padded(MESSAGE_MAX + 1), Err(BadAnswer::Oversized));
}

#[test]
fn a_negative_answer_is_known_by_its_header() {
    assert!(is_negative(&answer(Rcode::NXDOMAIN, &[], Some(60))));
    assert!(is_negative(&answer(Rcode::NOERROR, &[], None)));
    assert!(!is_negative(&answer(Rcode::NOERROR, &[("127.0.0.2", 60)], None)));
    assert!(!is_negative(&question(&client(), &list()).unwrap()), "no answer");
    assert!(!is_negative(b"<html>"));
    assert!(!is_negative(b""));
}

#[test]
fn a_message_cut_anywhere_is_no_listing() {
    let good = answer(Rcode::NOERROR, &[("127.0.0.2", 300)], Some(60));
    let end_of_answer = answer(Rcode::NOERROR, &[("127.0.0.2", 300)], None).len();
    for length in 0..end_of_answer {
        assert!(parse(&good[..length]).is_err(), "cut to {length} bytes");
    }
}

proptest! {
    #[test]
    fn what_seems_negative_is_no_listing(header in any::<[u8; 12]>()) {
        let mut message = answer(Rcode::NOERROR, &[("127.0.0.2", 60)], None);
        message[..12].copy_from_slice(&header);
        message[..2].fill(0);
        message[6..8].fill(0);
        if is_negative(&message) {
            prop_assert!(parse(&message).is_ok_and(|answer| answer.addresses.is_empty()) || parse(&message).is_err());
        }
    }

    #[test]
    fn noise_is_never_a_listing(message in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(parse(&message).is_err());
    }

    #[test]
    fn damage_never_panics(offset in 0_usize..80, byte: u8, cut in 0_usize..120) {
        let mut message = answer(Rcode::NOERROR, &[("127.0.0.2", 300), ("127.0.0.3", 300)], Some(60));
        if let Some(damaged) = message.get_mut(offset) {
            *damaged = byte;
        }
        message.truncate(cut);
        _ = parse(&message);
    }
}
