use super::*;

#[test]
fn a_repeated_line_waits_a_full_minute() {
    for (last, unix, expected) in [
        (None, 0, true),
        (Some(1_000), 1_000, false),
        (Some(1_000), 1_059, false),
        (Some(1_000), 1_060, true),
        (Some(1_000), 1_061, true),
        (Some(1_000), 999, false),
        (Some(1_000), 941, false),
        (Some(1_000), 940, true),
    ] {
        assert_eq!(is_due(last, unix), expected, "last {last:?}, now {unix}");
    }
}
