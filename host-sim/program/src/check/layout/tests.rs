use super::*;

const TEXT: &str = "{\"greet_wait\": \"6s\",\n  \"dnsbl_sites\": [\"a.test\",\n    \"b.test\"],\n  \"cache\": {\"buckets\": 1}}\n";

/// The text without what was blanked, if the rest is where it was.
fn left_of(alone: &str) -> String {
    let same = |(one, other): (char, char)| one == other || one == ' ' || "{[]}".contains(one);
    assert!(alone.len() == TEXT.len() && alone.chars().zip(TEXT.chars()).all(same), "{alone}");
    alone.split_whitespace().collect()
}

#[test]
fn each_field_stands_alone_where_it_stood() {
    let alone: Vec<_> = Layout::of(TEXT).fields().map(|field| left_of(&field.alone())).collect();
    assert_eq!(
        alone,
        [r#"{"greet_wait":"6s"}"#, r#"{"dnsbl_sites":["a.test","b.test"]}"#, r#"{"cache":{"buckets":1}}"#]
    );
}

#[test]
fn each_entry_stands_alone_where_it_stood_and_keeps_its_number() {
    let layout = Layout::of(TEXT);
    let sites = layout.fields().nth(1).unwrap();
    let entries: Vec<_> = sites.entries().map(|entry| left_of(&entry.alone())).collect();
    assert_eq!(entries, [r#"{"dnsbl_sites":["a.test"]}"#, r#"{"dnsbl_sites":["b.test"]}"#]);
    let entry = sites.entries().nth(1).unwrap();
    assert_eq!(entry.path_in("dnsbl_sites[0]: x dnsbl_sites[0]"), "dnsbl_sites[1]: x dnsbl_sites[0]");
    assert_eq!(layout.fields().map(|field| field.entries().count()).collect::<Vec<_>>(), [0, 2, 0]);
}

#[test]
fn an_entry_has_a_line() {
    let layout = Layout::of(TEXT);
    for (field, index, line) in [
        ("dnsbl_sites", 0, Some(2)),
        ("dnsbl_sites", 1, Some(3)),
        ("dnsbl_sites", 2, None),
        ("probes", 0, None),
    ] {
        assert_eq!(layout.line(field, index), line, "{field}[{index}]");
    }
}

#[test]
fn odd_texts_have_fields_or_none_and_nothing_moves() {
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
        for field in layout.fields() {
            let alone = field.alone();
            assert_eq!(alone.len(), text.len(), "{text}");
            let object: serde_json::Value = serde_json::from_str(&alone).unwrap();
            assert!(object.get(&field.name).is_some(), "{alone}");
            for entry in field.entries() {
                let object: serde_json::Value = serde_json::from_str(&entry.alone()).unwrap();
                assert_eq!(object[&field.name].as_array().map(Vec::len), Some(1), "{alone}");
            }
        }
    }
}
