//! Whose passes count, and how long: by the client's network, and by the lists that gave them.

use super::CONNECT;
use super::visit::{Says, Visit};

/// The client waits, is on no list, and is served.
fn passes(visit: &mut Visit, seconds: f64) {
    visit.opens();
    visit.list_says(0, Says::Unlisted);
    visit.at(seconds).wakes().has("verdict PASS NEW");
    visit.backend_answers();
}

#[test]
fn a_client_is_its_network() {
    for (length, others) in [
        ("", [true, true, false, false]),
        (r#", "client_ipv6_prefix_length": 128"#, [true, false, false, false]),
        (r#", "client_ipv6_prefix_length": 56"#, [true, true, true, false]),
    ] {
        let addresses = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:1::1]:1", "[2001:db8:1::1]:1"];
        for (address, known) in addresses.into_iter().zip(others) {
            let policy =
                format!(r#"{{"dnsbl_sites": ["a.test"], "client_connection_count_limit": 1{length}}}"#);
            let mut visit = Visit::from(&policy, addresses[0], "[2001:db8::25]:25");
            passes(&mut visit, 6.0);
            visit.comes_from(address).opens();
            assert_eq!(visit.is_decided_as("PASS OLD"), known, "{address} {length}");
            let mut visit = Visit::from(&policy, address, "[2001:db8::25]:25");
            visit.other_opens(2, addresses[0]).opens();
            assert_eq!(visit.is_over(), known, "{address} {length}: one connection for each client");
        }
    }
}

#[test]
fn a_pass_that_other_lists_gave_is_void() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["a.test"]}"#);
    passes(&mut visit, 6.0);
    visit.opens().has("verdict PASS OLD");
    visit.backend_answers();
    // It has waited for its turn, whatever the lists are.
    visit.has_policy(r#"{"dnsbl_sites": ["b.test"]}"#).opens().then(&[CONNECT, "ask 0"]);
    visit.list_says(0, Says::Unlisted).has("verdict PASS OLD");
    visit.backend_answers();
    visit.opens().has("verdict PASS OLD");
}

#[test]
fn another_weight_or_threshold_makes_other_lists() {
    for (policy, is_void) in [
        (r#"{"dnsbl_sites": ["a.test"]}"#, false),
        (r#"{"dnsbl_sites": ["a.test"], "greet_wait": "3s", "dnsbl_action": "drop"}"#, false),
        (r#"{"dnsbl_sites": ["a.test*2"]}"#, true),
        (r#"{"dnsbl_sites": ["a.test=127.0.0.2"]}"#, true),
        (r#"{"dnsbl_sites": ["a.test", "b.test"]}"#, true),
        (r#"{"dnsbl_sites": ["a.test"], "dnsbl_threshold": 2}"#, true),
        (r#"{"dnsbl_sites": ["a.test*2"], "dnsbl_change_voids_passes": false}"#, false),
    ] {
        let mut visit = Visit::new(r#"{"dnsbl_sites": ["a.test"]}"#);
        passes(&mut visit, 6.0);
        visit.has_policy(policy).opens();
        assert_eq!(visit.is_decided_as("PASS OLD"), !is_void, "{policy}");
    }
}

#[test]
fn tests_that_other_lists_spared_the_client_are_done_after_all() {
    let allowlist = r#"{"dnsbl_sites": ["wl.test*-2"], "dnsbl_allowlist_threshold": -1}"#;
    for (policy, expected) in [
        (r#"{"dnsbl_sites": ["bl.test"]}"#, &[CONNECT, "tease 220-localhost ESMTP", "ask 0"][..]),
        (
            r#"{"dnsbl_sites": ["bl.test"], "dnsbl_change_voids_passes": false}"#,
            &[CONNECT, "log PASS OLD [203.0.113.9]:4711", "verdict PASS OLD", "dial Backend"],
        ),
    ] {
        let mut visit = Visit::new(allowlist);
        visit.opens();
        visit.list_says(0, Says::Listed).has("verdict PASS NEW");
        visit.backend_answers();
        visit.has_policy(policy).opens().then(expected);
    }
}
