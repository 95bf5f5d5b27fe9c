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

/// What the zone says about a client: its records or its trouble as text, or `none`.
fn said(zones: &Zones, client: &str) -> String {
    match zones.answer(&owner_name(client.parse().unwrap(), "bl.test")).content {
        Content::Addresses { records, .. } => format!("{records:?}"),
        Content::Fault(fault) => fault.to_string(),
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
        assert_eq!(TESTS.map(|client| said(&zones, client)), expected, "{zone}");
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
            assert_eq!(said(&zones, &client.to_string()), format!("{records:?}"), "{zone}");
        }
    }
    let zones = zones("{ listed: { 203.0.113.9: 127.0.0.3 }, others: servfail }");
    let Some((_, crate::Zone::Listing(listing))) = zones.iter().next() else { panic!("no listing") };
    assert_eq!(listing.entries().len(), 1);
}
