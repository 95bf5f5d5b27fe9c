use super::*;
use crate::dns::Zones;
use crate::owner_name;

const TESTS: [&str; 4] = ["127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2", "::ffff:127.0.0.2"];

fn zones(zone: &str) -> Zones {
    let yaml = format!(
        "about: x\nclients: {{ a: {{ from: 203.0.113.9, script: [] }} }}\ndns: {{ bl.test: {zone} }}\n"
    );
    crate::parse("s", &yaml).unwrap().dns
}

/// What the zone says about a client: its records or its trouble as text, or what is missing.
fn said(zones: &Zones, client: &str, rtype: Rtype) -> String {
    match zones.answer(&owner_name(client.parse().unwrap(), "bl.test"), rtype).content {
        Content::Records { records, .. } => {
            let records: Vec<_> = records.iter().map(|record| record.data().unwrap().to_string()).collect();
            format!("[{}]", records.join(", "))
        }
        Content::Fault(fault) => fault.to_string(),
        Content::NoData { .. } => "no data".to_owned(),
        Content::NoSuchName { .. } => "none".to_owned(),
    }
}

#[test]
fn a_zone_is_what_rfc_5782_wants_unless_the_story_says_otherwise() {
    let listed = "[127.0.0.2]";
    for (zone, expected) in [
        ("{}", ["none", "none", listed, listed]),
        ("{ 203.0.113.9: 127.0.0.3 }", ["none", "none", listed, listed]),
        // Entries for these very addresses win.
        ("{ 127.0.0.2: 127.0.0.4 }", ["none", "none", "[127.0.0.4]", listed]),
        ("{ ::ffff:127.0.0.2: 127.0.0.4 }", ["none", "none", listed, "[127.0.0.4]"]),
        ("{ '::FFFF:7F00:2': [127.0.0.4] }", ["none", "none", listed, "[127.0.0.4]"]),
        ("{ 127.0.0.1: 127.0.0.2 }", [listed, "none", listed, listed]),
        ("{ 127.0.0.2: refused, ::ffff:127.0.0.1: servfail }", ["none", "servfail", "refused", listed]),
        ("{ 127.0.0.2: { latency: 1s } }", ["none", "none", "none", listed]),
        // A list that says the same to all says it to these.
        ("{ others: 127.0.0.255 }", ["[127.0.0.255]"; 4]),
        ("{ others: servfail }", ["servfail"; 4]),
        (
            "{ others: 127.0.0.255, listed: { 127.0.0.2: 127.0.0.2 } }",
            ["[127.0.0.255]", "[127.0.0.255]", listed, "[127.0.0.255]"],
        ),
        ("timeout", ["timeout"; 4]),
    ] {
        let zones = zones(zone);
        assert_eq!(TESTS.map(|client| said(&zones, client, Rtype::A)), expected, "{zone}");
    }
}

#[test]
fn entries_are_all_that_is_answered_with_a_record() {
    for (zone, tests) in [
        ("{ listed: { 203.0.113.9: 127.0.0.3 } }", 2),
        ("{ listed: { 203.0.113.9: 127.0.0.3, 127.0.0.2: 127.0.0.4, 127.0.0.1: 127.0.0.4 } }", 3),
        ("{ listed: { 203.0.113.9: 127.0.0.3, 127.0.0.2: refused } }", 1),
    ] {
        let zones = zones(zone);
        let Some((_, crate::Zone::Listing(listing))) = zones.iter().next() else { panic!("no listing") };
        let entries = listing.entries();
        assert_eq!(entries.len(), 1 + tests, "{zone}");
        for (client, records) in entries {
            assert_eq!(said(&zones, &client.to_string(), Rtype::A), format!("{records:?}"), "{zone}");
        }
    }
    let zones = zones("{ listed: { 203.0.113.9: 127.0.0.3 }, others: servfail }");
    let Some((_, crate::Zone::Listing(listing))) = zones.iter().next() else { panic!("no listing") };
    assert_eq!(listing.entries().len(), 1);
}

#[test]
fn a_reason_is_the_text_of_a_listing() {
    for (zone, a, txt) in [
        ("{ 203.0.113.9: 127.0.0.2 }", "[127.0.0.2]", "no data"),
        ("{ 203.0.113.9: { answer: 127.0.0.2, reason: why } }", "[127.0.0.2]", "[\"why\"]"),
        ("{ 203.0.113.9: { answer: 127.0.0.2, reason: [why, x] } }", "[127.0.0.2]", "[\"why\", \"x\"]"),
        ("{ 203.0.113.9: { answer: 127.0.0.2, reason: timeout } }", "[127.0.0.2]", "timeout"),
        ("{ 203.0.113.9: { reason: why } }", "no data", "[\"why\"]"),
        ("{ 203.0.113.9: servfail }", "servfail", "servfail"),
        ("{ 203.0.113.9: { answer: servfail, reason: why } }", "servfail", "[\"why\"]"),
        ("{ 203.0.113.9: { latency: 1s } }", "none", "none"),
        ("{}", "none", "none"),
        ("{ others: 127.0.0.2 }", "[127.0.0.2]", "no data"),
        ("{ others: { answer: 127.0.0.2, reason: why } }", "[127.0.0.2]", "[\"why\"]"),
        ("wrong-id", "wrong-id", "wrong-id"),
    ] {
        let zones = zones(zone);
        assert_eq!(said(&zones, "203.0.113.9", Rtype::A), a, "{zone}");
        assert_eq!(said(&zones, "203.0.113.9", Rtype::TXT), txt, "{zone}");
    }
}

#[test]
fn a_reason_is_as_late_as_it_says_or_as_its_listing_or_as_the_zone() {
    for (client, seconds) in [
        ("{ answer: 127.0.0.2, reason: { latency: 3s, answer: why } }", [1, 3]),
        ("{ latency: 2s, answer: 127.0.0.2, reason: why }", [2, 2]),
        ("{ latency: 2s, answer: 127.0.0.2, reason: { latency: 3s, answer: why } }", [2, 3]),
        ("{ answer: 127.0.0.2, reason: why }", [1, 1]),
        ("127.0.0.2", [1, 1]),
    ] {
        let zones = zones(&format!("{{ latency: 1s, listed: {{ 203.0.113.9: {client} }} }}"));
        let name = owner_name("203.0.113.9".parse().unwrap(), "bl.test");
        let latency = [Rtype::A, Rtype::TXT].map(|rtype| zones.answer(&name, rtype).latency);
        assert_eq!(latency, seconds.map(|seconds| Some(Duration::from_secs(seconds))), "{client}");
    }
}

#[test]
fn a_name_has_its_own_records_and_lists_clients_below_it() {
    let zones = zones("{ txt: why, a: servfail, mx: { latency: 2s }, listed: { 203.0.113.9: 127.0.0.2 } }");
    let own = |rtype| zones.answer("bl.test", rtype);
    let soa = ("bl.test", DEFAULT_TTL);
    let records = vec![Record::Txt(b"why".into())];
    assert_eq!(own(Rtype::TXT).content, Content::Records { records, ttl: DEFAULT_TTL });
    assert_eq!(own(Rtype::A).content, Content::Fault(Fault::Servfail));
    assert_eq!(own(Rtype::AAAA).content, Content::NoData { soa });
    assert_eq!(
        (own(Rtype::MX).content, own(Rtype::MX).latency),
        (Content::NoData { soa }, Some(Duration::from_secs(2)))
    );
    assert_eq!(zones.answer("x.bl.test", Rtype::TXT).content, Content::NoSuchName { soa: Some(soa) });
    assert_eq!(said(&zones, "203.0.113.9", Rtype::A), "[127.0.0.2]");
    assert_eq!(said(&zones, "203.0.113.9", Rtype::TXT), "no data");
}
