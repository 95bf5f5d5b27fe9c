//! What is said of a change.

use super::*;

/// What is said of one field.
#[track_caller]
fn said(field: &str, old: &str, new: &str) -> Vec<String> {
    let told = told(old, new);
    let of_field = told.iter().find(|difference| difference.field == field);
    of_field.unwrap_or_else(|| panic!("nothing on {field}: {told:#?}")).meaning.clone()
}

#[test]
fn scores_that_are_blocked_now() {
    let with = |threshold: i32, action: &str| {
        format!(
            r#"{{"dnsbl_sites": ["a.test*9"], "dnsbl_threshold": {threshold}, "dnsbl_action": "{action}"}}"#
        )
    };
    let void = "Passes that the old lists gave are void: known clients are asked about again.";
    for (old, new, action, expected) in [
        (
            3,
            2,
            "drop",
            "Clients with a score of 2 are blocked now: they are refused at once with 521 (drop).",
        ),
        (
            4,
            2,
            "ignore",
            "Clients with a score of 2 or 3 are blocked now: they are logged and served (ignore).",
        ),
        (2, 5, "drop", "Clients with a score of 2 to 4 are not blocked any more."),
    ] {
        assert_eq!(said("dnsbl_threshold", &with(old, action), &with(new, action)), [expected, void]);
    }
    let beyond = said("dnsbl_threshold", &with(9, "drop"), &with(10, "drop"));
    assert_eq!(beyond[1], "No client is blocked: all lists together come to 9, and dnsbl_threshold is 10.");
    assert_eq!(
        said("dnsbl_threshold", "{}", r#"{"dnsbl_threshold": 2}"#),
        ["No list is asked (dnsbl_sites is empty), so this has no effect yet."]
    );
}

#[test]
fn scores_that_spare_the_other_tests() {
    let with = |threshold: i32| {
        format!(r#"{{"dnsbl_sites": ["a.test"], "dnsbl_allowlist_threshold": {threshold}}}"#)
    };
    for (old, new, expected) in [
        (0, -2, "Clients with a score of -2 or less need no other test now."),
        (-2, -1, "Clients with a score of -1 need no other test now."),
        (-2, -4, "Clients with a score of -3 or -2 must pass the other tests now."),
        (-2, 0, "No score spares a client the other tests any more."),
    ] {
        assert_eq!(said("dnsbl_allowlist_threshold", &with(old), &with(new))[0], expected);
    }
}

#[test]
fn lists_and_what_they_are_worth() {
    let said = |old: &str, new: &str| {
        let with =
            |sites: &str| format!(r#"{{"dnsbl_change_voids_passes": false, "dnsbl_sites": [{sites}]}}"#);
        said("dnsbl_sites", &with(old), &with(new))
    };
    for (old, new, expected) in [
        (
            r#""a.test""#,
            r#""a.test", "zen.example.org=127.0.0.[2..11]*3", "zen.example.org*-2""#,
            "zen.example.org was added: a listing takes 2 from the score; a listing as 127.0.0.[2..11] is worth 3.",
        ),
        (
            r#""a.test", "bl.example.org*2""#,
            r#""a.test""#,
            "bl.example.org was removed: a listing was worth 2.",
        ),
        (r#""bl.example.org""#, r#""bl.example.org*2""#, "bl.example.org: a listing weighs 2 in place of 1."),
        (
            r#""bl.example.org=127.0.0.2", "bl.example.org""#,
            r#""bl.example.org""#,
            "bl.example.org: a listing as 127.0.0.2 counts no more (it was worth 1).",
        ),
        (r#""a.test""#, r#""a.test", "b.test*0""#, "b.test was added: a listing is worth nothing."),
        (
            r#""1st.zen.dq.spamhaus.net""#,
            r#""2nd.zen.dq.spamhaus.net""#,
            "zen.dq.spamhaus.net is asked under another domain, such as one with a key, or with another one.",
        ),
    ] {
        assert_eq!(said(old, new), [expected], "{old} -> {new}");
    }
    assert_eq!(
        said("", r#""a.test""#),
        [
            "Clients whose score reaches dnsbl_threshold are logged and served (ignore); before, the test was off.",
            "a.test was added: a listing is worth 1.",
        ]
    );
}

#[test]
fn addresses_that_the_access_list_decides_about_otherwise() {
    let rule = |cidr: &str, action: &str| format!(r#"{{"cidr": "{cidr}", "action": "{action}"}}"#);
    let list = |rules: &[String]| format!(r#"{{"access_list": [{}]}}"#, rules.join(", "));
    let (net, half) = (rule("192.0.2.0/24", "reject"), rule("192.0.2.0/25", "permit"));
    let says = |old: &[String], new: &[String]| said("access_list", &list(old), &list(new));
    assert_eq!(
        says(std::slice::from_ref(&net), &[half.clone(), net.clone()]),
        ["Served untested now, before rejected: 128 IPv4 addresses.", "Added: 192.0.2.0/25 permit."]
    );
    assert_eq!(
        says(std::slice::from_ref(&net), &[net.clone(), half.clone()]),
        ["No client is treated otherwise: other rules decide, or the tests.", "Added: 192.0.2.0/25 permit."]
    );
    let moved = says(&[net.clone(), half.clone()], &[half, net]);
    assert_eq!(moved[0], "Served untested now, before rejected: 128 IPv4 addresses.");
    assert!(moved[1].starts_with("Moved: 192.0.2.0/2"), "{moved:?}");

    let many: Vec<_> = (0..150).map(|third| rule(&format!("10.0.{third}.0/24"), "reject")).collect();
    let told = says(&[], &many);
    assert_eq!(told[0], "Rejected now, before tested: 38400 IPv4 addresses.");
    assert_eq!((told.len(), told.last().map(String::as_str)), (22, Some("And 130 more.")));
}

#[test]
fn networks_that_are_served_untested() {
    let with = |list: &str, home: &str| format!(r#"{{"access_list": [{list}], "mynetworks": [{home}]}}"#);
    let asks = r#""permit_mynetworks""#;
    assert_eq!(
        said("mynetworks", &with(asks, r#""10.0.0.0/8""#), &with(asks, r#""!10.1.0.0/16", "10.0.0.0/8""#)),
        ["Tested now, before served untested: 65536 IPv4 addresses.", "Added: !10.1.0.0/16."]
    );
    assert_eq!(
        said("mynetworks", &with(asks, r#""10.0.0.0/8""#), &with(asks, r#""10.0.0.0/8", "10.1.0.0/16""#)),
        ["The same addresses as before are in these networks.", "Added: 10.1.0.0/16."]
    );
    assert_eq!(
        said("mynetworks", &with("", r#""10.0.0.0/8""#), &with("", ""))[0],
        "No rule of access_list asks for mynetworks, so this has no effect yet."
    );
}

#[test]
fn what_becomes_of_clients_that_fail() {
    for (field, old, new, expected) in [
        (
            "greet_action",
            r#"{"greet_action": "ignore"}"#,
            r#"{"greet_action": "drop", "soft_bounce": true}"#,
            "Clients that talk before their turn are refused at once with 421 (drop); before, they are logged and \
             served (ignore).",
        ),
        (
            "greet_action",
            r#"{"greet_banner": ""}"#,
            r#"{"greet_action": "drop"}"#,
            "Clients that talk before their turn are refused at once with 521 (drop); before, the test was off.",
        ),
        (
            "greet_action",
            "{}",
            r#"{"greet_action": "drop", "greet_banner": ""}"#,
            "The pregreet test is off (greet_banner is empty), so this has no effect yet.",
        ),
        (
            "greet_banner",
            r#"{"greet_banner": "", "smtpd_banner": ""}"#,
            r#"{"greet_banner": "$smtpd_banner", "smtpd_banner": ""}"#,
            "Clients that talk before their turn are logged and served (ignore); before, the test was off.",
        ),
        (
            "dnsbl_threshold",
            "{}",
            r#"{"dnsbl_threshold": 2, "dnsbl_sites": ["a.test*2"]}"#,
            "Clients with a score of 2 or more are blocked now: they are logged and served (ignore).",
        ),
        (
            "dnsbl_timeout",
            "{}",
            r#"{"dnsbl_timeout": "3s", "allow_spf": ["example.org"]}"#,
            "A list or sender that has not answered after 3s counts for nothing.",
        ),
        (
            "pipelining_action",
            "{}",
            r#"{"pipelining_action": "drop"}"#,
            "The test is off (pipelining_enable is false), so this has no effect yet.",
        ),
        (
            "denylist_action",
            "{}",
            r#"{"denylist_action": "drop"}"#,
            "No rule rejects anybody, so this has no effect yet.",
        ),
        (
            "bare_newline_enable",
            "{}",
            r#"{"bare_newline_enable": true}"#,
            "Clients that end a line without CR are logged and served (ignore); before, the test was off.",
        ),
    ] {
        assert_eq!(said(field, old, new)[0], expected, "{old} -> {new}");
    }
}

#[test]
fn values_are_written_as_people_write_them() {
    let told = told(
        "{}",
        r#"{"greet_wait": "8s", "greet_ttl": "172800s", "smtpd_banner": "hi", "soft_bounce": true}"#,
    );
    let values: Vec<_> = told.iter().map(|it| (it.field, it.old.as_str(), it.new.as_str())).collect();
    assert_eq!(
        values,
        [
            ("greet_wait", "6s, under stress 2s", "8s"),
            ("smtpd_banner", r#""$myhostname ESMTP""#, r#""hi""#),
            ("soft_bounce", "false", "true"),
            ("greet_ttl", "1d", "2d"),
        ]
    );
}

#[test]
fn a_table_of_another_size_is_found_in_part() {
    let with = |buckets: u32| format!(r#"{{"cache": {{"buckets": {buckets}}}}}"#);
    for (old, new, one_in) in [(10, 20, 2), (30, 10, 3), (30, 20, 3), (7, 6, 7)] {
        let said = said("cache.buckets", &with(old), &with(new));
        assert_eq!(said[0], format!("There is room for {} clients that have passed.", new * 8));
        assert!(said[1].contains(&format!("one known client in {one_in} is found")), "{said:?}");
        let stays = (0..old * new).filter(|hash| hash % old == hash % new).count();
        assert_eq!(u32::try_from(stays).unwrap() * one_in, old * new, "{old} -> {new}");
    }
}
