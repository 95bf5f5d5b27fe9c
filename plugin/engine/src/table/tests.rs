use super::*;
use crate::shared::crowd::{Broken, Crowd};
use crate::shared::{Memory, WRITE_ATTEMPTS};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

fn until(expiry: u32) -> Record {
    Record::from_stamps([1, expiry, 0, 1, 1])
}

#[test]
fn a_record_is_found_again() {
    let mut bucket = Bucket::default();
    bucket.put(client(1), until(100));
    bucket.put("2001:db8::1".parse().unwrap(), until(200));
    let bucket = Bucket::decode(&bucket.encode());
    assert_eq!(bucket.get(client(1)), Some(until(100)));
    assert_eq!(bucket.get("2001:db8::1".parse().unwrap()), Some(until(200)));
    assert_eq!(bucket.get(client(2)), None);
}

#[test]
fn a_new_record_replaces_the_old_one() {
    let mut bucket = Bucket::default();
    bucket.put(client(1), until(100));
    bucket.put(client(1), until(50));
    assert_eq!(bucket.get(client(1)), Some(until(50)));
    assert_eq!(bucket.encode().len(), 1 + RECORD_LEN);
}

#[test]
fn a_full_bucket_forgets_whose_last_pass_ends_first() {
    let mut bucket = Bucket::default();
    for number in 0..8 {
        bucket.put(client(number), until(1_000 - u32::from(number)));
    }
    assert!((0..8).all(|number| bucket.get(client(number)).is_some()), "at the limit all are there");
    bucket.put(client(8), until(1));
    assert_eq!(bucket.get(client(7)), None);
    assert_eq!(bucket.get(client(8)), Some(until(1)));
    assert_eq!(bucket.encode().len(), 1 + RECORDS_PER_BUCKET * RECORD_LEN);
}

#[test]
fn foreign_bytes_read_as_an_empty_bucket() {
    let mut bucket = Bucket::default();
    bucket.put(client(1), until(100));
    let good = bucket.encode();
    let mut other_version = good.clone();
    other_version[0] = 2;
    for bytes in [&[][..], &[1], &good[..good.len() - 1], &other_version, b"rubbish"] {
        assert_eq!(Bucket::decode(bytes), Bucket::default(), "{bytes:?}");
    }
    let nine = [&[1][..], &[7; 9 * RECORD_LEN]].concat();
    assert_eq!(Bucket::decode(&nine).encode().len(), 1 + 8 * RECORD_LEN, "no more than fit");
}

#[test]
fn clients_are_spread_over_all_buckets() {
    let buckets = NonZeroU32::new(64).unwrap();
    let mut load = BTreeMap::new();
    for number in 0..6_400_u32 {
        let client = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        *load.entry(bucket_of(client, buckets)).or_insert(0_u32) += 1;
    }
    assert_eq!(load.len(), 64);
    assert!(load.values().all(|clients| (50..150).contains(clients)), "{load:?}");
    assert_eq!(bucket_of(client(1), NonZeroU32::MIN), 0);
}

#[test]
fn the_place_of_a_client_is_part_of_the_format() {
    let buckets = NonZeroU32::new(8_192).unwrap();
    let mapped: IpAddr = "::ffff:203.0.113.1".parse().unwrap();
    assert_eq!(bucket_of(client(1), buckets), bucket_of(mapped, buckets));
    assert_eq!(
        bucket_of(client(1), buckets),
        BUCKET_OF_CLIENT_1,
        "changing this empties every table on upgrade"
    );
}

const BUCKET_OF_CLIENT_1: u32 = 2_917;

#[test]
fn what_is_remembered_is_recalled() {
    let (memory, buckets) = (Memory::default(), NonZeroU32::MIN);
    assert_eq!(recall(&memory, client(1), buckets), None);
    assert!(remember(&memory, client(1), until(100), buckets));
    assert_eq!(recall(&memory, client(1), buckets), Some(until(100)));
    assert_eq!(recall(&memory, client(2), buckets), None);
}

#[test]
fn the_records_that_others_store_meanwhile_are_kept() {
    let buckets = NonZeroU32::MIN;
    for (lost, expected) in [(0, true), (1, true), (WRITE_ATTEMPTS - 1, true), (WRITE_ATTEMPTS, false)] {
        let crowd = Crowd::new(lost, |memory| assert!(remember(memory, client(1), until(50), buckets)));
        assert_eq!(remember(&crowd, client(200), until(100), buckets), expected, "{lost} lost races");
        let found = recall(&crowd, client(200), buckets);
        assert_eq!(found, expected.then(|| until(100)), "{lost} lost races");
        assert_eq!(recall(&crowd, client(1), buckets).is_some(), lost > 0, "{lost} lost races");
    }
}

#[test]
fn a_host_that_fails_remembers_nothing() {
    for readable in [false, true] {
        let broken = Broken { readable };
        assert!(!remember(&broken, client(1), until(100), NonZeroU32::MIN));
        assert_eq!(recall(&broken, client(1), NonZeroU32::MIN), None);
    }
}

proptest! {
    #[test]
    fn a_bucket_agrees_with_a_map_until_it_is_full(
        puts in proptest::collection::vec((0_u8..8, 2_u32..1_000), 0..30)
    ) {
        let mut bucket = Bucket::default();
        let mut model = BTreeMap::new();
        for (number, expiry) in puts {
            bucket.put(client(number), until(expiry));
            model.insert(number, until(expiry));
            bucket = Bucket::decode(&bucket.encode());
        }
        for number in 0..8 {
            prop_assert_eq!(bucket.get(client(number)), model.get(&number).copied());
        }
    }

    #[test]
    fn any_bytes_are_a_bucket(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Bucket::decode(&bytes).encode().len() <= 1 + RECORDS_PER_BUCKET * RECORD_LEN);
    }
}
