use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

fn stamps(pregreet: u32) -> Record {
    Record::from_stamps([pregreet, 0, 1, 0, 7])
}

fn until(expiry: u32) -> Record {
    Record::from_stamps([1, expiry, 0, 1, 1])
}

fn sessions(bucket: &Bucket, number: u8) -> u32 {
    bucket.find(client(number)).map_or(0, ClientEntry::sessions)
}

fn passes(bucket: &Bucket, number: u8) -> Option<Record> {
    bucket.find(client(number)).and_then(ClientEntry::passes)
}

/// Clients 1 to `open` have a session each in generation 5.
fn with_sessions(open: u8) -> Bucket {
    let mut bucket = Bucket::default();
    for number in 1..=open {
        bucket.enter(client(number), None, 5).unwrap();
    }
    bucket
}

#[test]
fn what_was_encoded_is_decoded() {
    let mut bucket = with_sessions(2);
    bucket.enter(client(2), None, 6).unwrap();
    let entry = bucket.find_mut(client(2)).unwrap();
    assert!(entry.share(stamps(100), TestSet::NONE));
    assert!(entry.claim_pass_new());
    bucket.remember(client(2), until(9));
    bucket.remember("2001:db8::1".parse().unwrap(), until(8));
    let bytes = bucket.encode();
    assert_eq!(bytes.len(), 1 + 3 * ENTRY_LEN);
    assert_eq!(Bucket::decode(&bytes), bucket);
}

#[test]
fn the_format_is_as_described() {
    let mut bucket = Bucket::default();
    let entry = bucket.enter(client(1), None, 0x0102_0304).unwrap();
    entry.share(Record::from_stamps([1, 2, 3, 4, 5]), TestSet::NONE);
    let spared = TestSet::from(Test::Pipelining) | Test::BareNewline.into();
    bucket.remember(client(1), Record::from_stamps([6, 7, 8, 9, 10]).given_by(11, spared));
    let mut expected = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 1];
    expected.extend([1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 0, 3]);
    expected.extend([6, 7, 8, 9, 10, 11].into_iter().flat_map(u32::to_be_bytes));
    expected.push(0b1_0100);
    expected.extend([1, 2, 3, 4, 5, 0].into_iter().flat_map(u32::to_be_bytes));
    expected.push(0);
    assert_eq!(bucket.encode(), expected, "another format takes another version");
}

#[test]
fn foreign_bytes_read_as_an_empty_bucket() {
    let good = with_sessions(1).encode();
    let mut other_version = good.clone();
    other_version[0] = 1;
    let long = [&good[..], &[0]].concat();
    for bytes in [&[][..], &[2], &good[..good.len() - 1], &long, &other_version, b"rubbish"] {
        assert_eq!(Bucket::decode(bytes), Bucket::default(), "{bytes:?}");
    }
    let many = [&[2][..], &[7; (ENTRIES_MAX + 1) * ENTRY_LEN]].concat();
    assert_eq!(Bucket::decode(&many).encode().len(), BUCKET_LEN_MAX, "no more than fit");
}

#[test]
fn a_full_bucket_counts_no_further_client() {
    let mut bucket = with_sessions(7);
    assert!(bucket.enter(client(8), None, 5).is_some(), "place 8");
    assert_eq!(bucket.enter(client(9), None, 5), None);
    assert!(bucket.enter(client(8), None, 5).is_some(), "a client that is there may open more");
    assert_eq!(bucket.encode().len(), 1 + SESSIONS_PER_BUCKET * ENTRY_LEN);

    assert!(bucket.leave(client(1), 5));
    let mut bucket = Bucket::decode(&bucket.encode());
    assert!(bucket.enter(client(9), None, 5).is_some(), "a client without sessions leaves at once");
}

#[test]
fn a_client_that_is_remembered_needs_a_place_for_its_sessions_like_others() {
    let mut bucket = with_sessions(8);
    bucket.remember(client(9), until(100));
    assert_eq!(bucket.enter(client(9), None, 5), None);
    bucket.leave(client(1), 5);
    assert_eq!(bucket.enter(client(9), None, 5).map(|entry| entry.sessions()), Some(1));
    assert_eq!(passes(&bucket, 9), Some(until(100)));
}

#[test]
fn the_stale_make_room() {
    let mut bucket = with_sessions(8);
    assert_eq!(bucket.enter(client(9), None, 6), None, "one generation later all still count");
    assert_eq!(bucket.enter(client(9), None, 7).unwrap().sessions(), 1);
    assert_eq!(bucket.encode().len(), 1 + ENTRY_LEN);
}

#[test]
fn what_is_remembered_outlives_the_sessions() {
    let mut bucket = with_sessions(2);
    bucket.remember(client(1), until(100));
    bucket.remember(client(2), until(200));
    assert!(bucket.leave(client(1), 5));
    bucket.enter(client(3), None, 50).unwrap();
    assert_eq!([1, 2, 3].map(|number| sessions(&bucket, number)), [0, 0, 1]);
    assert_eq!([1, 2].map(|number| passes(&bucket, number)), [Some(until(100)), Some(until(200))]);
}

#[test]
fn a_session_counts_in_two_generations() {
    for (now, expected) in [(4, 2), (5, 2), (6, 2), (7, 1)] {
        let mut bucket = with_sessions(1);
        let entry = bucket.enter(client(1), None, now).unwrap();
        assert_eq!(entry.sessions(), expected, "joined in generation {now}");
    }
}

#[test]
fn a_clock_that_was_set_back_makes_counts_stale() {
    let mut bucket = with_sessions(1);
    let entry = bucket.enter(client(1), None, 3).unwrap();
    assert_eq!((entry.sessions(), entry.generation()), (1, 3));
}

#[test]
fn a_renewed_session_is_counted_once() {
    let mut bucket = with_sessions(1);
    bucket.enter(client(1), None, 5).unwrap();
    assert_eq!(bucket.enter(client(1), Some(5), 6).unwrap().sessions(), 2);
    assert_eq!(bucket.enter(client(1), Some(5), 6).unwrap().sessions(), 2);
    assert_eq!(bucket.enter(client(1), Some(6), 7).unwrap().sessions(), 2);
}

#[test]
fn the_only_session_renews_and_keeps_what_was_shared() {
    let mut bucket = with_sessions(1);
    let entry = bucket.find_mut(client(1)).unwrap();
    entry.share(stamps(100), TestSet::NONE);
    entry.claim_pass_new();
    let entry = bucket.enter(client(1), Some(5), 6).unwrap();
    assert_eq!((entry.sessions(), entry.shared()), (1, Some(stamps(100))));
    assert!(!entry.claim_pass_new());
}

#[test]
fn only_sessions_that_count_are_taken_out() {
    for (counted, expected) in [(3, 2), (4, 2), (5, 1), (6, 1), (7, 2), (u32::MAX, 2)] {
        let mut bucket = with_sessions(1);
        bucket.enter(client(1), None, 6).unwrap();
        assert!(bucket.leave(client(1), counted));
        assert_eq!(sessions(&bucket, 1), expected, "counted in generation {counted}");
    }
    assert!(!Bucket::default().leave(client(1), 5));
}

#[test]
fn the_last_stamp_of_each_test_is_shared() {
    let mut bucket = with_sessions(1);
    let entry = bucket.find_mut(client(1)).unwrap();
    assert_eq!(entry.shared(), None);
    assert!(entry.share(Record::default(), TestSet::NONE), "all tests never passed is a record too");
    let early = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
    assert!(entry.share(Record::from_stamps([9, 2, 7, 7, 7]), early));
    assert!(entry.share(Record::from_stamps([1, 1, 5, 1, 1]), Test::Pipelining.into()));
    let earlier = Record::from_stamps([1, 1, 1, 1, 1]);
    assert!(entry.share(earlier, Test::Pipelining.into()), "also an earlier one");
    assert!(!entry.share(Record::from_stamps([5; 5]), TestSet::NONE));
    assert_eq!(entry.shared(), Some(Record::from_stamps([9, 2, 1, 0, 0])));
}

#[test]
fn the_last_session_takes_what_was_shared_with_it() {
    for (now, expected) in [(5, true), (6, true), (7, false)] {
        let mut bucket = with_sessions(1);
        bucket.find_mut(client(1)).unwrap().share(stamps(100), TestSet::NONE);
        let shared = bucket.find(client(1)).unwrap().shared_at(now);
        assert_eq!(shared.is_some(), expected, "in generation {now}");
    }
    let mut bucket = with_sessions(1);
    bucket.remember(client(1), until(100));
    bucket.find_mut(client(1)).unwrap().share(stamps(100), TestSet::NONE);
    bucket.leave(client(1), 5);
    assert_eq!(bucket.find(client(1)).unwrap().shared(), None);
}

#[test]
fn a_new_record_replaces_the_old_one() {
    let mut bucket = Bucket::default();
    bucket.remember(client(1), until(100));
    bucket.remember(client(1), until(50));
    assert_eq!(passes(&bucket, 1), Some(until(50)));
    assert_eq!(bucket.encode().len(), 1 + ENTRY_LEN);
}

#[test]
fn so_many_clients_are_remembered_and_whose_last_pass_ends_first_makes_room() {
    let mut bucket = Bucket::default();
    for number in 0..8 {
        bucket.remember(client(number), until(1_000 - u32::from(number)));
    }
    assert!((0..8).all(|number| passes(&bucket, number).is_some()), "at the limit all are there");
    bucket.remember(client(8), until(1));
    assert_eq!(passes(&bucket, 7), None);
    assert_eq!(passes(&bucket, 8), Some(until(1)));
    assert_eq!(bucket.encode().len(), 1 + PASSES_PER_BUCKET * ENTRY_LEN);
}

#[test]
fn who_has_a_session_open_is_forgotten_last() {
    let mut bucket = with_sessions(7);
    for number in 1..=8 {
        bucket.remember(client(number), until(u32::from(number)));
    }
    bucket.remember(client(9), until(100));
    assert_eq!(passes(&bucket, 8), None, "it ends last, but nobody is there");
    assert!((1..8).all(|number| passes(&bucket, number).is_some()));
    bucket.enter(client(9), None, 5).unwrap();
    bucket.remember(client(10), until(100));
    assert_eq!(passes(&bucket, 1), None, "where all are there, the one that ends first");
    assert_eq!(sessions(&bucket, 1), 1, "and its session still counts");
}

#[test]
fn a_crowd_that_is_being_screened_makes_nobody_forget_who_has_passed() {
    let mut bucket = Bucket::default();
    (100..108).for_each(|number| _ = bucket.remember(client(number), until(50)));
    for number in 0..100 {
        bucket.enter(client(number), None, 5);
    }
    assert!((100..108).all(|number| passes(&bucket, number).is_some()));
    assert_eq!((0..100).map(|number| sessions(&bucket, number)).sum::<u32>(), 8);
    assert_eq!(bucket.encode().len(), BUCKET_LEN_MAX);
    // Nor do those that pass take the places of those that are open.
    (200..250).for_each(|number| _ = bucket.remember(client(number), until(60)));
    assert_eq!((0..100).map(|number| sessions(&bucket, number)).sum::<u32>(), 8);
}

#[test]
fn generations_are_half_a_lease() {
    for (unix, expected) in [(0, 0), (29, 0), (30, 1), (59, 1), (60, 2), (u64::MAX, u32::MAX)] {
        assert_eq!(generation_at(unix), expected, "at {unix}");
    }
}

proptest! {
    #[test]
    fn passes_agree_with_a_map_until_there_are_too_many(
        puts in proptest::collection::vec((0_u8..8, 2_u32..1_000), 0..30)
    ) {
        let mut bucket = Bucket::default();
        let mut model = BTreeMap::new();
        for (number, expiry) in puts {
            bucket.remember(client(number), until(expiry));
            model.insert(number, until(expiry));
            bucket = Bucket::decode(&bucket.encode());
        }
        for number in 0..8 {
            prop_assert_eq!(passes(&bucket, number), model.get(&number).copied());
        }
    }

    #[test]
    fn any_bytes_are_a_bucket(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_000),
        entries in proptest::collection::vec(any::<u8>(), 0..20),
        now in any::<u32>(),
    ) {
        let fitting = entries.iter().flat_map(|&filler| [filler; ENTRY_LEN]);
        let fitting: Vec<_> = [VERSION].into_iter().chain(fitting).collect();
        for bytes in [bytes, fitting] {
            let mut bucket = Bucket::decode(&bytes);
            prop_assert!(bucket.encode().len() <= BUCKET_LEN_MAX);
            bucket.leave(client(7), now);
            bucket.enter(client(7), Some(now), now);
            prop_assert!(bucket.encode().len() <= BUCKET_LEN_MAX);
            let mut bucket = Bucket::decode(&bytes);
            bucket.remember(client(7), until(now));
            prop_assert!(bucket.encode().len() <= BUCKET_LEN_MAX);
        }
    }
}
