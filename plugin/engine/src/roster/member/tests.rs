mod model;

use super::super::{BUCKET_LEN_MAX, CLIENTS_PER_BUCKET, LEASE_S};
use super::*;
use crate::record::Test;
use crate::shared::crowd::{Broken, Crowd};
use crate::shared::{Memory, WRITE_ATTEMPTS};

/// The beginning of a generation.
const NOON: u64 = 1_795_003_200;

fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

fn join(shared: &impl SharedData, number: u8, now_unix: u64) -> (Member, Standing) {
    Member::join(shared, client(number), NonZeroU32::MIN, now_unix)
}

fn bucket_len(memory: &Memory) -> usize {
    memory.fetch("postscreen.roster.0").unwrap().map_or(0, |(bytes, _)| bytes.len())
}

#[test]
fn sessions_of_a_client_are_counted_until_they_leave() {
    let memory = Memory::default();
    let (first, standing) = join(&memory, 1, NOON);
    assert_eq!(standing, Standing { sessions: 1, shared: None });
    let (second, standing) = join(&memory, 1, NOON);
    assert_eq!(standing, Standing { sessions: 2, shared: None });
    let (other, standing) = join(&memory, 2, NOON);
    assert_eq!(standing.sessions, 1);
    first.leave(&memory);
    let (third, standing) = join(&memory, 1, NOON + 40);
    assert_eq!(standing.sessions, 2);
    for member in [second, other, third] {
        member.leave(&memory);
    }
    assert_eq!(bucket_len(&memory), 1, "nobody is left, and nothing of them");
}

#[test]
fn a_mapped_address_is_the_ipv4_client() {
    let memory = Memory::default();
    let _first = join(&memory, 1, NOON);
    let mapped = "::ffff:203.0.113.1".parse().unwrap();
    let (_, standing) = Member::join(&memory, mapped, NonZeroU32::MIN, NOON);
    assert_eq!(standing.sessions, 2);
}

#[test]
fn stamps_are_shared_until_the_last_session_leaves() {
    let memory = Memory::default();
    let (first, _) = join(&memory, 1, NOON);
    first.share(&memory, Record::from_stamps([500, 0, 1, 1, 1]), TestSet::NONE);
    let (second, standing) = join(&memory, 1, NOON);
    assert_eq!(standing.shared, Some(Record::from_stamps([500, 0, 1, 1, 1])));
    second.share(&memory, Record::from_stamps([0, 700, 9, 9, 9]), Test::Dnsbl.into());
    first.leave(&memory);
    let (third, standing) = join(&memory, 1, NOON);
    assert_eq!(standing.shared, Some(Record::from_stamps([500, 700, 1, 1, 1])));
    assert_eq!(second.shared(&memory), standing.shared);
    second.leave(&memory);
    third.leave(&memory);
    assert_eq!(join(&memory, 1, NOON).1, Standing { sessions: 1, shared: None });
}

#[test]
fn one_of_the_overlapping_sessions_logs_pass_new() {
    let memory = Memory::default();
    let (first, _) = join(&memory, 1, NOON);
    let (second, _) = join(&memory, 1, NOON);
    assert!(second.claim_pass_new(&memory));
    assert!(!first.claim_pass_new(&memory));
    assert!(!second.claim_pass_new(&memory));
    assert!(join(&memory, 2, NOON).0.claim_pass_new(&memory), "another client");
    first.leave(&memory);
    second.leave(&memory);
    assert!(join(&memory, 1, NOON).0.claim_pass_new(&memory), "a later visit");
}

#[test]
fn a_crashed_session_counts_until_its_lease_is_over() {
    for (after, expected) in [(0, 2), (LEASE_S - 1, 2), (LEASE_S, 1)] {
        let memory = Memory::default();
        let (crashed, _) = join(&memory, 1, NOON);
        crashed.share(&memory, Record::from_stamps([500; 5]), TestSet::NONE);
        let (_, standing) = join(&memory, 1, NOON + after);
        assert_eq!(standing.sessions, expected, "{after} s later");
        assert_eq!(standing.shared.is_some(), expected == 2, "{after} s later");
    }
}

#[test]
fn a_client_that_keeps_knocking_does_not_keep_its_crashed_sessions() {
    let memory = Memory::default();
    for _ in 0..5 {
        let _crashed = join(&memory, 1, NOON);
    }
    for second in 0..LEASE_S {
        let (knock, standing) = join(&memory, 1, NOON + second);
        assert_eq!(standing.sessions, 6, "after {second} s");
        knock.leave(&memory);
    }
    assert_eq!(join(&memory, 1, NOON + LEASE_S).1.sessions, 1);
}

#[test]
fn a_renewed_session_counts_on() {
    let memory = Memory::default();
    let (mut member, _) = join(&memory, 1, NOON + 29);
    for minute in 1..10 {
        // As late as the lease allows.
        let now = NOON + 29 + minute * LEASE_S / 2;
        member.renew(&memory, now);
        let (other, standing) = join(&memory, 1, now);
        assert_eq!(standing.sessions, 2, "at {now}");
        other.leave(&memory);
    }
    member.leave(&memory);
    assert_eq!(bucket_len(&memory), 1);
}

#[test]
fn a_session_that_renews_too_late_is_counted_anew() {
    let memory = Memory::default();
    let (mut member, _) = join(&memory, 1, NOON);
    let (mut other, _) = join(&memory, 2, NOON);
    member.renew(&memory, NOON + 2 * LEASE_S);
    other.renew(&memory, NOON + 2 * LEASE_S);
    assert_eq!(join(&memory, 1, NOON + 2 * LEASE_S).1.sessions, 2);
}

#[test]
fn a_session_that_finds_no_room_stands_alone() {
    let memory = Memory::default();
    let number = u8::try_from(CLIENTS_PER_BUCKET).unwrap();
    let mut members: Vec<_> = (0..number).map(|number| join(&memory, number, NOON).0).collect();
    let (mut member, standing) = join(&memory, number, NOON);
    assert_eq!(standing, Standing::ALONE);
    member.share(&memory, Record::from_stamps([500; 5]), TestSet::NONE);
    assert!(member.claim_pass_new(&memory));
    assert_eq!(join(&memory, number, NOON).1, Standing::ALONE, "and so does the next one");
    assert_eq!(bucket_len(&memory), BUCKET_LEN_MAX);

    member.renew(&memory, NOON);
    assert_eq!(member.counted, None);
    members.pop().unwrap().leave(&memory);
    member.renew(&memory, NOON);
    assert_eq!(join(&memory, number, NOON).1.sessions, 2, "room was made");
    member.leave(&memory);
}

#[test]
fn a_session_of_a_busy_or_failing_host_stands_alone() {
    for (lost, expected) in [(WRITE_ATTEMPTS - 1, WRITE_ATTEMPTS), (WRITE_ATTEMPTS, 1)] {
        let crowd = Crowd::new(lost, |memory| _ = join(memory, 1, NOON));
        assert_eq!(join(&crowd, 1, NOON).1.sessions, expected, "{lost} lost races");
    }
    for readable in [false, true] {
        let broken = Broken { readable };
        let (mut member, standing) = join(&broken, 1, NOON);
        assert_eq!(standing, Standing::ALONE);
        assert!(member.claim_pass_new(&broken));
        member.share(&broken, Record::default(), TestSet::NONE);
        member.renew(&broken, NOON);
        member.leave(&broken);
    }
}

#[test]
fn a_counted_session_whose_host_fails_later_goes_on() {
    let memory = Memory::default();
    for readable in [false, true] {
        let broken = Broken { readable };
        let (mut member, _) = join(&memory, 1, NOON);
        assert!(member.claim_pass_new(&broken));
        member.share(&broken, Record::from_stamps([500; 5]), TestSet::NONE);
        member.renew(&broken, NOON + LEASE_S);
        member.leave(&broken);
    }
    assert_eq!(join(&memory, 1, NOON).1, Standing { sessions: 3, shared: None });
}
