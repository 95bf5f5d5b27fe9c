use super::*;

#[test]
fn every_unit_is_understood() {
    for (text, ms) in [
        ("0s", 0),
        ("500ms", 500),
        ("2s", 2_000),
        ("1m", 60_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
    }
}

#[test]
fn anything_else_is_refused_and_quoted() {
    for text in ["", "2", "s", "ms", "2 s", "-1s", "+1s", "1.5s", "2S", "2sec", "1s1s", "٢s"] {
        assert_eq!(duration(text), Err(DurationError::Syntax(text.to_owned())), "{text}");
    }
}

#[test]
fn the_longest_duration_is_52_weeks() {
    assert!(duration("363d").is_ok());
    assert_eq!(duration("364d"), Ok(DURATION_MAX));
    assert_eq!(duration("52w"), Ok(DURATION_MAX));
    for text in ["365d", "53w", "18446744073709551615ms", "18446744073709551616s", "18446744073709551615w"] {
        assert_eq!(duration(text), Err(DurationError::TooLong(text.to_owned())), "{text}");
    }
}

#[test]
fn a_character_up_to_255_is_one_byte() {
    assert_eq!(bytes("A\0\r\n\u{80}\u{ff}"), Ok(vec![65, 0, 13, 10, 128, 255]));
}

#[test]
fn a_character_above_255_is_refused_by_name() {
    assert!(bytes("a\u{100}").unwrap_err().contains("`\u{100}` is no byte"));
}

#[test]
fn an_empty_text_is_refused() {
    assert!(bytes("").is_err());
}

#[test]
fn escaping_shows_every_byte_in_printable_characters() {
    assert_eq!(escaped(b"a b~\r\n\t\\\"\0\x1f\x7f\xff"), r#"a b~\r\n\t\\\"\x00\x1f\x7f\xff"#);
}
