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
