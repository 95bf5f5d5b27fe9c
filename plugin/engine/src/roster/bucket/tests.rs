use super::*;
use proptest::prelude::*;

fn stamps(pregreet: u32) -> Record {
    Record::from_stamps([pregreet, 0, 1, 0, 7])
}

fn key(number: u8) -> [u8; 16] {
    [number; 16]
}

fn sessions(bucket: &mut Bucket, number: u8) -> u32 {
    bucket.find(key(number)).map_or(0, |entry| entry.sessions())
}

#[test]
fn what_was_encoded_is_decoded() {
    let mut bucket = Bucket::default();
    bucket.enter(key(1), None, 5).unwrap();
    bucket.enter(key(2), None, 5).unwrap();
    bucket.enter(key(2), None, 6).unwrap();
    let entry = bucket.find(key(2)).unwrap();
    assert!(entry.share(stamps(100), TestSet::NONE));
    assert!(entry.claim_pass_new());
    let bytes = bucket.encode();
    assert_eq!(bytes.len(), 1 + 2 * ENTRY_LEN);
    assert_eq!(Bucket::decode(&bytes), bucket);
}

#[test]
fn foreign_bytes_read_as_an_empty_bucket() {
    let mut bucket = Bucket::default();
    bucket.enter(key(1), None, 5).unwrap();
    let good = bucket.encode();
    let mut other_version = good.clone();
    other_version[0] = 2;
    for bytes in [&[][..], &[1], &good[..good.len() - 1], &other_version, b"rubbish"] {
        assert_eq!(Bucket::decode(bytes), Bucket::default(), "{bytes:?}");
    }
}

#[test]
fn a_full_bucket_counts_no_further_client() {
    let mut bucket = Bucket::default();
    for number in 1..=8 {
        assert!(bucket.enter(key(number), None, 5).is_some(), "place {number}");
    }
    assert_eq!(bucket.enter(key(9), None, 5), None);
    assert!(bucket.enter(key(8), None, 5).is_some(), "a client that is there may open more");
    assert_eq!(bucket.encode().len(), BUCKET_LEN_MAX);

    assert!(bucket.leave(key(1), 5));
    let mut bucket = Bucket::decode(&bucket.encode());
    assert!(bucket.enter(key(9), None, 5).is_some(), "a client without sessions leaves at once");
}

#[test]
fn the_stale_make_room() {
    let mut bucket = Bucket::default();
    for number in 1..=8 {
        bucket.enter(key(number), None, 5).unwrap();
    }
    assert_eq!(bucket.enter(key(9), None, 6), None, "one generation later all still count");
    assert_eq!(bucket.enter(key(9), None, 7).unwrap().sessions(), 1);
    assert_eq!(bucket.encode().len(), 1 + ENTRY_LEN);
}

#[test]
fn a_session_counts_in_two_generations() {
    for (now, expected) in [(4, 2), (5, 2), (6, 2), (7, 1)] {
        let mut bucket = Bucket::default();
        bucket.enter(key(1), None, 5).unwrap();
        assert_eq!(
            bucket.enter(key(1), None, now).unwrap().sessions(),
            expected,
            "joined in generation {now}"
        );
    }
}

#[test]
fn a_clock_that_was_set_back_makes_counts_stale() {
    let mut bucket = Bucket::default();
    bucket.enter(key(1), None, 5).unwrap();
    let entry = bucket.enter(key(1), None, 3).unwrap();
    assert_eq!((entry.sessions(), entry.generation()), (1, 3));
}

#[test]
fn a_renewed_session_is_counted_once() {
    let mut bucket = Bucket::default();
    bucket.enter(key(1), None, 5).unwrap();
    bucket.enter(key(1), None, 5).unwrap();
    assert_eq!(bucket.enter(key(1), Some(5), 6).unwrap().sessions(), 2);
    assert_eq!(bucket.enter(key(1), Some(5), 6).unwrap().sessions(), 2);
    assert_eq!(bucket.enter(key(1), Some(6), 7).unwrap().sessions(), 2);
}

#[test]
fn only_sessions_that_count_are_taken_out() {
    for (counted, expected) in [(3, 2), (4, 2), (5, 1), (6, 1), (7, 2), (u32::MAX, 2)] {
        let mut bucket = Bucket::default();
        bucket.enter(key(1), None, 5).unwrap();
        bucket.enter(key(1), None, 6).unwrap();
        assert!(bucket.leave(key(1), counted));
        assert_eq!(sessions(&mut bucket, 1), expected, "counted in generation {counted}");
    }
    assert!(!Bucket::default().leave(key(1), 5));
}

#[test]
fn the_last_stamp_of_each_test_is_shared() {
    let mut bucket = Bucket::default();
    bucket.enter(key(1), None, 5).unwrap();
    let entry = bucket.find(key(1)).unwrap();
    assert_eq!(entry.shared(), None);
    assert!(entry.share(Record::default(), TestSet::NONE), "all tests never passed is a record too");
    let early = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
    assert!(entry.share(Record::from_stamps([9, 2, 7, 7, 7]), early));
    assert!(entry.share(Record::from_stamps([1, 1, 5, 1, 1]), Test::Pipelining.into()));
    assert!(
        entry.share(Record::from_stamps([1, 1, 1, 1, 1]), Test::Pipelining.into()),
        "also an earlier one"
    );
    assert!(!entry.share(Record::from_stamps([5; 5]), TestSet::NONE));
    assert_eq!(entry.shared(), Some(Record::from_stamps([9, 2, 1, 0, 0])));
}

#[test]
fn generations_are_half_a_lease() {
    for (unix, expected) in [(0, 0), (29, 0), (30, 1), (59, 1), (60, 2), (u64::MAX, u32::MAX)] {
        assert_eq!(generation_at(unix), expected, "at {unix}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_bucket(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_000),
        entries in 0_usize..20,
        now in any::<u32>(),
    ) {
        let filler = bytes.first().copied().unwrap_or(7);
        let fitting = [&[VERSION][..], &vec![filler; entries * ENTRY_LEN]].concat();
        for bytes in [bytes, fitting] {
            let mut bucket = Bucket::decode(&bytes);
            prop_assert!(bucket.encode().len() <= BUCKET_LEN_MAX);
            bucket.leave(key(7), now);
            bucket.enter(key(7), Some(now), now);
            prop_assert!(bucket.encode().len() <= BUCKET_LEN_MAX);
        }
    }
}
