use super::*;
use crate::shared::Memory;
use crate::shared::rivals::{Broken, Rivals};
use std::collections::BTreeMap;

const OURS: [u8; 16] = *b"drawn at random.";
const THEIRS: [u8; 16] = *b"another drawing.";

fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

fn put(memory: &Memory, bytes: &[u8]) {
    assert!(memory.store(KEY, bytes, 0).unwrap());
}

/// The key that was agreed on, where there is nothing to be said.
#[track_caller]
fn agreed(shared: &impl SharedData, candidate: [u8; 16]) -> HashKey {
    let (key, line) = HashKey::agree(shared, candidate);
    assert_eq!(line, None);
    key
}

#[test]
fn the_first_worker_draws_and_the_others_agree() {
    let memory = Memory::default();
    let first = agreed(&memory, OURS);
    assert_eq!(first, HashKey(OURS));
    assert_eq!(agreed(&memory, THEIRS), first);
    assert_eq!(HashKey::of(&memory), first, "and so do those who only look");
}

#[test]
fn of_two_that_draw_at_once_one_is_heard() {
    let rivals = Rivals::new(1, |memory| put(memory, &THEIRS));
    assert_eq!(agreed(&rivals, OURS), HashKey(THEIRS), "the other was faster");
    assert_eq!(agreed(&rivals, OURS), HashKey(THEIRS));
}

#[test]
fn a_key_of_the_wrong_length_is_none() {
    for bytes in [&[][..], &OURS[..15], &[7; 17], b"rubbish"] {
        let memory = Memory::default();
        put(&memory, bytes);
        assert_eq!(HashKey::of(&memory), HashKey::NONE, "{bytes:?}");
        assert_eq!(agreed(&memory, OURS), HashKey(OURS), "{bytes:?} is replaced");
        assert_eq!(HashKey::of(&memory), HashKey(OURS));
    }
}

#[test]
fn a_host_that_cannot_store_a_key_has_none_and_says_so() {
    for readable in [false, true] {
        let broken = Broken { readable };
        let (key, line) = HashKey::agree(&broken, OURS);
        assert_eq!(key, HashKey::NONE);
        assert_eq!(line, Some(Line::warning(WITHOUT.to_owned())));
        assert_eq!(HashKey::of(&broken), key, "and looks where it stores");
    }
}

#[test]
fn clients_are_spread_over_all_buckets() {
    for key in [HashKey::NONE, HashKey(OURS), HashKey(THEIRS)] {
        let buckets = NonZeroU32::new(64).unwrap();
        let mut load = BTreeMap::new();
        for number in 0..6_400_u32 {
            let client = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
            *load.entry(key.bucket_of(client, buckets)).or_insert(0_u32) += 1;
        }
        assert_eq!(load.len(), 64);
        assert!(load.values().all(|clients| (50..150).contains(clients)), "{load:?}");
        assert_eq!(key.bucket_of(client(1), NonZeroU32::MIN), 0);
    }
}

#[test]
fn a_client_has_one_place_whatever_its_address_looks_like() {
    let buckets = NonZeroU32::new(8_192).unwrap();
    let mapped: IpAddr = "::ffff:203.0.113.1".parse().unwrap();
    let key = HashKey(OURS);
    assert_eq!(key.bucket_of(client(1), buckets), key.bucket_of(mapped, buckets));
}

#[test]
fn the_place_of_a_client_is_part_of_the_format() {
    let buckets = NonZeroU32::new(8_192).unwrap();
    let places = [HashKey::NONE, HashKey(OURS)].map(|key| key.bucket_of(client(1), buckets));
    assert_eq!(places, PLACES, "hosts that keep their data over an upgrade would look elsewhere");
}

const PLACES: [u32; 2] = [2_917, 3_371];

#[test]
fn who_does_not_know_the_key_cannot_aim() {
    let buckets = NonZeroU32::new(8_192).unwrap();
    // Twenty addresses that share a bucket without a key, as everybody can compute them.
    let addresses = (0..u32::MAX)
        .map(|number| IpAddr::from(((0x2001_0db8_u128 << 96) | u128::from(number)).to_be_bytes()));
    let target = HashKey::NONE.bucket_of(client(1), buckets);
    let aimed: Vec<_> =
        addresses.filter(|&address| HashKey::NONE.bucket_of(address, buckets) == target).take(20).collect();
    for key in [HashKey(OURS), HashKey(THEIRS)] {
        let target = key.bucket_of(client(1), buckets);
        let hits = aimed.iter().filter(|&&address| key.bucket_of(address, buckets) == target).count();
        assert!(hits < 2, "{hits} of 20 hit");
        let places: std::collections::BTreeSet<_> =
            aimed.iter().map(|&address| key.bucket_of(address, buckets)).collect();
        assert!(places.len() > 15, "and do not stay together: {places:?}");
    }
}

#[test]
fn the_key_is_told_to_nobody() {
    assert_eq!(format!("{:?}", HashKey(OURS)), "HashKey(…)");
    assert_eq!(format!("{:?}", HashKey::NONE), "HashKey(none)");
}
