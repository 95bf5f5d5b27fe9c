use super::*;
use proptest::prelude::*;

fn rules(json: &str) -> AccessList {
    serde_json::from_str(json).unwrap()
}

fn networks(json: &str) -> Networks {
    serde_json::from_str(json).unwrap()
}

fn decide_for(rules_json: &str, client: &str) -> Decision {
    decide(
        &rules(rules_json),
        &networks(r#"["10.0.0.0/8", "!fd00::7", "fd00::/8"]"#),
        client.parse().unwrap(),
    )
}

#[test]
fn the_first_match_wins() {
    let list = r#"[
        {"cidr": "192.0.2.7", "action": "permit"},
        {"cidr": "192.0.2.0/24", "action": "reject"},
        {"cidr": "192.0.2.0/23", "action": "dunno"},
        "permit_mynetworks",
        {"cidr": "2001:db8::/32", "action": "reject"},
        {"cidr": "[2001:db9::]/32", "action": "permit"}
    ]"#;
    for (client, expected) in [
        ("192.0.2.7", Decision::Permit),
        ("192.0.2.8", Decision::Reject),
        ("192.0.3.1", Decision::Undecided),
        ("10.1.2.3", Decision::Permit),
        ("fd00::1", Decision::Permit),
        ("fd00::7", Decision::Undecided),
        ("2001:db8::1", Decision::Reject),
        ("2001:db9::1", Decision::Permit),
        ("203.0.113.1", Decision::Undecided),
    ] {
        assert_eq!(decide_for(list, client), expected, "{client}");
    }
}

#[test]
fn words_decide_about_everybody_in_any_case() {
    for (list, expected) in [
        (r#"["permit"]"#, Decision::Permit),
        (r#"["Reject"]"#, Decision::Reject),
        (r#"["DUNNO", "reject"]"#, Decision::Undecided),
        ("[]", Decision::Undecided),
    ] {
        assert_eq!(decide_for(list, "203.0.113.1"), expected, "{list}");
    }
}

#[test]
fn a_negated_rule_matches_the_rest_of_its_family_only() {
    let list = r#"[{"cidr": "!192.0.2.0/24", "action": "reject"}]"#;
    assert_eq!(decide_for(list, "192.0.2.1"), Decision::Undecided);
    assert_eq!(decide_for(list, "192.0.3.1"), Decision::Reject);
    assert_eq!(decide_for(list, "2001:db8::1"), Decision::Undecided);
}

#[test]
fn a_bad_rule_says_what_was_expected() {
    for (json, fragment) in [
        (r#"["allow"]"#, r#""allow": expected "permit_mynetworks", "permit""#),
        ("[7]", r#"invalid type: integer `7`, expected "permit_mynetworks""#),
        (
            r#"[{"cidr": "192.0.2.0/33", "action": "permit"}]"#,
            r#""192.0.2.0/33": expected an address or a network"#,
        ),
        (
            r#"[{"cidr": "192.0.2.1/24", "action": "permit"}]"#,
            r#"no host bits after the prefix: "192.0.2.0/24""#,
        ),
        (r#"[{"cidr": "]::1[", "action": "permit"}]"#, "expected an address or a network"),
        (r#"[{"cidr": "[[::1]", "action": "permit"}]"#, "expected an address or a network"),
        (r#"[{"cidr": "[::1]]", "action": "permit"}]"#, "expected an address or a network"),
        (r#"[{"cidr": "[::1", "action": "permit"}]"#, "expected an address or a network"),
        (r#"[{"cidr": "::[1]", "action": "permit"}]"#, "expected an address or a network"),
        (
            r#"[{"cidr": "192.0.2.0/24", "action": "drop"}]"#,
            r#""drop": expected "permit", "reject" or "dunno""#,
        ),
        (r#"[{"cidr": "192.0.2.0/24"}]"#, "missing field `action`"),
        (r#"[{"cidr": "::1", "action": "permit", "why": "me"}]"#, "unknown field `why`"),
    ] {
        let error = serde_json::from_str::<AccessList>(json).unwrap_err().to_string();
        assert!(error.contains(fragment), "{json} gave {error}");
    }
}

#[test]
fn the_default_networks_are_loopback() {
    let networks = Networks::loopback();
    for (client, expected) in
        [("127.0.0.1", true), ("127.255.255.255", true), ("::1", true), ("128.0.0.1", false), ("::2", false)]
    {
        assert_eq!(networks.contain(client.parse().unwrap()), expected, "{client}");
    }
}

proptest! {
    #[test]
    fn a_pattern_agrees_with_masking_by_hand(address: u32, prefix in 0_u8..=32, client: u32, negated: bool) {
        let mask = if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) };
        let network = std::net::Ipv4Addr::from(address & mask);
        let text = format!("{}{network}/{prefix}", if negated { "!" } else { "" });
        let pattern: Pattern = text.parse().unwrap();
        let inside = client & mask == address & mask;
        prop_assert_eq!(pattern.matches(std::net::Ipv4Addr::from(client).into()), inside != negated);
    }
}

#[test]
fn a_network_with_host_bits_is_told_from_what_is_none() {
    for text in ["", "10/8", "192.0.2.256", "[::1", "10.0.0.0/33", "!!192.0.2.1"] {
        let error = text.parse::<Pattern>().unwrap_err();
        assert!(matches!(error, PatternError::Form(_)), "{text}: {error}");
    }
    let error = "!10.0.0.1/8".parse::<Pattern>().unwrap_err();
    assert_eq!(error, PatternError::HostBits("10.0.0.0/8".parse().unwrap()));
    assert_eq!(error.to_string(), "expected no host bits after the prefix: \"10.0.0.0/8\"");
    for everybody in ["fd::/8", "::1/64", "10.0.0.1/0"] {
        let error = everybody.parse::<Pattern>().unwrap_err();
        assert_eq!(error.to_string(), "expected no host bits after the prefix", "{everybody}");
    }
}
