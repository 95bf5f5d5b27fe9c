//! Lists, senders, and what makes a client.

use super::*;

#[test]
fn what_is_new_is_off_but_for_what_harms_nobody() {
    let policy = Policy::parse(b"{}").unwrap();
    assert!(policy.dnsbl_watch_enable && policy.dnsbl_change_voids_passes);
    assert!(!policy.dnsbl_frugal_enable && !policy.dnsbl_early_verdict_enable && !policy.dnsbl_reason_enable);
    assert!(policy.allow_spf.is_empty() && !policy.allow_spf_listed);
    assert!(policy.dnsbl_trial_sites.is_empty() && policy.trial_tests.is_empty());
    assert_eq!(**policy.dnsbl_error_replies, [ErrorReply::Known]);
    assert_eq!((policy.client_ipv4_prefix_length, policy.client_ipv6_prefix_length), (32, 64));
}

#[test]
fn a_client_is_as_many_bits_of_its_address_as_the_policy_says() {
    let policy = |v4: u8, v6: u8| {
        let json = format!(r#"{{"client_ipv4_prefix_length": {v4}, "client_ipv6_prefix_length": {v6}}}"#);
        Policy::parse(json.as_bytes()).unwrap()
    };
    let [v4, v6] =
        ["203.0.113.255", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"].map(|text| text.parse().unwrap());
    for (v4_length, v4_prefix, v6_length, v6_prefix) in [
        (1, "128.0.0.0", 1, "::"),
        (24, "203.0.113.0", 56, "2001:db8:ffff:ff00::"),
        (31, "203.0.113.254", 127, "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe"),
        (32, "203.0.113.255", 128, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] {
        let policy = policy(v4_length, v6_length);
        assert_eq!(policy.client_prefix(v4).to_string(), v4_prefix);
        assert_eq!(policy.client_prefix(v6).to_string(), v6_prefix);
        let mapped = "::ffff:203.0.113.255".parse().unwrap();
        assert_eq!(policy.client_prefix(mapped).to_string(), v4_prefix, "an IPv4 client");
    }
}

#[test]
fn an_error_names_field_value_and_expectation() {
    for (json, expected) in [
        (
            r#"{"dnsbl_error_replies": ["bl.test=127.0.0.256"]}"#,
            r#"dnsbl_error_replies[0]: "bl.test=127.0.0.256": bad"#,
        ),
        (r#"{"dnsbl_error_replies": "known"}"#, "dnsbl_error_replies: invalid type: string \"known\""),
        (
            r#"{"dnsbl_watch_enable": "yes"}"#,
            r#"dnsbl_watch_enable: invalid type: string "yes", expected a boolean"#,
        ),
        (
            r#"{"dnsbl_frugal_enable": 1}"#,
            "dnsbl_frugal_enable: invalid type: integer `1`, expected a boolean",
        ),
        (r#"{"dnsbl_early_verdict_enable": null}"#, "dnsbl_early_verdict_enable: invalid type: null"),
        (r#"{"dnsbl_reason_enable": []}"#, "dnsbl_reason_enable: invalid type: sequence"),
        (r#"{"dnsbl_change_voids_passes": "no"}"#, "dnsbl_change_voids_passes: invalid type: string"),
        (r#"{"dnsbl_frugal": true}"#, "unknown field `dnsbl_frugal`, did you mean `dnsbl_frugal_enable`?"),
        (r#"{"allow_spf": "google.com"}"#, "allow_spf: invalid type: string \"google.com\""),
        (
            r#"{"allow_spf": ["google.com", "203.0.113.9"]}"#,
            r#"allow_spf[1]: "203.0.113.9": expected a host name, not a number or an address"#,
        ),
        (
            r#"{"allow_spf": ["include:google.com"]}"#,
            r#"allow_spf[0]: "include:google.com": expected a host name: ':' is not a letter"#,
        ),
        (r#"{"allow_spf": [""]}"#, r#"allow_spf[0]: "": expected a host name of 1 to 255 characters"#),
        (r#"{"allow_spf": [7]}"#, "allow_spf[0]: invalid type: integer `7`, expected the domain of a sender"),
        (r#"{"allow_spf_listed": "always"}"#, "allow_spf_listed: invalid type: string"),
        (
            r#"{"client_ipv4_prefix_length": 0}"#,
            "client_ipv4_prefix_length: invalid value: integer `0`, expected a whole number from 1 to 32",
        ),
        (r#"{"client_ipv4_prefix_length": 33}"#, "client_ipv4_prefix_length: invalid value: integer `33`"),
        (r#"{"client_ipv4_prefix_length": "/24"}"#, "client_ipv4_prefix_length: invalid type: string"),
        (
            r#"{"client_ipv6_prefix_length": 0}"#,
            "client_ipv6_prefix_length: invalid value: integer `0`, expected a whole number from 1 to 128",
        ),
        (r#"{"client_ipv6_prefix_length": 129}"#, "client_ipv6_prefix_length: invalid value: integer `129`"),
        (r#"{"client_ipv6_prefix_length": -64}"#, "client_ipv6_prefix_length: invalid value: integer `-64`"),
    ] {
        let error = error(json);
        assert!(error.contains(expected), "{json}\n   gave: {error}\n wanted: {expected}");
    }
}

#[test]
fn prefixes_and_names_hold_at_their_limits_and_break_beside_them() {
    let prefix = |field: &str, length: u32| {
        Policy::parse(format!("{{{field:?}: {length}}}").as_bytes())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for (field, max) in [("client_ipv4_prefix_length", 32), ("client_ipv6_prefix_length", 128)] {
        for (length, is_good) in
            [(0, false), (1, true), (2, true), (max - 1, true), (max, true), (max + 1, false)]
        {
            let read = prefix(field, length);
            assert_eq!(read.is_ok(), is_good, "{field} {length}: {read:?}");
        }
    }
    let sender = |length: usize| {
        let name =
            ["a".repeat(length - 194), "b".repeat(63), "c".repeat(63), "d".repeat(63), "e".into()].join(".");
        assert_eq!(name.len(), length);
        Policy::parse(format!(r#"{{"allow_spf": [{name:?}]}}"#).as_bytes()).is_ok()
    };
    assert!(sender(252) && sender(253) && !sender(254), "the longest name in DNS");
}
