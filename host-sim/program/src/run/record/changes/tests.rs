use super::*;

#[test]
fn fields_that_differ_are_named_with_both_values() {
    for (before, after, told) in [
        (r#"{"a":"2s"}"#, r#"{"a":"1s"}"#, "a 2s → 1s"),
        (r#"{"b":1,"a":"x"}"#, r#"{"b":2,"c":["y"]}"#, r#"a x → default, b 1 → 2, c default → ["y"]"#),
        (r#"{"a":""}"#, r#"{"a":"x"}"#, r#"a "" → x"#),
        (r#"{"a":1}"#, r#"{"a":1}"#, "the same again"),
        (r#"{"a":1}"#, "greet: 1", "greet: 1"),
        ("", r#"{"a":1}"#, r#"{"a":1}"#),
    ] {
        assert_eq!(changes(before, after), told);
    }
}

#[test]
fn a_long_value_is_cut() {
    for (chars, cut) in [(VALUE_CHARS_MAX, false), (VALUE_CHARS_MAX + 1, true)] {
        let after = serde_json::json!({ "a": "é".repeat(chars) }).to_string();
        let told = changes("{}", &after);
        assert_eq!(told.ends_with('…'), cut, "{told}");
        assert_eq!(told.matches('é').count(), VALUE_CHARS_MAX);
    }
}
