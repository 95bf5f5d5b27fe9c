use super::*;
use crate::shared::Memory;
use crate::shared::rivals::{Broken, Rivals};

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
        assert_eq!(is_due(last, MINUTE_S, unix), expected, "last {last:?}, now {unix}");
    }
}

#[test]
fn each_list_has_its_own_minute() {
    let memory = Memory::default();
    for (list, unix, expected) in [
        ("a.test", 1_000, true),
        ("b.test", 1_000, true),
        ("a.test", 1_059, false),
        ("a.test", 1_060, true),
        ("b.test", 1_061, true),
        ("b.test", 1_000, true),
    ] {
        assert_eq!(admit(&memory, list, MINUTE_S, unix), expected, "{list} at {unix}");
    }
}

#[test]
fn of_two_that_want_to_at_once_one_does() {
    let rivals = Rivals::new(1, |memory| assert!(admit(memory, "a.test", MINUTE_S, 1_000)));
    assert!(!admit(&rivals, "a.test", MINUTE_S, 1_000), "the other was faster");
    assert!(!admit(&rivals, "a.test", MINUTE_S, 1_059));
    assert!(admit(&rivals, "a.test", MINUTE_S, 1_060));
}

#[test]
fn a_host_that_cannot_share_gets_its_line() {
    for readable in [false, true] {
        assert!(admit(&Broken { readable }, "a.test", MINUTE_S, 1_000));
    }
    let memory = Memory::default();
    memory.store("postscreen.warned.a.test", b"rubbish", 0).unwrap();
    assert!(admit(&memory, "a.test", MINUTE_S, 1_000), "what was stored is no time");
    assert!(!admit(&memory, "a.test", MINUTE_S, 1_001));
}
