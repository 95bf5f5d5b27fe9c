use super::*;
use proptest::prelude::*;

fn told(json: &str) -> Vec<Advice> {
    advice(&Policy::parse(json.as_bytes()).unwrap())
}

#[test]
fn each_advice_has_a_place_a_reason_and_what_to_write() {
    for (sites, rest, index, entry, why, instead) in [
        (
            r#""bl.test", "dbl.spamhaus.org*8""#,
            "",
            1,
            "dbl.spamhaus.org*8",
            "list of domains",
            "leave it out; ask",
        ),
        (r#""dnsbl.sorbs.net""#, "", 0, "dnsbl.sorbs.net", "closed in 2024 (spamtacular.com", "leave it out"),
        (r#""rhsbl.ahbl.org""#, "", 0, "rhsbl.ahbl.org", "closed in 2015", "leave it out"),
        (
            r#""list.dnswl.org*-4""#,
            "",
            0,
            "list.dnswl.org*-4",
            "Without a filter every answer counts for a good sender",
            "write list.dnswl.org=127.0.[2..9;11..15].[1..3]*-4",
        ),
        (
            r#""wl.test*-1""#,
            "",
            0,
            "wl.test*-1",
            "Without a filter",
            "such as wl.test=127.0.0.2*-1; the list's",
        ),
        (
            r#""list.dnswl.org=127.0.[0..255].[1..3]*-4""#,
            r#", "dnsbl_error_replies": []"#,
            0,
            "list.dnswl.org=127.0.[0..255].[1..3]*-4",
            "The filter takes 127.0.10.3, 127.0.0.1, by which",
            r#"[1..3]*-4, or add "known" to dnsbl_error_replies"#,
        ),
        (
            r#""wl.test=127.0.[0..255].[0..255]*-1""#,
            r#", "dnsbl_error_replies": ["*=127.0.0.[1;255]"]"#,
            0,
            "wl.test=127.0.[0..255].[0..255]*-1",
            "The filter takes 127.0.1.255, by which",
            "such as wl.test=",
        ),
        (
            r#""0123456789abcdef.bl.test=127.0.0.2*3""#,
            "",
            0,
            "KEY.bl.test=127.0.0.2*3",
            "looks like a key",
            r#"write "dnsbl_reply_map": {"KEY.bl.test": "bl.test"}, with the key for KEY"#,
        ),
        (
            r#""k3y.dbl.dq.spamhaus.net*8""#,
            "",
            0,
            "KEY.dbl.dq.spamhaus.net*8",
            "list of domains",
            "leave it out",
        ),
    ] {
        let json = format!(r#"{{"dnsbl_sites": [{sites}]{rest}}}"#);
        let told = told(&json);
        let [advice] = told.as_slice() else { panic!("{json}: {told:?}") };
        assert_eq!(
            (advice.field, advice.index, advice.entry.as_str()),
            ("dnsbl_sites", Some(index), entry),
            "{json}"
        );
        assert!(advice.why.contains(why), "{advice:?}");
        assert!(advice.instead.contains(instead), "{advice:?}");
    }
}

#[test]
fn what_is_well_written_needs_no_advice() {
    for json in [
        "{}",
        r#"{"dnsbl_sites": ["zen.spamhaus.org=127.0.0.[2..11]*3", "psbl.surriel.com", "bl.test*0"]}"#,
        r#"{"dnsbl_sites": ["list.dnswl.org=127.0.[2..9;11..15].[1..3]*-4"], "dnsbl_error_replies": []}"#,
        // The engine leaves out what this filter should not take.
        r#"{"dnsbl_sites": ["list.dnswl.org=127.0.[0..255].[1..3]*-4"]}"#,
        r#"{"dnsbl_sites": ["hostkarma.junkemailfilter.com=127.0.0.1*-4"], "dnsbl_error_replies": []}"#,
        r#"{"dnsbl_sites": ["k3y.zen.dq.spamhaus.net"]}"#,
        r#"{"dnsbl_sites": ["0123456789abcdef.bl.test"], "dnsbl_reply_map": {"0123456789abcdef.bl.test": "bl.test"}}"#,
    ] {
        assert_eq!(told(json), [], "{json}");
    }
}

#[test]
fn a_key_is_told_once_for_each_list() {
    let sites =
        r#"{"dnsbl_sites": ["0123456789abcdef.bl.test=127.0.0.2", "0123456789abcdef.bl.test=127.0.0.3*2"]}"#;
    assert_eq!(told(sites).len(), 1);
}

#[test]
fn an_action_without_its_test_acts_on_nobody() {
    for (json, fields) in [
        (
            r#"{"bare_newline_action": "drop", "pipelining_action": "drop"}"#,
            &["pipelining_action", "bare_newline_action"][..],
        ),
        (r#"{"non_smtp_command_action": "enforce"}"#, &["non_smtp_command_action"]),
        (r#"{"dnsbl_action": "drop"}"#, &["dnsbl_action"]),
        (r#"{"greet_action": "drop", "greet_banner": ""}"#, &["greet_action"]),
        // As it is by default.
        (r#"{"pipelining_action": "enforce", "greet_action": "drop"}"#, &[]),
        // Clients that failed another test come to the dummy SMTP server, where all deep tests watch.
        (r#"{"bare_newline_action": "drop", "greet_action": "enforce"}"#, &[]),
        (
            r#"{"bare_newline_action": "drop", "greet_action": "enforce", "greet_banner": ""}"#,
            &["greet_action", "bare_newline_action"],
        ),
        (r#"{"bare_newline_action": "drop", "dnsbl_action": "enforce", "dnsbl_sites": ["bl.test"]}"#, &[]),
        (r#"{"bare_newline_action": "drop", "denylist_action": "enforce"}"#, &["bare_newline_action"]),
        (r#"{"bare_newline_action": "drop", "denylist_action": "enforce", "access_list": ["reject"]}"#, &[]),
        // The deep tests themselves have an advice of their own.
        (r#"{"bare_newline_action": "drop", "pipelining_enable": true}"#, &["pipelining_enable"]),
    ] {
        let told = told(json);
        assert_eq!(told.iter().map(|advice| advice.field).collect::<Vec<_>>(), fields, "{json}");
    }
}

#[test]
fn deep_tests_are_told_once() {
    let all = r#"{"bare_newline_enable": true, "pipelining_enable": true, "non_smtp_command_enable": true}"#;
    for (json, shown) in [
        (all, "pipelining_enable = true"),
        (r#"{"bare_newline_enable": true}"#, "bare_newline_enable = true"),
        (r#"{"non_smtp_command_enable": true}"#, "non_smtp_command_enable = true"),
    ] {
        let told = told(json);
        let [advice] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(advice.to_string(), shown);
        assert!(advice.why.contains("insists on TLS"), "{}", advice.why);
    }
}

#[test]
fn an_advice_shows_where_it_belongs() {
    let told = told(r#"{"dnsbl_sites": ["dbl.test*8"]}"#);
    assert_eq!(told[0].to_string(), r#"dnsbl_sites[0] = "dbl.test*8""#);
}

proptest! {
    #[test]
    fn no_advice_shows_a_key(
        key in "[a-z0-9]{15}[0-9][a-z]",
        list in proptest::sample::select(vec!["zen.dq.spamhaus.net", "dbl.dq.spamhaus.net", "dbl.test", "wl.bl.test"]),
        weight in -3..3,
    ) {
        let json = format!(r#"{{"dnsbl_sites": ["{key}.{list}*{weight}"]}}"#);
        for advice in told(&json) {
            prop_assert!(!format!("{advice:?}").contains(&key), "{advice:?}");
        }
    }
}
