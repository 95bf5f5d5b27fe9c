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
    let error = Policy::parse(br#"{"greet_wiat": "6s"}"#).unwrap_err();
    assert_eq!(error.reason(), error.message());
}
