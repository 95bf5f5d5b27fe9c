use crate::Policy;

#[test]
fn the_reason_leaves_the_value_out() {
    for (json, reason) in [
        (r#"{"greet_ttl": "0s"}"#, "expected 1s or more"),
        (r#"{"dnsbl_sites": ["b.test*x"]}"#, r#"bad DNSBL weight "x": expected a whole number"#),
        (r#"{"dnsbl_threshold": 0}"#, "expected a whole number, 1 or more"),
        (r#"{"helo_required": "yes"}"#, "expected a boolean"),
    ] {
        let error = Policy::parse(json.as_bytes()).unwrap_err();
        assert_eq!(error.reason(), reason, "{json}: {}", error.message());
    }
    let error = Policy::parse(br#"{"spam": true}"#).unwrap_err();
    assert_eq!(error.reason(), error.message());
}

#[test]
fn a_slip_in_a_name_is_guessed() {
    for (json, message) in [
        (r#"{"greet_wiat": "6s"}"#, "unknown field `greet_wiat`, did you mean `greet_wait`?"),
        (
            r#"{"postscreen_greet_wait": "6s"}"#,
            "unknown field `postscreen_greet_wait`, did you mean `greet_wait`?",
        ),
        (
            r#"{"blacklist_action": "drop"}"#,
            "unknown field `blacklist_action`, did you mean `denylist_action`?",
        ),
        (r#"{"resolver": {"clutser": "x"}}"#, "unknown field `clutser`, did you mean `cluster`?"),
        (
            r#"{"access_list": [{"cidr": "::1", "acton": "permit"}]}"#,
            "unknown field `acton`, did you mean `action`?",
        ),
        (
            r#"{"greet_action": "droop"}"#,
            r#""droop": expected "ignore", "enforce" or "drop"; did you mean "drop"?"#,
        ),
        (
            r#"{"access_list": ["permit_mynetwork"]}"#,
            "\"permit_mynetwork\": expected \"permit_mynetworks\", \"permit\", \"reject\", \"dunno\" or \
             {\"cidr\": …, \"action\": …}; did you mean \"permit_mynetworks\"?",
        ),
        (
            r#"{"discard_ehlo_keywords": ["SARTTLS"]}"#,
            r#""SARTTLS": expected an EHLO keyword such as "DSN", or "silent-discard"; did you mean "STARTTLS"?"#,
        ),
    ] {
        assert_eq!(Policy::parse(json.as_bytes()).unwrap_err().message(), message, "{json}");
    }
}

#[test]
fn what_is_like_no_name_is_not_guessed() {
    for json in [
        r#"{"spam": true}"#,
        r#"{"greet_action": "reject"}"#,
        r#"{"greet_wait": "6"}"#,
        r#"{"dnsbl_sites": ["a b"]}"#,
        r#"{"myhostname": "a b"}"#,
        r#"{"mynetworks": ["10.0.0.1/8"]}"#,
    ] {
        let error = Policy::parse(json.as_bytes()).unwrap_err();
        assert!(!error.message().contains("did you mean"), "{}", error.message());
    }
}
