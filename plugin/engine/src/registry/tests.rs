mod model;

use super::bucket::{BUCKET_LEN_MAX, ENTRY_LEN, SESSIONS_PER_BUCKET};
use super::*;
use crate::record::Test;
use crate::shared::rivals::{Broken, Rivals};
use crate::shared::{Memory, WRITE_ATTEMPTS};

/// The beginning of a generation.
const NOON: u64 = 1_795_003_200;
/// Until long after.
const LONG: u32 = 1_800_000_000;

fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

/// Everybody is in one bucket; the pregreet test is the only one.
fn policy(more: &str) -> Policy {
    Policy::parse(format!(r#"{{"cache": {{"buckets": 1}}{more}}}"#).as_bytes()).unwrap()
}

fn registry<S: SharedData>(shared: S) -> Registry<S> {
    let (key, _) = HashKey::agree(&shared, [7; 16]);
    Registry::new(shared, key)
}

fn open<S: SharedData>(registry: &Registry<S>, number: u8, unix: u64) -> (Lease, Found) {
    registry.open(client(number), &policy(""), unix)
}

fn bucket_len(memory: &Memory) -> usize {
    memory.fetch("postscreen.clients.0").unwrap().map_or(0, |(bytes, _)| bytes.len())
}

fn passed(pregreet: u32) -> Record {
    Record::from_stamps([pregreet, 1, 1, 1, 1])
}

fn settle<S: SharedData>(registry: &Registry<S>, lease: &Lease, what: Settlement) -> Settled {
    registry.settle(lease, what, Test::Pregreet.into())
}

/// Passed the pregreet test, and knew no other.
fn pregreet(expiry: u32) -> Settlement {
    let record = Record::from_stamps([expiry, 0, 0, 0, 0]);
    Settlement { record, unshared: Test::Pregreet.into(), remember: true, claim_pass_new: true }
}

const ALONE: Found = Found { sessions: 1, known: Known::Nothing };

#[test]
fn sessions_of_a_client_are_counted_until_they_leave() {
    let memory = Memory::default();
    let registry = registry(&memory);
    let (first, found) = open(&registry, 1, NOON);
    assert_eq!(found, ALONE);
    let (second, found) = open(&registry, 1, NOON);
    assert_eq!(found, Found { sessions: 2, known: Known::Nothing });
    let (other, found) = open(&registry, 2, NOON);
    assert_eq!(found.sessions, 1);
    registry.leave(first);
    let (third, found) = open(&registry, 1, NOON + 40);
    assert_eq!(found.sessions, 2);
    for lease in [second, other, third] {
        registry.leave(lease);
    }
    assert_eq!(bucket_len(&memory), 1, "nobody is left, and nothing of them");
}

#[test]
fn a_mapped_address_is_the_ipv4_client() {
    let registry = registry(Memory::default());
    open(&registry, 1, NOON);
    let mapped = "::ffff:203.0.113.1".parse().unwrap();
    assert_eq!(registry.open(mapped, &policy(""), NOON).1.sessions, 2);
}

#[test]
fn stamps_are_shared_until_the_last_session_leaves() {
    let registry = registry(Memory::default());
    let (first, _) = open(&registry, 1, NOON);
    registry.share(&first, Record::from_stamps([500, 0, 1, 1, 1]), TestSet::NONE);
    let (second, found) = open(&registry, 1, NOON);
    assert_eq!(found.known, Known::Overlapping(Record::from_stamps([500, 0, 1, 1, 1])));
    registry.share(&second, Record::from_stamps([0, 700, 9, 9, 9]), Test::Dnsbl.into());
    registry.leave(first);
    let (third, found) = open(&registry, 1, NOON);
    assert_eq!(found.known, Known::Overlapping(Record::from_stamps([500, 700, 1, 1, 1])));
    registry.leave(second);
    registry.leave(third);
    assert_eq!(open(&registry, 1, NOON).1, ALONE);
}

#[test]
fn one_of_the_overlapping_sessions_is_the_first() {
    let registry = registry(Memory::default());
    let [(first, _), (second, _)] = [(); 2].map(|()| open(&registry, 1, NOON));
    let claim = |lease: &Lease| {
        let nothing = TestSet::NONE;
        let what = Settlement { remember: false, unshared: nothing, ..pregreet(LONG) };
        let settled = settle(&registry, lease, what);
        assert_eq!(settled.remembered, None, "nothing was to be");
        settled.first
    };
    assert!(claim(&second));
    assert!(!claim(&first));
    assert!(!claim(&second));
    assert!(claim(&open(&registry, 2, NOON).0), "another client");
    registry.leave(first);
    registry.leave(second);
    assert!(claim(&open(&registry, 1, NOON).0), "a later visit");
}

#[test]
fn what_is_settled_is_known_at_the_next_visit() {
    let memory = Memory::default();
    let registry = registry(&memory);
    let (lease, _) = open(&registry, 1, NOON);
    assert_eq!(
        settle(&registry, &lease, pregreet(LONG)),
        Settled { remembered: Some(Remembered::Added), first: true }
    );
    // Tests that are off were not failed to be passed.
    assert_eq!(recall(&memory, client(1), &policy("")), Some(passed(LONG)));
    assert_eq!(recall(&memory, client(2), &policy("")), None);
    let overlapping = open(&registry, 1, NOON).1;
    assert_eq!(overlapping.known, Known::Overlapping(Record::from_stamps([LONG, 0, 0, 0, 0])));
    registry.leave(lease);
    assert_eq!(
        open(&registry, 1, NOON + 2 * LEASE_S).1,
        Found { sessions: 1, known: Known::Passed(passed(LONG)) }
    );
}

#[test]
fn what_another_session_has_passed_meanwhile_is_remembered_too() {
    let memory = Memory::default();
    let registry = registry(&memory);
    let [(first, _), (second, _)] = [(); 2].map(|()| open(&registry, 1, NOON));
    registry.share(&first, Record::from_stamps([0, LONG, 0, 0, 0]), Test::Dnsbl.into());
    settle(&registry, &second, pregreet(900));
    let stored = recall(&memory, client(1), &policy(""));
    assert_eq!(stored, Some(Record::from_stamps([900, LONG, 1, 1, 1])));
}

#[test]
fn of_overlapping_sessions_of_a_known_client_the_first_finds_the_passes() {
    let memory = Memory::default();
    let registry = registry(&memory);
    assert!(remember(&memory, client(1), passed(LONG), &policy("")));
    let (first, found) = open(&registry, 1, NOON);
    assert_eq!(found, Found { sessions: 1, known: Known::Passed(passed(LONG)) });
    let (second, found) = open(&registry, 1, NOON);
    assert_eq!(found, Found { sessions: 2, known: Known::Overlapping(passed(LONG)) });
    registry.leave(first);
    registry.leave(second);
    assert_eq!(open(&registry, 1, NOON).1.known, Known::Passed(passed(LONG)));
}

#[test]
fn a_pass_that_ended_long_ago_is_as_good_as_none() {
    let week = 7 * 86_400;
    let expiry = u32::try_from(NOON).unwrap();
    for (unix, counts) in [(NOON, true), (NOON + week, true), (NOON + week + 1, false)] {
        let memory = Memory::default();
        let registry = registry(&memory);
        remember(&memory, client(1), passed(expiry), &policy(""));
        let known = open(&registry, 1, unix).1.known;
        assert_eq!(known, if counts { Known::Passed(passed(expiry)) } else { Known::Nothing }, "at {unix}");
    }
    let registry = registry(Memory::default());
    let short = policy(r#", "cache_retention_time": "1m""#);
    remember(registry.shared(), client(1), passed(expiry), &policy(""));
    assert_eq!(registry.open(client(1), &short, NOON + 61).1.known, Known::Nothing);
}

#[test]
fn a_crashed_session_counts_until_its_lease_is_over() {
    for (after, expected) in [(0, 2), (LEASE_S - 1, 2), (LEASE_S, 1)] {
        let registry = registry(Memory::default());
        let (crashed, _) = open(&registry, 1, NOON);
        registry.share(&crashed, Record::from_stamps([500; 5]), TestSet::NONE);
        let (_, found) = open(&registry, 1, NOON + after);
        assert_eq!(found.sessions, expected, "{after} s later");
        assert_eq!(found.known != Known::Nothing, expected == 2, "{after} s later");
    }
}

#[test]
fn a_client_that_keeps_knocking_does_not_keep_its_crashed_sessions() {
    let registry = registry(Memory::default());
    for _ in 0..5 {
        let _crashed = open(&registry, 1, NOON);
    }
    for second in 0..LEASE_S {
        let (knock, found) = open(&registry, 1, NOON + second);
        assert_eq!(found.sessions, 6, "after {second} s");
        registry.leave(knock);
    }
    assert_eq!(open(&registry, 1, NOON + LEASE_S).1.sessions, 1);
}

#[test]
fn a_renewed_session_counts_on() {
    let memory = Memory::default();
    let registry = registry(&memory);
    let (mut lease, _) = open(&registry, 1, NOON + 29);
    for minute in 1..10 {
        // As late as the lease allows.
        let now = NOON + 29 + minute * LEASE_S / 2;
        registry.renew(&mut lease, now);
        let (other, found) = open(&registry, 1, now);
        assert_eq!(found.sessions, 2, "at {now}");
        registry.leave(other);
    }
    registry.leave(lease);
    assert_eq!(bucket_len(&memory), 1);
}

#[test]
fn a_session_that_renews_too_late_is_counted_anew() {
    let registry = registry(Memory::default());
    let (mut lease, _) = open(&registry, 1, NOON);
    let (mut other, _) = open(&registry, 2, NOON);
    registry.renew(&mut lease, NOON + 2 * LEASE_S);
    registry.renew(&mut other, NOON + 2 * LEASE_S);
    assert_eq!(open(&registry, 1, NOON + 2 * LEASE_S).1.sessions, 2);
}

#[test]
fn a_session_that_finds_no_room_stands_alone() {
    let memory = Memory::default();
    let registry = registry(&memory);
    let number = u8::try_from(SESSIONS_PER_BUCKET).unwrap();
    let mut leases: Vec<_> = (0..number).map(|number| open(&registry, number, NOON).0).collect();
    let (mut lease, found) = open(&registry, number, NOON);
    assert_eq!(found, ALONE);
    registry.share(&lease, Record::from_stamps([500; 5]), TestSet::NONE);
    assert_eq!(open(&registry, number, NOON).1, ALONE, "and so does the next one");
    assert_eq!(bucket_len(&memory), 1 + SESSIONS_PER_BUCKET * ENTRY_LEN);

    registry.renew(&mut lease, NOON);
    assert_eq!(lease.counted, None);
    registry.leave(leases.pop().unwrap());
    registry.renew(&mut lease, NOON);
    assert_eq!(open(&registry, number, NOON).1.sessions, 2, "room was made");
    registry.leave(lease);
}

#[test]
fn who_finds_no_room_is_remembered_all_the_same() {
    let memory = Memory::default();
    let registry = registry(&memory);
    (0..8).for_each(|number| _ = open(&registry, number, NOON));
    let (lease, _) = open(&registry, 8, NOON);
    let settled = settle(&registry, &lease, pregreet(LONG));
    assert_eq!(settled, Settled { remembered: Some(Remembered::Added), first: true });
    assert_eq!(recall(&memory, client(8), &policy("")), Some(passed(LONG)));
    assert!(bucket_len(&memory) <= BUCKET_LEN_MAX);
    assert_eq!(open(&registry, 8, NOON).1, Found { sessions: 1, known: Known::Passed(passed(LONG)) });
}

#[test]
fn a_session_of_a_busy_or_failing_host_stands_alone() {
    for (lost, expected) in [(WRITE_ATTEMPTS - 1, WRITE_ATTEMPTS), (WRITE_ATTEMPTS, 1)] {
        let rivals = Rivals::new(lost, |memory| {
            _ = open(&Registry::new(memory, HashKey::of(memory)), 1, NOON);
        });
        // Nothing was stored to hash by.
        let registry = Registry::new(&rivals, HashKey::of(&rivals));
        assert_eq!(open(&registry, 1, NOON).1.sessions, expected, "{lost} lost races");
    }
    for readable in [false, true] {
        let registry = registry(Broken { readable });
        let (mut lease, found) = open(&registry, 1, NOON);
        assert_eq!(found, ALONE);
        assert_eq!(settle(&registry, &lease, pregreet(LONG)), Settled { remembered: None, first: true });
        registry.share(&lease, Record::default(), TestSet::NONE);
        registry.renew(&mut lease, NOON);
        registry.leave(lease);
    }
}

#[test]
fn a_counted_session_whose_host_fails_later_goes_on() {
    let memory = Memory::default();
    let good = registry(&memory);
    for readable in [false, true] {
        let broken = registry(Broken { readable });
        let (mut lease, _) = open(&good, 1, NOON);
        assert_eq!(settle(&broken, &lease, pregreet(LONG)), Settled { remembered: None, first: true });
        broken.share(&lease, Record::from_stamps([500; 5]), TestSet::NONE);
        broken.renew(&mut lease, NOON + LEASE_S);
        broken.leave(lease);
    }
    assert_eq!(open(&good, 1, NOON).1, Found { sessions: 3, known: Known::Nothing });
}

#[test]
fn the_records_that_others_store_meanwhile_are_kept() {
    let policy = policy("");
    for (lost, expected) in [(0, true), (1, true), (WRITE_ATTEMPTS - 1, true), (WRITE_ATTEMPTS, false)] {
        let rivals = Rivals::new(lost, |memory| assert!(remember(memory, client(1), passed(50), &policy)));
        assert_eq!(remember(&rivals, client(200), passed(100), &policy), expected, "{lost} lost races");
        let found = recall(&rivals, client(200), &policy);
        assert_eq!(found, expected.then(|| passed(100)), "{lost} lost races");
        assert_eq!(recall(&rivals, client(1), &policy).is_some(), lost > 0, "{lost} lost races");
    }
}

#[test]
fn a_host_that_fails_remembers_nothing() {
    for readable in [false, true] {
        let broken = Broken { readable };
        assert!(!remember(&broken, client(1), passed(100), &policy("")));
        assert_eq!(recall(&broken, client(1), &policy("")), None);
    }
}

#[test]
fn those_who_only_look_find_what_workers_store() {
    let (memory, policy) = (Memory::default(), Policy::default());
    let registry = registry(&memory);
    for number in 0..50 {
        let (lease, _) = registry.open(client(number), &policy, NOON);
        settle(&registry, &lease, pregreet(LONG));
        registry.leave(lease);
        assert_eq!(recall(&memory, client(number), &policy), Some(passed(LONG)));
        assert!(remember(&memory, client(number), passed(LONG - 1), &policy));
        let (lease, found) = registry.open(client(number), &policy, NOON);
        assert_eq!(found.known, Known::Passed(passed(LONG - 1)));
        registry.leave(lease);
    }
}
