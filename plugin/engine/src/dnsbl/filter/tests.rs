use super::*;
use proptest::prelude::*;

fn filter(text: &str) -> Filter {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_grammar_is_postfix_s() {
    for (text, matching, other) in [
        ("127.0.0.2", &["127.0.0.2"][..], &["127.0.0.3", "127.0.1.2"][..]),
        ("127.0.0.[2..11]", &["127.0.0.2", "127.0.0.11"], &["127.0.0.1", "127.0.0.12"]),
        ("127.0.[0..255].[1..3]", &["127.0.0.1", "127.0.255.3"], &["127.0.9.4", "127.1.0.1"]),
        ("[127.0.0.[2;4;10..12]]", &["127.0.0.4", "127.0.0.11"], &["127.0.0.3", "127.0.0.13"]),
        ("[1;2].0.0.[3]", &["1.0.0.3", "2.0.0.3"], &["3.0.0.3", "1.0.0.4"]),
        ("[127.0.0.2]", &["127.0.0.2"], &["127.0.0.1"]),
        ("127.0.0.[7..7]", &["127.0.0.7"], &["127.0.0.8"]),
    ] {
        for address in matching {
            assert!(filter(text).matches(address.parse().unwrap()), "{text} must match {address}");
        }
        for address in other {
            assert!(!filter(text).matches(address.parse().unwrap()), "{text} must not match {address}");
        }
    }
}

#[test]
fn errors_point_at_the_place() {
    for (text, expected) in [
        ("127.0.0.256", r#"need decimal number 0..255 or "[" at "127.0.0.>256<""#),
        ("127.0.0", r#"need "." at "127.0.0><""#),
        ("127.0.0.", r#"need decimal number 0..255 or "[" at "127.0.0.><""#),
        ("127.0.0.x", r#"need decimal number 0..255 or "[" at "127.0.0.>x<""#),
        ("127.0.0.1.2", r#"garbage after pattern at "127.0.0.1>.<2""#),
        ("127.0.0.[2..1]", r#"numeric range error at "127.0.0.[2..>1<]""#),
        ("127.0.0.[2", r#"need ";" or "]" at "127.0.0.[2><""#),
        ("127.0.0.[2.3]", r#"numeric range error at "127.0.0.[2.>3<]""#),
        ("[127.0.0.2", r#"missing "]" character"#),
        ("[[127.0.0.2]", r#"missing "]" character"#),
        ("[127.0.0.256]", r#"need decimal number 0..255 or "[" at "127.0.0.>256<""#),
        ("127.0.0.[2,3]", r#"need ";" or "]" at "127.0.0.[2>,<3]""#),
        ("127.0.0.[]", r#"need decimal number 0..255 at "127.0.0.[>]<""#),
        ("127.0.0.[1..]", r#"numeric range error at "127.0.0.[1..>]<""#),
        ("", "empty address pattern"),
        ("[]", "empty address pattern"),
        ("127.0.0.*", r#"need decimal number 0..255 or "[" at "127.0.0.>*<""#),
        ("::1", r#"need decimal number 0..255 or "[" at ">:<:1""#),
    ] {
        assert_eq!(text.parse::<Filter>().unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    use FilterErrorKind::{Empty, Garbage, NoDot, NoEndOfMember, NoMember, NoOctet, Range, Unclosed};
    for (text, kind, span) in [
        ("", Empty, 0..0),
        ("[]", Empty, 0..2),
        ("[127.0.0.2", Unclosed, 0..10),
        ("127.0.0.256", NoOctet, 8..11),
        ("[127.0.0.256]", NoOctet, 9..12),
        ("127.0.0.", NoOctet, 8..8),
        ("127.0.0.é", NoOctet, 8..10),
        ("127.0.0.[]", NoMember, 9..10),
        ("127.0.0.[256]", NoMember, 9..12),
        ("127.0.0.[2..1]", Range, 12..13),
        ("127.0.0.[2.3]", Range, 11..12),
        ("[127.0.0.[12..11]]", Range, 14..16),
        ("127.0.0.[2,3]", NoEndOfMember, 10..11),
        ("127.0.0.[2", NoEndOfMember, 10..10),
        ("127.0.0", NoDot, 7..7),
        ("127-0.0.1", NoDot, 3..4),
        ("127.0.0.1.2", Garbage, 9..10),
        ("127.0.0.<", NoOctet, 8..9),
    ] {
        let error = text.parse::<Filter>().unwrap_err();
        assert_eq!((error.kind, error.span), (kind, span), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error(text in "[\\[\\]0-9.;]{0,40}|\\PC{0,40}") {
        if let Err(error) = text.parse::<Filter>() {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?} is no part", error.span);
        }
    }

    #[test]
    fn a_filter_agrees_with_a_plain_model(low: [u8; 4], high: [u8; 4], address: [u8; 4]) {
        let ranges: Vec<_> = low.iter().zip(high).map(|(&a, b)| (a.min(b), a.max(b))).collect();
        let text: Vec<_> = ranges.iter().map(|(low, high)| format!("[{low}..{high}]")).collect();
        let expected = ranges.iter().zip(address).all(|(&(low, high), octet)| low <= octet && octet <= high);
        prop_assert_eq!(filter(&text.join(".")).matches(address.into()), expected);
    }
}

#[test]
fn equal_sets_are_merged_to_the_same_filter() {
    for (written, merged) in [
        ("127.0.0.2", "127.0.0.2"),
        ("127.0.0.[2]", "127.0.0.2"),
        ("127.0.0.[3;2]", "127.0.0.[2..3]"),
        ("127.0.0.[5..9;2..5;4]", "127.0.0.[2..9]"),
        ("127.0.0.[0..254;255]", "127.0.0.[0..255]"),
        ("127.0.[1;3].[2;4]", "127.0.[1;3].[2;4]"),
    ] {
        assert_eq!(filter(written).merged().to_string(), merged, "{written}");
    }
}
