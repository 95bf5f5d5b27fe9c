use super::*;

#[test]
fn stress_begins_at_ninety_percent_and_ends_at_seventy() {
    for (limit, high, low) in
        [(100, 90, 70), (10, 9, 7), (15, 13, 10), (90, 81, 62), (u32::MAX, 3_865_470_565, 3_006_477_106)]
    {
        for (stressed, sessions, expected) in [
            (false, high - 1, false),
            (false, high, true),
            (false, high + 1, true),
            (true, low - 1, false),
            (true, low, false),
            (true, low + 1, true),
            (false, low + 1, false),
        ] {
            assert_eq!(is_stressed(stressed, sessions, limit), expected, "{sessions} of {limit}, {stressed}");
        }
    }
}

#[test]
fn no_limit_is_no_stress() {
    for stressed in [false, true] {
        assert!(!is_stressed(stressed, u32::MAX, 0));
    }
}

#[test]
fn a_small_limit_does_not_flip_back_and_forth() {
    for limit in 1..10 {
        assert!(!is_stressed(false, 0, limit), "no sessions, no stress");
        for sessions in 0..10 {
            for before in [false, true] {
                let stressed = is_stressed(before, sessions, limit);
                assert_eq!(is_stressed(stressed, sessions, limit), stressed, "{sessions} of {limit}");
            }
        }
    }
}

#[test]
fn changes_are_announced_in_postfix_words() {
    assert_eq!(announcement(true, 9), "entering STRESS mode with 9 connections");
    assert_eq!(announcement(false, 7), "leaving STRESS mode with 7 connections");
}
