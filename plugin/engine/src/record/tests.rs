use super::*;

const EARLY: [Test; 2] = [Test::Pregreet, Test::Dnsbl];

fn set(tests: &[Test]) -> TestSet {
    tests.iter().copied().collect()
}

#[test]
fn a_pass_holds_until_its_last_second() {
    let record = Record::from_stamps([100, 200, 1, 1, 1]);
    for (unix, expected) in
        [(99, &[][..]), (100, &[]), (101, &[Test::Pregreet]), (200, &[Test::Pregreet]), (201, &EARLY)]
    {
        assert_eq!(record.expired(set(&EARLY), unix), set(expected), "at {unix}");
    }
}

#[test]
fn a_disabled_test_never_expires() {
    let record = Record::from_stamps([1, 1, 1, 1, 1]);
    assert_eq!(record.expired(TestSet::NONE, 1_000), TestSet::NONE);
    assert_eq!(
        record.expired(set(&[Test::Dnsbl]), 1_000),
        set(&[Test::Dnsbl]),
        "enabled later: test everyone"
    );
}

#[test]
fn only_a_zero_stamp_makes_a_client_new() {
    assert!(Record::default().is_new());
    assert!(Record::from_stamps([9, 9, 9, 9, 0]).is_new());
    assert!(!Record::from_stamps([9, 1, 1, 1, 1]).is_new());
}

#[test]
fn storing_marks_disabled_tests() {
    let mut record = Record::default();
    record.set_expiry(Test::Pregreet, 500);
    assert_eq!(record.for_storage(set(&[Test::Pregreet])).stamps(), [500, 1, 1, 1, 1]);
    assert_eq!(
        record.for_storage(set(&EARLY)).stamps(),
        [500, 0, 1, 1, 1],
        "enabled and not passed stays new"
    );
}

#[test]
fn extending_never_shortens() {
    let mut record = Record::from_stamps([500, 0, 0, 0, 0]);
    record.spare(Test::Pregreet, 400);
    record.spare(Test::Dnsbl, 400);
    assert_eq!(record.stamps(), [500, 400, 0, 0, 0]);
}

#[test]
fn stamps_stop_at_the_end_of_their_range() {
    let mut record = Record::default();
    record.set_expiry(Test::Dnsbl, u64::from(u32::MAX) + 1);
    assert_eq!(record.expiry(Test::Dnsbl), u32::MAX);
}
