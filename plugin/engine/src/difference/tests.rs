mod every_field;
mod words;

use super::*;
use proptest::prelude::*;

fn policy(json: &str) -> Policy {
    Policy::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn told(old: &str, new: &str) -> Vec<Difference> {
    differences(&policy(old), &policy(new))
}

#[test]
fn what_has_no_effect_is_no_difference() {
    for (old, new) in [
        ("", "{}"),
        ("{}", r#"{"greet_wait": "${stress?{2}:{6}}s", "dnsbl_threshold": 1, "cache": {"buckets": 8192}}"#),
        (r#"{"greet_ttl": "24h"}"#, r#"{"greet_ttl": "1d"}"#),
        (r#"{"greet_wait": "60s"}"#, r#"{"greet_wait": "${stress?{1}:{1}}m"}"#),
        (r#"{"greet_action": "ignore"}"#, r#"{"greet_action": "continue"}"#),
        (r#"{"forbidden_commands": ["GET", "POST"]}"#, r#"{"forbidden_commands": ["post", "get", "GET"]}"#),
        (r#"{"discard_ehlo_keywords": ["DSN", "ETRN"]}"#, r#"{"discard_ehlo_keywords": ["etrn", "dsn"]}"#),
        (
            r#"{"mynetworks": ["10.0.0.0/8", "192.0.2.1"]}"#,
            r#"{"mynetworks": ["192.0.2.1/32", "10.0.0.0/8"]}"#,
        ),
        (
            r#"{"access_list": [{"cidr": "192.0.2.0/24", "action": "reject"},
                {"cidr": "2001:db8::/32", "action": "permit"}]}"#,
            r#"{"access_list": [{"cidr": "[2001:db8::]/32", "action": "PERMIT"},
                {"cidr": "192.0.2.0/24", "action": "reject"}]}"#,
        ),
        (r#"{"smtpd_banner": "$myhostname ESMTP"}"#, r#"{"smtpd_banner": "localhost ESMTP"}"#),
        (
            r#"{"dnsbl_error_replies": ["a.test=127.0.0.1", "b.test=127.0.0.[2;3]"]}"#,
            r#"{"dnsbl_error_replies": ["b.test=127.0.0.[2..3]", "a.test=127.0.0.1"]}"#,
        ),
        (
            r#"{"dnsbl_sites": ["key.zen.dq.spamhaus.net"],
                "dnsbl_reply_map": {"key.zen.dq.spamhaus.net": "zen.dq.spamhaus.net"}}"#,
            r#"{"dnsbl_sites": ["key.zen.dq.spamhaus.net"]}"#,
        ),
        (
            r#"{"dnsbl_change_voids_passes": false, "dnsbl_sites": ["a.test=127.0.0.[2;3]*2", "b.test"]}"#,
            r#"{"dnsbl_change_voids_passes": false, "dnsbl_sites": ["B.test", "a.test=127.0.0.[2..3]*2"]}"#,
        ),
    ] {
        assert_eq!(told(old, new), [], "{old} -> {new}");
    }
}

#[test]
fn the_order_of_lists_matters_where_it_voids_passes() {
    let lists = |sites: &str| format!(r#"{{"dnsbl_sites": [{sites}]}}"#);
    let told = told(&lists(r#""a.test", "b.test""#), &lists(r#""b.test", "a.test""#));
    let [difference] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        difference.meaning,
        [
            "The same lists with the same weights, in another order or spelling.",
            "Passes that the old lists gave are void: known clients are asked about again.",
        ]
    );
}

#[test]
fn void_passes_are_told_once() {
    let old = r#"{"dnsbl_sites": ["a.test"], "dnsbl_threshold": 3}"#;
    let new = r#"{"dnsbl_sites": ["a.test*2"], "dnsbl_threshold": 2, "allow_spf": ["example.org"]}"#;
    let void = |old: &str, new: &str| {
        let all: Vec<_> = told(old, new).into_iter().flat_map(|difference| difference.meaning).collect();
        all.iter().filter(|sentence| sentence.starts_with("Passes that the old lists gave are void")).count()
    };
    assert_eq!(void(old, new), 1);
    assert_eq!(void("{}", new), 0, "nobody had such a pass");
    let off = told(old, r#"{"dnsbl_threshold": 3}"#);
    assert_eq!(
        off[0].meaning.last().map(String::as_str),
        Some("Passes that the old lists gave are void: known clients are tested again.")
    );
    assert_eq!(void(old, &new.replace('}', r#", "dnsbl_change_voids_passes": false}"#)), 0);
}

#[test]
fn topics_come_in_their_order() {
    let told = told(
        "{}",
        r#"{"cache": {"buckets": 1}, "greet_wait": "7s", "myhostname": "mx.test", "greet_action": "drop"}"#,
    );
    let topics: Vec<_> = told.iter().map(|difference| difference.topic).collect();
    assert_eq!(topics, [Topic::Served, Topic::Waits, Topic::Told, Topic::Memory]);
    assert!(Topic::ALL.is_sorted());
}

#[test]
fn the_longest_access_lists_are_compared() {
    let rule = |number: usize| {
        let [_, a, b, c] = u32::try_from(number).unwrap().to_be_bytes();
        format!(r#"{{"cidr": "10.{a}.{b}.{c}", "action": "reject"}}"#)
    };
    let list = |numbers: &mut dyn Iterator<Item = usize>| {
        format!(r#"{{"access_list": [{}]}}"#, numbers.map(rule).collect::<Vec<_>>().join(","))
    };
    let most = crate::policy::ACCESS_RULES_MAX;
    let (old, new) = (policy(&list(&mut (0..most))), policy(&list(&mut (1..most).rev())));
    let told = differences(&old, &new);
    assert_eq!(told[0].meaning[0], "Tested now, before rejected: 1 IPv4 address.");
}

proptest! {
    #[test]
    fn a_policy_does_not_differ_from_itself(wait in 1..100_u32, weight in -9..9, cidr in 1..=32_u8) {
        let json = format!(
            r#"{{"greet_wait": "{wait}s", "dnsbl_sites": ["a.test*{weight}"], "probes": ["128.0.0.0/{cidr}"],
                 "access_list": [{{"cidr": "!128.0.0.0/{cidr}", "action": "reject"}}, "dunno"]}}"#,
        );
        prop_assert_eq!(told(&json, &json), []);
    }

    #[test]
    fn a_key_never_shows(
        key in "[a-z]{3}q[a-z]{2}",
        was_mapped in any::<bool>(),
        old in 0..4_usize,
        new in 0..4_usize,
    ) {
        let domain = format!("{key}.bl.example.org");
        let map = format!(r#", "dnsbl_reply_map": {{"{domain}": "bl.example.org"}}"#);
        let fields = [
            String::new(),
            format!(r#", "dnsbl_sites": ["{domain}=127.0.0.2*2", "{domain}"]"#),
            format!(r#", "dnsbl_sites": ["{domain}*-2"], "dnsbl_error_replies": ["x.{domain}=127.0.0.1"]"#),
            format!(r#", "dnsbl_error_replies": ["{domain}=127.0.0.1", "known"]"#),
        ];
        let json = |mapped: bool, fields: &str| {
            format!(r#"{{"dnsbl_threshold": 1{}{fields}}}"#, if mapped { map.as_str() } else { "" })
        };
        let told = told(&json(was_mapped, &fields[old]), &json(!was_mapped, &fields[new]));
        prop_assert!(!format!("{told:?}").contains(&key), "{told:#?}");
    }
}
