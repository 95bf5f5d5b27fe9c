use super::*;

const TEXT: &str = r#"{"greet_wait": "6s",
  "dnsbl_sites": ["a.test",
    "b.test"],
  "cache": {"buckets": 1}}
"#;

#[test]
fn a_field_and_an_entry_have_a_line() {
    let layout = Layout::of(TEXT);
    for (field, index, line) in [
        ("dnsbl_sites", Some(0), Some(2)),
        ("dnsbl_sites", Some(1), Some(3)),
        ("dnsbl_sites", Some(2), None),
        ("dnsbl_sites", None, Some(2)),
        ("cache", None, Some(4)),
        ("probes", Some(0), None),
        ("probes", None, None),
    ] {
        assert_eq!(layout.line(field, index), line, "{field}[{index:?}]");
    }
}

#[test]
fn odd_texts_have_fields_or_none() {
    for (text, fields) in [
        ("", 0),
        ("[]", 0),
        ("{", 0),
        ("{} {}", 0),
        ("{}", 0),
        (r#"{"a":1}"#, 1),
        (r#"{"a":1,"a":2}"#, 1),
        (r#"{"\u0061":1}"#, 0),
        (r#"{"ä": ["ö", {"ü": []}], "b": null}"#, 2),
        (r#"{"b": "a", "a": "b"}"#, 2),
    ] {
        let layout = Layout::of(text);
        assert_eq!(layout.fields().count(), fields, "{text}");
        assert!(layout.fields().all(|field| field.problem().is_some()), "{text}");
    }
}

#[test]
fn a_problem_stands_where_the_whole_text_has_it() {
    for text in [
        r#"{"greet_wait": "6x"}"#,
        "{\"greet_ttl\": \"1d\",\n  \"greet_wait\":\n    \"6x\"}",
        "{\n\"dnsbl_sites\": [\"a.test\",\n \"b.test=127.0.0\"], \"greet_wait\": \"6s\"}",
        "{\"dnsbl_reply_map\": {\n\"a.test\": 1}}",
        r#"{"greet_ttl": "1d", "resolver" :  ["x"]}"#,
        "{\"greet_wiat\"\n: 1}",
        "{\"resolver\": {\n  \"clutser\": 1}}",
    ] {
        let whole = Policy::parse(text.as_bytes()).unwrap_err().to_string();
        let layout = Layout::of(text);
        let found: Vec<_> = layout.fields().filter_map(Field::problem).collect();
        assert_eq!(found, [whole.as_str()], "{text}");
        let entries: Vec<_> = layout.fields().flat_map(Field::problems_of_entries).collect();
        assert!(entries.is_empty() || entries == [whole], "{entries:?}");
    }
}
