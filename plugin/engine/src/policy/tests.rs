mod lists;
mod trials;

use super::*;
use crate::record::Test;

fn error(json: &str) -> String {
    Policy::parse(json.as_bytes()).expect_err(json).to_string()
}

impl Policy {
    /// For tests that look at all questions and lines: nobody asks whether the lists are well, unless the test says so.
    pub(crate) fn unwatched(json: &str) -> Self {
        let mut policy = Self::parse(json.as_bytes()).unwrap();
        policy.dnsbl_watch_enable &= json.contains("dnsbl_watch_enable");
        policy
    }
}

#[test]
fn nothing_means_postfix_defaults() {
    for json in ["", " \n", "{}"] {
        let policy = Policy::parse(json.as_bytes()).unwrap();
        assert_eq!(policy.greet_wait, StressPeriod::seconds(6, 2));
        assert_eq!(policy.greet_action, Action::Ignore);
        assert_eq!(policy.greet_ttl, Period::days(1));
        assert_eq!(policy.dnsbl_threshold, 1);
        assert_eq!(policy.dnsbl_min_ttl, Period::seconds(60));
        assert_eq!(policy.dnsbl_max_ttl, Period::hours(1));
        assert_eq!(policy.dnsbl_timeout, Period::seconds(10));
        assert_eq!(policy.allowlist_threshold(), None);
        assert_eq!(**policy.access_list, [crate::access::Rule::PermitMynetworks]);
        assert_eq!(policy.cache.buckets.get(), 8_192);
    }
}

#[test]
fn an_error_names_field_value_and_expectation() {
    for (json, expected) in [
        (
            r#"{"greet_wait": "6x"}"#,
            r#"greet_wait: "6x": expected a whole number and a unit (s, m, h, d or w), such as "6s", or"#,
        ),
        (r#"{"greet_wait": "s"}"#, r#"greet_wait: "s": expected a whole number and a unit"#),
        (r#"{"greet_wait": ""}"#, r#"greet_wait: "": expected a whole number and a unit"#),
        (r#"{"greet_wait": "-6s"}"#, r#"greet_wait: "-6s": expected a whole number and a unit"#),
        (r#"{"greet_wait": "0s"}"#, r#"greet_wait: "0s": expected 1s or more"#),
        (r#"{"greet_wait": "3551w"}"#, r#"greet_wait: "3551w": expected 2147483647s or less"#),
        (r#"{"greet_wait": 6}"#, "greet_wait: invalid type: integer `6`, expected a whole number and a unit"),
        (
            r#"{"greet_action": "reject"}"#,
            r#"greet_action: "reject": expected "ignore", "enforce" or "drop""#,
        ),
        (
            r#"{"greet_wait": "${stress?{2}:{6}}"}"#,
            r#"greet_wait: "${stress?{2}:{6}}": expected a whole number"#,
        ),
        (
            r#"{"command_count_limit": 0}"#,
            "command_count_limit: invalid value: integer `0`, expected a whole number, 1",
        ),
        (
            r#"{"line_length_limit": 511}"#,
            "line_length_limit: invalid value: integer `511`, expected a whole number from",
        ),
        (r#"{"line_length_limit": 65537}"#, "line_length_limit: invalid value: integer `65537`"),
        (
            r#"{"pre_queue_limit": 9}"#,
            "pre_queue_limit: invalid value: integer `9`, expected a whole number, 10 or",
        ),
        (
            r#"{"post_queue_limit": 4}"#,
            "post_queue_limit: invalid value: integer `4`, expected a whole number, 5 or",
        ),
        (
            r#"{"forbidden_commands": ["A B"]}"#,
            r#"forbidden_commands[0]: "A B": expected a word of printable ASCII"#,
        ),
        (
            r#"{"discard_ehlo_keywords": ["HELP"]}"#,
            r#"discard_ehlo_keywords[0]: "HELP": expected an EHLO keyword"#,
        ),
        (
            r#"{"upstream_proxy_protocol": "v2"}"#,
            r#"upstream_proxy_protocol: "v2": expected "" or "haproxy""#,
        ),
        (r#"{"reject_footer": "caf\u00e9"}"#, r#"reject_footer: "café": expected a template"#),
        (
            r#"{"dnsbl_sites": ["a.test", "b.test=127.0.0.256"]}"#,
            r#"dnsbl_sites[1]: "b.test=127.0.0.256": bad DNSBL filter"#,
        ),
        (
            r#"{"dnsbl_threshold": 0}"#,
            "dnsbl_threshold: invalid value: integer `0`, expected a whole number, 1 or more",
        ),
        (r#"{"dnsbl_threshold": 2147483648}"#, "dnsbl_threshold: invalid value: integer `2147483648`"),
        (
            r#"{"dnsbl_allowlist_threshold": 1}"#,
            "dnsbl_allowlist_threshold: invalid value: integer `1`, expected a negative",
        ),
        (
            r#"{"access_list": [{"cidr": "10.0.0.1/8", "action": "permit"}]}"#,
            r#"access_list[0].cidr: "10.0.0.1/8": expected no host bits"#,
        ),
        (r#"{"mynetworks": ["10/8"]}"#, r#"mynetworks[0]: "10/8": expected an address or a network"#),
        (r#"{"dnsbl_reply_map": {"x y": "z"}}"#, r#""x y": expected a host name"#),
        (
            r#"{"dnsbl_reply_map": {"x.test": "a\nb"}}"#,
            r#"dnsbl_reply_map.x.test: "a\nb": expected 1 to 255 printable"#,
        ),
        (
            r#"{"dnsbl_error_replies": ["known", "bl.test"]}"#,
            r#"dnsbl_error_replies[1]: "bl.test": expected "known" or [!]domain=filter, such as"#,
        ),
        (r#"{"greet_banner": "caf\u00e9"}"#, r#"greet_banner: "café": expected one line of printable ASCII"#),
        (r#"{"myhostname": "-x"}"#, r#"myhostname: "-x": expected a host name"#),
        (
            r#"{"cache": {"buckets": 0}}"#,
            "cache.buckets: invalid value: integer `0`, expected a whole number from 1 to 1048576",
        ),
        (r#"{"cache": {"buckets": 1048577}}"#, "cache.buckets: invalid value: integer `1048577`"),
        (
            r#"{"resolver": {"clutser": "x"}}"#,
            "resolver.clutser: unknown field `clutser`, did you mean `cluster`?",
        ),
        (r#"{"spam": true}"#, "unknown field `spam`, expected one of `myhostname`"),
        (r#"{"greet_wait": "6s", "greet_wait": "6s"}"#, "duplicate field `greet_wait`"),
        (r#"{"greet_wait": "6s""#, "EOF while parsing an object (line 1, column 19)"),
        ("{} {}", "trailing characters (line 1, column 4)"),
        ("[]", "invalid type: sequence, expected an object"),
        (r#"{"lane": ["speaker"]}"#, "lane: invalid type: sequence, expected an object"),
    ] {
        let error = error(json);
        assert!(error.contains(expected), "{json}\n   gave: {error}\n wanted: {expected}");
    }
}

#[test]
fn an_error_says_where_in_the_text() {
    let error = Policy::parse(b"{\n  \"greet_ttl\": \"1d\",\n  \"greet_wait\": \"6x\"\n}").unwrap_err();
    assert_eq!(error.path(), "greet_wait");
    assert_eq!(error.position().map(|(line, _)| line), Some(3));
    assert!(!error.message().contains("line"), "{}", error.message());
}

#[test]
fn periods_have_postfix_units() {
    for (text, seconds) in [
        ("1s", 1),
        ("2M", 120),
        ("3h", 10_800),
        ("4d", 345_600),
        ("1w", 604_800),
        ("2147483647s", 2_147_483_647),
    ] {
        assert_eq!(text.parse::<Period>().unwrap().as_secs(), seconds, "{text}");
    }
}

#[test]
fn every_limit_holds_at_its_value_and_breaks_above() {
    let list = |field: &str, entry: &str, length: usize| {
        Policy::parse(format!("{{{field:?}: [{}]}}", vec![entry; length].join(",")).as_bytes()).is_ok()
    };
    for (field, entry, max) in [
        ("dnsbl_sites", r#""bl.test""#, SITES_MAX),
        ("dnsbl_error_replies", r#""known""#, ERROR_REPLIES_MAX),
        ("access_list", r#""dunno""#, ACCESS_RULES_MAX),
        ("mynetworks", r#""::1""#, NETWORKS_MAX),
        ("probes", r#""::1""#, NETWORKS_MAX),
        ("allow_spf", r#""a.test""#, SENDERS_MAX),
    ] {
        assert!(list(field, entry, max - 1) && list(field, entry, max), "{field}");
        assert!(!list(field, entry, max + 1), "{field}");
    }
    let banner = |length: usize| {
        Policy::parse(format!(r#"{{"greet_banner": "{}"}}"#, "x".repeat(length)).as_bytes()).is_ok()
    };
    assert!(banner(BANNER_MAX) && !banner(BANNER_MAX + 1));
    let padded = |length: usize| Policy::parse(format!("{{{}}}", " ".repeat(length - 2)).as_bytes());
    assert!(padded(CONFIG_MAX).is_ok());
    assert!(padded(CONFIG_MAX + 1).unwrap_err().to_string().contains("expected at most 16777216"));
}

#[test]
fn a_list_above_its_limit_is_refused_with_the_limit() {
    let list = |length: usize| format!(r#"{{"access_list": [{}7]}}"#, "0,".repeat(length));
    assert!(error(&list(3)).contains("access_list[0]"));
    let rules = |length: usize| format!(r#"{{"access_list": [{}]}}"#, vec![r#""dunno""#; length].join(","));
    let told = error(&rules(ACCESS_RULES_MAX + 2));
    assert!(told.starts_with("access_list: 200002 entries: expected at most 200000"), "{told}");
    let told = error(&format!(r#"{{"dnsbl_sites": [{}7]}}"#, r#""bl.test","#.repeat(SITES_MAX)));
    assert!(
        told.starts_with("dnsbl_sites: 65 entries: expected at most 64"),
        "what is above is not read: {told}"
    );
}

#[test]
fn the_most_rules_fit_into_the_largest_configuration() {
    let rule = r#"{ "cidr": "!2001:db8:1234:5678:9abc:def0:1234:5678/128", "action": "permit" },"#;
    assert!(rule.len() * ACCESS_RULES_MAX < CONFIG_MAX);
}

#[test]
fn a_hundred_thousand_prefixes_are_read_and_each_has_its_rule() {
    let rule = |number: u32| {
        let network = Ipv4Addr::from_bits(0x0b00_0000 + (number << 8));
        format!(r#"{{"cidr": "{network}/24", "action": "reject"}}"#)
    };
    let rules: Vec<_> = (0..100_000).map(rule).collect();
    let policy = Policy::parse(format!(r#"{{"access_list": [{}]}}"#, rules.join(",")).as_bytes()).unwrap();
    for (index, text) in rules.iter().enumerate().step_by(997) {
        let client = text.split('"').nth(3).unwrap().replace(".0/24", ".77").parse().unwrap();
        let found = crate::access::find(&policy.access_list, &policy.mynetworks, client).unwrap();
        assert_eq!(found.index, index);
    }
}

#[test]
fn a_banner_line_never_exceeds_what_smtp_allows() {
    let line = crate::reply::teaser(&"x".repeat(BANNER_MAX));
    assert_eq!(line.len(), 512);
}

#[test]
fn the_banner_names_the_host() {
    let policy = Policy::parse(br#"{"myhostname": "mx.example.com"}"#).unwrap();
    assert_eq!(policy.greeting(), b"220 mx.example.com ESMTP\r\n");
    assert_eq!(policy.teaser(), b"220-mx.example.com ESMTP\r\n");
    let policy =
        Policy::parse(br#"{"smtpd_banner": "$myhostname hi", "greet_banner": "Wait. $smtpd_banner"}"#);
    assert_eq!(policy.unwrap().teaser(), b"220-Wait. localhost hi\r\n");
    assert_eq!(Policy::default().greeting(), b"220 localhost ESMTP\r\n");
    let long =
        format!(r#"{{"myhostname": "{}", "smtpd_banner": "{}"}}"#, "a".repeat(60), "$myhostname".repeat(9));
    assert!(
        error(&long).starts_with("smtpd_banner: 540 bytes with the names filled in: expected at most 506")
    );
}

#[test]
fn a_greeting_is_softened_like_any_reply() {
    // As in Postfix: the fifth character is taken for an enhanced code, whatever it is.
    let policy = Policy::parse(br#"{"myhostname": "5.example", "soft_bounce": true}"#).unwrap();
    assert_eq!(policy.greeting(), b"220 4.example ESMTP\r\n");
    assert_eq!(policy.teaser(), b"220-5.example ESMTP\r\n");
}

#[test]
fn the_shortest_pass_is_the_least_of_all_five() {
    let shortest = |json: &str| Policy::parse(json.as_bytes()).unwrap().shortest_ttl();
    assert_eq!(shortest("{}"), 60, "dnsbl_min_ttl");
    assert_eq!(Policy::default().shortest_ttl(), 60);
    for ttl in ["greet_ttl", "pipelining_ttl", "non_smtp_command_ttl", "bare_newline_ttl"] {
        assert_eq!(shortest(&format!(r#"{{"{ttl}": "7s"}}"#)), 7, "{ttl}");
    }
}

#[test]
fn a_test_is_enabled_by_its_own_parameter() {
    let enabled = |json: &str| Policy::parse(json.as_bytes()).unwrap().enabled_tests();
    assert_eq!(enabled("{}"), Test::Pregreet.into());
    assert_eq!(enabled(r#"{"greet_banner": ""}"#), TestSet::NONE);
    assert_eq!(enabled(r#"{"greet_banner": "", "dnsbl_sites": ["bl.test"]}"#), Test::Dnsbl.into());
}

#[test]
fn the_schema_accepts_what_the_parser_accepts() {
    let schema = Policy::json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let full: serde_json::Value = serde_json::from_str(
        r#"{
        "myhostname": "mx.example.com",
        "mynetworks": ["!10.0.0.1", "10.0.0.0/8"],
        "probes": ["10.0.0.2"],
        "access_list": ["permit_mynetworks", {"cidr": "192.0.2.0/24", "action": "reject"}, "dunno"],
        "denylist_action": "drop",
        "allowlist_interfaces": ["!198.51.100.2", "198.51.100.0/24"], "smtpd_banner": "$myhostname ESMTP",
        "greet_wait": "${stress?{2}:{6}}s", "greet_banner": "hello", "greet_action": "drop", "greet_ttl": "1d",
        "dnsbl_sites": ["zen.spamhaus.org=127.0.0.[2..11]*3", "list.dnswl.org*-2"],
        "dnsbl_trial_sites": ["new.example=127.0.0.2*2"],
        "dnsbl_threshold": 3, "dnsbl_allowlist_threshold": -1, "dnsbl_action": "drop",
        "dnsbl_min_ttl": "60s", "dnsbl_max_ttl": "1h", "dnsbl_timeout": "10s",
        "allow_spf": ["google.com", "_spf.example"], "allow_spf_listed": true,
        "dnsbl_watch_enable": false, "dnsbl_frugal_enable": true, "dnsbl_early_verdict_enable": true,
        "dnsbl_reason_enable": true, "dnsbl_change_voids_passes": false,
        "dnsbl_reply_map": {"secret.dq.example": "zen.example"},
        "dnsbl_error_replies": ["!wl.example=127.0.0.1", "known", "*=127.0.0.[254..255]"],
        "pipelining_enable": true, "pipelining_action": "enforce", "pipelining_ttl": "30d",
        "non_smtp_command_enable": true, "non_smtp_command_action": "drop", "non_smtp_command_ttl": "30d",
        "bare_newline_enable": true, "bare_newline_action": "ignore", "bare_newline_ttl": "30d",
        "trial_tests": ["pregreet", "non_smtp_command"],
        "forbidden_commands": ["CONNECT", "regexp:{{/^[^A-Z]/ Bogus}}"],
        "command_count_limit": 20, "command_time_limit": "300s", "line_length_limit": 2048,
        "helo_required": true, "disable_vrfy_command": true,
        "discard_ehlo_keywords": ["DSN", "silent-discard"],
        "discard_ehlo_keyword_address_maps": [{"cidr": "192.0.2.0/24", "keywords": ["CHUNKING"]}],
        "reject_footer": "\\c. Call $server_name", "soft_bounce": true,
        "message_size_limit": 1000, "smtputf8_enable": false,
        "cache_retention_time": "1w", "client_ipv4_prefix_length": 24, "client_ipv6_prefix_length": 56,
        "client_connection_count_limit": 50,
        "pre_queue_limit": 100, "post_queue_limit": 100, "respectful_logging": false,
        "record_enable": true, "record_mailboxes": false,
        "upstream_proxy_protocol": "haproxy", "upstream_proxy_timeout": "5s",
        "resolver": {"cluster": "r", "authority": "r", "path": "/"},
        "cache": {"buckets": 1}, "lane": {"speaker_cluster": "s"}
    }"#,
    )
    .unwrap();
    assert_eq!(validator.validate(&full).map_err(|error| error.to_string()), Ok(()));
    let policy = Policy::parse(full.to_string().as_bytes()).unwrap();
    let written = serde_json::to_value(&policy).unwrap();
    for field in ["dnsbl_sites", "dnsbl_trial_sites", "dnsbl_error_replies", "trial_tests"] {
        assert_eq!(written[field], full[field]);
    }
    let again = Policy::parse(written.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written, "what is written reads the same");

    let fields = schema["properties"].as_object().unwrap();
    assert_eq!(fields.len(), full.as_object().unwrap().len(), "the sample has every field");
    for (name, field) in fields {
        assert!(field["description"].is_string(), "{name} has no description");
        assert!(!field["default"].is_null(), "{name} has no default");
    }
    for bad in [
        serde_json::json!({"greet_wiat": "6s"}),
        serde_json::json!({"greet_wait": "6"}),
        serde_json::json!({"greet_action": "reject"}),
        serde_json::json!({"dnsbl_threshold": 0}),
        serde_json::json!({"dnsbl_error_replies": ["bl.test"]}),
        serde_json::json!({"trial_tests": ["greet"]}),
        serde_json::json!({"access_list": [{"cidr": "::1"}]}),
        serde_json::json!({"cache": {"buckets": 0}}),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
        assert!(Policy::parse(bad.to_string().as_bytes()).is_err(), "{bad}");
    }
}
