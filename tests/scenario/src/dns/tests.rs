use std::net::Ipv4Addr;

use super::*;

fn zones() -> Zones {
    let mut listing =
        Listing { ttl: Duration::from_secs(7), soa_ttl: Duration::from_secs(9), ..Listing::default() };
    listing.listed.insert(
        "203.0.113.9".parse().unwrap(),
        vec![Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)],
    );
    listing.listed.insert("2001:db8::9".parse().unwrap(), vec![Ipv4Addr::new(127, 0, 0, 4)]);
    Zones(BTreeMap::from([
        ("bl.test".to_owned(), Zone::Listing(listing)),
        ("dead.test".to_owned(), Zone::Fault(Fault::Timeout)),
        ("broken.test".to_owned(), Zone::Fault(Fault::Servfail)),
        ("sub.broken.test".to_owned(), Zone::Listing(Listing::default())),
    ]))
}

#[test]
fn a_listed_client_gets_all_its_records() {
    let zones = zones();
    let Content::Records { records, ttl } = zones.answer("9.113.0.203.bl.test", Rtype::A).content else {
        panic!("not listed")
    };
    assert_eq!(records.len(), 2);
    assert_eq!(ttl, Duration::from_secs(7));
}

#[test]
fn case_and_final_dot_do_not_matter() {
    assert!(matches!(zones().answer("9.113.0.203.BL.Test.", Rtype::A).content, Content::Records { .. }));
    let ipv6 = owner_name("2001:db8::9".parse().unwrap(), "bl.test").to_uppercase();
    assert!(matches!(zones().answer(&ipv6, Rtype::A).content, Content::Records { .. }));
}

#[test]
fn other_names_in_a_zone_do_not_exist_and_name_the_soa() {
    for name in ["8.113.0.203.bl.test", "bl.test", "x.9.113.0.203.bl.test"] {
        let expected = Content::NoSuchName { soa: Some(("bl.test", Duration::from_secs(9))) };
        assert_eq!(zones().answer(name, Rtype::A).content, expected, "{name}");
    }
}

#[test]
fn names_outside_every_zone_do_not_exist() {
    for name in ["", ".", "test", "9.113.0.203.other.test", "notbl.test"] {
        assert_eq!(zones().answer(name, Rtype::A).content, Content::NoSuchName { soa: None }, "{name}");
    }
}

#[test]
fn a_dead_zone_is_silent_and_a_broken_zone_says_so() {
    assert_eq!(zones().answer("9.113.0.203.dead.test", Rtype::A).content, Content::Fault(Fault::Timeout));
    assert_eq!(zones().answer("9.113.0.203.broken.test", Rtype::A).content, Content::Fault(Fault::Servfail));
}

#[test]
fn the_closest_zone_answers() {
    assert!(matches!(
        zones().answer("9.113.0.203.sub.broken.test", Rtype::A).content,
        Content::NoSuchName { soa: Some(_) }
    ));
}

#[test]
fn zones_of_two_stories_stand_side_by_side_below_suffixes() {
    let mut both = zones().below("s1.scenario");
    both.merge(zones().below("s2.scenario"));
    assert_eq!(
        both.answer("9.113.0.203.dead.test.s1.scenario", Rtype::A).content,
        Content::Fault(Fault::Timeout)
    );
    assert!(matches!(
        both.answer("9.113.0.203.bl.test.s2.scenario", Rtype::A).content,
        Content::Records { .. }
    ));
    assert_eq!(both.answer("9.113.0.203.bl.test", Rtype::A).content, Content::NoSuchName { soa: None });
}

#[test]
fn records_say_the_same_below_a_suffix() {
    let text = Record::Txt(b"v=spf1 include:_spf.big.test -all".into());
    let own = BTreeMap::from([(Rtype::TXT, Answer::of(vec![text.clone()]))]);
    let zones = Zones(BTreeMap::from([(
        "big.test".to_owned(),
        Zone::Listing(Listing { own, ..Listing::default() }),
    )]));
    let below = zones.below("s1.scenario");
    let content = below.answer("big.test.s1.scenario", Rtype::TXT).content;
    assert_eq!(content, Content::Records { records: vec![text], ttl: DEFAULT_TTL });
}

#[test]
fn lists_are_plain_if_every_answer_is_true_and_comes_at_once() {
    let with = |change: &dyn Fn(&mut Listing)| {
        let mut listing = Listing::default();
        change(&mut listing);
        Zones(BTreeMap::from([("bl.test".to_owned(), Zone::Listing(listing))])).are_plain()
    };
    assert!(with(&|_| {}));
    assert!(!with(&|listing| listing.latency = Some(Duration::from_millis(1))));
    assert!(!with(&|listing| listing.lost = 1));
    assert!(!with(&|listing| listing.others = Some(Odd::default())));
    assert!(!with(&|listing| _ = listing.odd.insert("203.0.113.9".parse().unwrap(), Odd::default())));
    assert!(!with(&|listing| _ = listing.own.insert(Rtype::TXT, Answer::default())));
}

#[test]
fn every_trouble_is_found_wherever_it_stands() {
    let zones = crate::parse(
        "s",
        "about: x\nclients: { a: { from: '::1', script: [] } }\ndns:\n  dead.test: timeout\n  bl.test: { others: \
         { answer: wrong-id, reason: cut }, listed: { 203.0.113.9: empty, 203.0.113.10: { answer: 127.0.0.2, \
         reason: refused } }, txt: servfail, a: 203.0.113.9 }",
    );
    let mut faults: Vec<_> = zones.unwrap().dns.faults().map(|fault| fault.to_string()).collect();
    faults.sort_unstable();
    assert_eq!(faults, ["cut", "empty", "refused", "servfail", "timeout", "wrong-id"]);
}
