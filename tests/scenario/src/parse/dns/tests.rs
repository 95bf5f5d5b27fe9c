use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::dns::Fault;

fn read(dns: &str) -> Result<Zones, Mistake> {
    let yaml = format!("about: x\nclients: {{ a: {{ from: '::1', script: [] }} }}\ndns:\n{dns}");
    crate::parse("story.yaml", &yaml).map(|story| story.dns)
}

/// The one zone of a story.
fn listing(zone: &str) -> Listing {
    let zones = read(&format!("  bl.test: {zone}\n")).unwrap_or_else(|mistake| panic!("{mistake}"));
    match zones.iter().next() {
        Some((_, Zone::Listing(listing))) => listing.clone(),
        zone => panic!("{zone:?}"),
    }
}

fn text(text: &str) -> Record {
    Record::Txt(text.into())
}

#[test]
fn every_form_of_a_list_is_read() {
    let zones = read(
        "
  bl.test:
    203.0.113.9: 127.0.0.2
    203.0.113.10: [127.0.0.2, 127.0.0.10]
    2001:db8::9: 127.0.0.3
    ::ffff:127.0.0.2: 127.0.0.2
  odd.test: { ttl: 30s, soa_ttl: 2m, listed: { 203.0.113.9: 127.0.0.2 } }
  plain.test: {}
  dead.test: timeout
  broken.test: servfail
",
    )
    .unwrap();
    let zones: BTreeMap<_, _> = zones.iter().collect();
    assert_eq!(zones.len(), 5);
    assert_eq!(zones["dead.test"], &Zone::Fault(Fault::Timeout));
    assert_eq!(zones["broken.test"], &Zone::Fault(Fault::Servfail));
    assert_eq!(zones["plain.test"], &Zone::Listing(Listing::default()));
    let Zone::Listing(listing) = zones["bl.test"] else { panic!("no listing") };
    let mapped = "::ffff:127.0.0.2".parse().unwrap();
    assert!(listing.listed.contains_key(&mapped), "an IPv4-mapped client stays one of IPv6");
    assert_eq!(listing.listed.values().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1, 1]);
    let Zone::Listing(odd) = zones["odd.test"] else { panic!("no listing") };
    assert_eq!((odd.ttl, odd.soa_ttl), (Duration::from_secs(30), Duration::from_mins(2)));
}

#[test]
fn every_form_of_a_reason_is_read() {
    let late = Some(Duration::from_secs(2));
    let why = Answer::of(vec![text("why")]);
    for (reason, expected) in [
        ("why", why.clone()),
        ("[why]", why.clone()),
        ("[why, timeout]", Answer::of(vec![text("why"), text("timeout")])),
        ("\"a: \\xff\\0\"", Answer::of(vec![Record::Txt(b"a: \xff\0".into())])),
        ("[{ text: ab, times: 3 }]", Answer::of(vec![text("ababab")])),
        ("timeout", Answer { latency: None, says: Some(Says::Fault(Fault::Timeout)) }),
        ("{ latency: 2s, answer: why }", Answer { latency: late, ..why }),
        ("{ latency: 2s }", Answer { latency: late, says: None }),
    ] {
        let listing =
            listing(&format!("{{ 203.0.113.9: {{ answer: 127.0.0.2, latency: 1s, reason: {reason} }} }}"));
        let odd = &listing.odd[&"203.0.113.9".parse().unwrap()];
        assert_eq!(odd.reason.as_ref(), Some(&expected), "{reason}");
        assert_eq!(odd.answer.records(), [Record::A("127.0.0.2".parse().unwrap())]);
        assert_eq!(odd.answer.latency, Some(Duration::from_secs(1)));
    }
}

#[test]
fn a_list_may_have_a_reason_and_a_delay_for_all_others() {
    let others = listing("{ others: { latency: 1s, answer: 127.0.0.2, reason: why } }").others.unwrap();
    assert_eq!(others.answer.latency, Some(Duration::from_secs(1)));
    assert_eq!(others.reason.unwrap().records(), [text("why")]);
}

#[test]
fn every_type_of_record_is_read() {
    let listing = listing(
        "{ ttl: 1h, a: [203.0.113.7, 203.0.113.8], aaaa: 2001:db8::7, mx: [mail.test, b.test], ptr: a.test, \
         txt: 'v=spf1 mx -all' }",
    );
    let name = |name: &str| name.to_owned();
    let expected = [
        vec![Record::A("203.0.113.7".parse().unwrap()), Record::A("203.0.113.8".parse().unwrap())],
        vec![Record::Ptr(name("a.test"))],
        vec![Record::Mx(name("mail.test")), Record::Mx(name("b.test"))],
        vec![text("v=spf1 mx -all")],
        vec![Record::Aaaa("2001:db8::7".parse().unwrap())],
    ];
    assert_eq!(listing.ttl, Duration::from_hours(1));
    assert_eq!(listing.own.values().map(Answer::records).collect::<Vec<_>>(), expected);
    for (rtype, answer) in &listing.own {
        assert!(answer.records().iter().all(|record| record.rtype() == *rtype));
    }
}

#[test]
fn a_type_can_be_late_or_trouble() {
    let listing = listing("{ a: servfail, txt: { latency: 2s, answer: x }, mx: { latency: 1s } }");
    let said: Vec<_> = listing.own.values().map(|answer| (answer.latency, answer.says.clone())).collect();
    assert_eq!(
        said,
        [
            (None, Some(Says::Fault(Fault::Servfail))),
            (Some(Duration::from_secs(1)), None),
            (Some(Duration::from_secs(2)), Some(Says::Records(vec![text("x")]))),
        ]
    );
}

#[test]
fn a_mistake_names_its_place_and_what_was_expected() {
    for (zone, line, column, words) in [
        ("203.0.113.9: 127.0.0", 5, 18, "no A record"),
        ("203.0.113.9: [127.0.0]", 5, 19, "`127.0.0` is no A record: expected an IPv4 address"),
        ("203.0.113.9: []", 5, 18, "empty list"),
        ("203.0.113.9: { reson: x }", 5, 20, "did you mean `reason`?"),
        ("203.0.113.9: { reason: [] }", 5, 28, "expected a text or a list of them"),
        ("203.0.113.9: { reason: \"\\u0100\" }", 5, 28, "one per byte"),
        ("203.0.113.9: { reason: { text: x, times: 2 } }", 5, 30, "expected one of latency, answer"),
        ("203.0.113.9: { reason: [{ text: x, times: 0 }] }", 5, 29, "at least 1"),
        ("203.0.113.999: 127.0.0.2", 5, 5, "expected an address, ttl"),
        ("ttl: 500ms", 5, 10, "whole seconds"),
        ("a: 127.0.0", 5, 8, "expected an IPv4 address or one of cut, down"),
        ("a: 2001:db8::1", 5, 8, "no A record"),
        ("aaaa: 127.0.0.1", 5, 11, "no AAAA record and no trouble: expected an IPv6 address or one of cut"),
        ("mx: [Mail.test]", 5, 10, "no MX record: expected a domain name in lower case"),
        ("ptr: a..test", 5, 10, "no PTR record"),
        ("mx: [{ text: a.test, times: 1 }]", 5, 10, "a mapping stands here: expected a domain name"),
        (
            "txt: 1",
            5,
            5,
            "integer `1` stands here: expected a text, a list of them, a word for what goes wrong",
        ),
        ("spf: x", 5, 5, "expected an address, ttl, soa_ttl, latency, lost, listed, others, a, aaaa"),
        ("{ ttl: 5s, 203.0.113.9: 127.0.0.2 }", 5, 5, "expected them in `listed`"),
        ("{ txt: x, 203.0.113.9: 127.0.0.2 }", 5, 5, "expected them in `listed`"),
    ] {
        let mistake = read(&format!("  bl.test:\n    {zone}\n")).unwrap_err();
        assert!(mistake.message.contains(words), "{zone}\n{mistake}\nlacks {words}");
        assert_eq!((mistake.line, mistake.column), (line, column), "{zone}\n{mistake}");
    }
}

#[test]
fn a_zone_has_a_name_of_dns() {
    let long = "a".repeat(63);
    for (name, words) in [
        ("bl..test", "no zone's name"),
        ("BL.test", "lower-case"),
        ("bl.test.", "no final dot"),
        (&format!("{long}a.test"), "no zone's name"),
        (&[long.as_str(); 4].join("."), "no zone's name"),
    ] {
        let mistake = read(&format!("  {name}: {{}}\n")).unwrap_err();
        assert!(mistake.message.contains(words), "{mistake}");
        assert_eq!((mistake.line, mistake.column), (4, 3), "{mistake}");
    }
    for name in ["_spf.big.test", "7.113.0.203.in-addr.arpa", &long] {
        assert!(read(&format!("  {name}: {{}}\n")).is_ok(), "{name}");
    }
    let mistake = read("  bl.test: dead\n").unwrap_err();
    assert!(mistake.message.contains("expected {address: record} or one of cut, down"), "{mistake}");
}

/// All that stands in a message but the strings of a TXT record of `bl.test`: header, question, record.
const AROUND: usize = 12 + (9 + 4) + (9 + 10);

#[test]
fn what_a_message_of_65535_bytes_holds_is_read_and_no_more() {
    // Each string of 255 bytes has one byte before it.
    let most = (65_535 - AROUND) / 256 * 255 + (65_535 - AROUND) % 256 - 1;
    for (len, fits) in [(64_000, true), (most - 1, true), (most, true), (most + 1, false), (70_000, false)] {
        let zone = format!("  bl.test: {{ txt: [{{ text: x, times: {len} }}] }}\n");
        let read = read(&zone);
        assert_eq!(read.is_ok(), fits, "{len}: {read:?}");
        if let Err(mistake) = read {
            assert_eq!((mistake.line, mistake.column), (4, 12), "{mistake}");
            assert!(mistake.message.contains("`bl.test`") && mistake.message.contains("65535"), "{mistake}");
        }
    }
}

#[test]
fn too_long_an_answer_about_any_client_is_found() {
    let text = "[{ text: x, times: 65400 }]";
    let records = vec!["127.0.0.2"; 2_000].join(", ");
    for zone in [
        format!("{{ 203.0.113.9: {{ answer: 127.0.0.2, reason: {text} }} }}"),
        format!("{{ 203.0.113.9: [{records}] }}"),
        format!("{{ 203.0.113.9: {{ latency: 1s, answer: [{records}] }} }}"),
        format!("{{ others: {{ answer: 127.0.0.2, reason: {text} }} }}"),
        format!("{{ a: [{records}, {records}] }}"),
    ] {
        let mistake = read(&format!("  bl.test: {zone}\n")).unwrap_err();
        assert!(mistake.message.contains("what a DNS message can hold"), "{mistake}");
    }
}
