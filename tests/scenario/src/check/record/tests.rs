use std::collections::BTreeMap;

use super::*;

const RECORD: &str = r#"{"verdict": "dnsbl", "served": false, "milliseconds": 2100,
    "tests": [{"test": "pregreet", "result": "passed"}, {"test": "dnsbl", "result": "failed"}],
    "wanted": {"helo": "zombie", "recipients": ["a@b.test"]}, "evidence": "13 after 0.04: EHLO zombie"}"#;

/// What differs for the client `a`, who left the record.
fn differs(expected: &str, record: Option<&str>, tolerance: Duration) -> Option<String> {
    let story = format!(
        "about: x\nclients: {{ a: {{ from: '::1', script: [] }} }}\nfinally: {{ records: {{ a: {expected} }} }}\n"
    );
    let scenario = crate::parse("s", &story).unwrap_or_else(|mistake| panic!("{mistake}"));
    let seen = record.map(|record| ("a".to_owned(), record.to_owned()));
    let transcript =
        Transcript { records: Some(seen.into_iter().collect::<BTreeMap<_, _>>()), ..Transcript::default() };
    let differences = differences(&scenario, &transcript, tolerance);
    assert!(differences.len() <= 1);
    differences.first().map(ToString::to_string)
}

#[test]
fn a_record_has_what_is_named_and_may_have_more() {
    for expected in [
        "{}",
        "{ verdict: dnsbl, served: false }",
        "{ wanted: { helo: zombie } }",
        "{ tests: [{ test: dnsbl, result: failed }] }",
        "{ tests: [{ test: pregreet }, { test: dnsbl }] }",
        "{ tests: [] }",
        "{ milliseconds: 2100, evidence: '13 after 0.04: EHLO zombie' }",
    ] {
        assert_eq!(differs(expected, Some(RECORD), Duration::ZERO), None, "{expected}");
    }
}

#[test]
fn what_differs_is_named_with_its_place() {
    for (expected, how) in [
        ("{ verdict: pregreet }", r#"verdict: expected "pregreet", got "dnsbl""#),
        ("{ wanted: { helo: x } }", r#"wanted.helo: expected "x", got "zombie""#),
        ("{ wanted: { sender: '' } }", r#"wanted.sender: expected "", got null"#),
        ("{ tests: [{ test: dnsbl }, { test: pregreet }] }", "tests: expected "),
        ("{ tests: { dnsbl: failed } }", "tests: expected "),
        ("{ milliseconds: 2101 }", "milliseconds: expected 2101, got 2100"),
        ("{ evidence: '13 after 0.05: EHLO zombie' }", "evidence: expected "),
    ] {
        let shown = differs(expected, Some(RECORD), Duration::ZERO);
        assert!(shown.as_ref().is_some_and(|shown| shown.contains(how)), "{expected}: {shown:?}");
    }
}

#[test]
fn times_may_be_off_as_far_as_the_host_is() {
    let tolerance = Duration::from_millis(300);
    for (expected, fits) in [
        ("{ milliseconds: 2400 }", true),
        ("{ milliseconds: 1800 }", true),
        ("{ milliseconds: 2401 }", false),
        ("{ evidence: '13 after 0.34: EHLO zombie' }", true),
        ("{ evidence: '13 after 0.35: EHLO zombie' }", false),
        ("{ evidence: '14 after 0.04: EHLO zombie' }", false),
    ] {
        assert_eq!(differs(expected, Some(RECORD), tolerance).is_none(), fits, "{expected}");
    }
}

#[test]
fn none_is_no_record() {
    assert_eq!(differs("none", None, Duration::ZERO), None);
    let shown = differs("none", Some("{}"), Duration::ZERO).unwrap();
    assert!(shown.contains("expected none"), "{shown}");
    let shown = differs("{}", None, Duration::ZERO).unwrap();
    assert!(shown.contains("there is none"), "{shown}");
    assert!(differs("{}", Some("no JSON"), Duration::ZERO).is_some());
}
