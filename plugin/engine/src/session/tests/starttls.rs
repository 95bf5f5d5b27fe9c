//! What STARTTLS gets at the dummy SMTP server, by what has led the client there.

use super::visit::{Says, Visit};

const NOT_NOW: &str = "say 454 4.7.0 TLS not available due to local problem";
const NOT_IMPLEMENTED: &str = "say 502 5.5.1 Error: command not implemented";

/// No pass can be earned on the address that clients of this policy come to.
const VETO: &str = r#""allowlist_interfaces": ["192.0.2.77"]"#;
const DEEP: &str = r#""pipelining_enable": true"#;
const DENY: &str = r#""access_list": ["reject"]"#;
const LIST: &str = r#""dnsbl_sites": ["bl.test"]"#;

/// A client of a policy with these fields waits, if it is to, and says STARTTLS.
fn asks_for_tls(fields: &[&str], early: bool, listed: bool) -> String {
    let mut visit = Visit::new(&format!("{{{}}}", fields.join(", ")));
    visit.opens();
    if listed {
        visit.list_says(0, Says::Listed);
    }
    if early {
        visit.talks(b"HELO x\r\n");
    }
    visit.at(6.0).wakes();
    visit.at(6.1).talks(b"STARTTLS\r\n").line(0)
}

#[test]
fn who_has_failed_nothing_may_come_again() {
    for (fields, early, listed) in [
        (&[DEEP][..], false, false),
        (&[VETO], false, false),
        (&[VETO, DEEP], false, false),
        (&[VETO, r#""greet_banner": """#], false, false),
        (&[DEEP, r#""soft_bounce": true"#], false, false),
        // Failures that are ignored.
        (&[DEEP], true, false),
        (&[VETO], true, false),
        (&[DEEP, LIST], false, true),
        (&[DEEP, DENY], false, false),
    ] {
        assert_eq!(asks_for_tls(fields, early, listed), NOT_NOW, "{fields:?}");
    }
}

#[test]
fn who_is_refused_hears_what_postscreen_says() {
    let enforce = |test: &str| format!(r#""{test}_action": "enforce""#);
    let (greet, list, deny) = (enforce("greet"), enforce("dnsbl"), enforce("denylist"));
    for (fields, early, listed) in [
        (&[greet.as_str()][..], true, false),
        (&[&greet, DEEP], true, false),
        (&[&greet, VETO], true, false),
        (&[LIST, &list], false, true),
        (&[LIST, &list, VETO], false, true),
        (&[LIST, &list, DEEP], false, true),
        (&[DENY, &deny], false, false),
        (&[DENY, &deny, VETO], false, false),
        (&[DENY, &deny, DEEP], false, false),
    ] {
        assert_eq!(asks_for_tls(fields, early, listed), NOT_IMPLEMENTED, "{fields:?}");
    }
}
