use super::*;
use crate::roster::RENEW_EVERY_S;
use crate::shared::crowd::{Broken, Crowd};
use crate::shared::{Memory, WRITE_ATTEMPTS};
use proptest::prelude::*;

const NOON: u64 = 1_795_003_200;
const LIMIT: u32 = 10;

fn load(sessions: u32) -> Load {
    Load { sessions, in_transit: sessions / 2 }
}

fn quiet(totals: Load, stressed: bool) -> Reading {
    Reading { totals, stressed, announcement: None }
}

fn census_len(memory: &Memory) -> usize {
    memory.fetch(KEY).unwrap().map_or(0, |(bytes, _)| bytes.len())
}

#[test]
fn every_worker_sees_the_sessions_of_all() {
    let memory = Memory::default();
    assert_eq!(totals(&memory, NOON), Load::default());
    let [mut one, mut two, mut three] = [(); 3].map(|()| Worker::default());
    assert_eq!(one.report(&memory, load(2), 0, NOON), quiet(load(2), false));
    assert_eq!(two.report(&memory, load(4), 0, NOON), quiet(load(6), false));
    assert_eq!(three.report(&memory, load(0), 0, NOON), quiet(load(6), false));
    assert_eq!(one.report(&memory, load(0), 0, NOON), quiet(load(4), false));
    assert_eq!(totals(&memory, NOON), load(4));
    assert_eq!(census_len(&memory), HEAD_LEN + 3 * SLOT_LEN);
}

#[test]
fn a_worker_that_falls_silent_is_forgotten_after_its_lease() {
    for (after, expected) in [(LEASE_S - 1, 7), (LEASE_S, 7), (LEASE_S + 1, 2)] {
        let memory = Memory::default();
        Worker::default().report(&memory, load(5), 0, NOON);
        assert_eq!(totals(&memory, NOON + after).sessions, expected - 2, "{after} s later");
        let reading = Worker::default().report(&memory, load(2), 0, NOON + after);
        assert_eq!(reading.totals.sessions, expected, "{after} s later");
    }
}

#[test]
fn a_worker_that_slept_over_its_lease_does_not_take_the_slot_of_another() {
    let memory = Memory::default();
    let [mut sleeper, mut heir] = [(); 2].map(|()| Worker::default());
    sleeper.report(&memory, load(2), 0, NOON);
    let later = NOON + LEASE_S + 1;
    assert_eq!(heir.report(&memory, load(4), 0, later).totals, load(4));
    assert_eq!(sleeper.report(&memory, load(2), 0, later).totals, load(6));
    assert_eq!(heir.report(&memory, load(6), 0, later).totals, load(8));
    assert_eq!(census_len(&memory), HEAD_LEN + 2 * SLOT_LEN);
}

#[test]
fn a_clock_that_is_set_back_makes_silent_workers_stale() {
    let memory = Memory::default();
    Worker::default().report(&memory, load(5), 0, NOON);
    assert_eq!(totals(&memory, NOON - LEASE_S), load(5));
    assert_eq!(totals(&memory, NOON - LEASE_S - 1), Load::default());
}

#[test]
fn one_worker_more_than_there_are_slots_is_not_seen() {
    let memory = Memory::default();
    let mut workers: Vec<_> = (0..SLOTS).map(|_| Worker::default()).collect();
    for worker in &mut workers {
        worker.report(&memory, load(2), 0, NOON);
    }
    assert_eq!(totals(&memory, NOON), load(512), "all of {SLOTS} are");
    assert_eq!(census_len(&memory), CENSUS_LEN_MAX);
    let mut extra = Worker::default();
    assert_eq!(extra.report(&memory, load(2), 0, NOON).totals, load(514), "but it sees itself");
    assert_eq!(totals(&memory, NOON), load(512));
    extra.report(&memory, load(2), 0, NOON + LEASE_S + 1);
    assert_eq!(totals(&memory, NOON + LEASE_S + 1), load(2), "and claims a slot that is given up");
}

#[test]
fn exactly_one_worker_announces_stress() {
    let memory = Memory::default();
    let [mut one, mut two] = [(); 2].map(|()| Worker::default());
    let announced = |worker: &mut Worker, sessions| {
        let reading = worker.report(&memory, load(sessions), LIMIT, NOON);
        (reading.stressed, reading.announcement.unwrap_or_default())
    };
    assert_eq!(announced(&mut one, 4), (false, String::new()));
    assert_eq!(announced(&mut two, 4), (false, String::new()));
    assert_eq!(announced(&mut one, 5), (true, "entering STRESS mode with 9 connections".to_owned()));
    assert_eq!(announced(&mut two, 5), (true, String::new()));
    assert_eq!(announced(&mut two, 3), (true, String::new()));
    assert_eq!(announced(&mut two, 2), (false, "leaving STRESS mode with 7 connections".to_owned()));
    assert_eq!(announced(&mut one, 5), (false, String::new()));
}

#[test]
fn a_contended_report_is_tried_again_up_to_its_limit() {
    for lost in [0, 1, WRITE_ATTEMPTS - 1, WRITE_ATTEMPTS] {
        let crowd = Crowd::new(lost, |memory| _ = Worker::default().report(memory, load(9), 100, NOON));
        let reading = Worker::default().report(&crowd, load(1), 0, NOON);
        let others = if lost == WRITE_ATTEMPTS { lost - 1 } else { lost };
        assert_eq!(reading.totals.sessions, 1 + 9 * others, "{lost} lost races: what was last seen");
        let stored = totals(&crowd.memory, NOON).sessions;
        let own = u32::from(lost < WRITE_ATTEMPTS);
        assert_eq!(stored, own + 9 * lost, "{lost} lost races");
    }
}

#[test]
fn a_report_that_is_given_up_announces_nothing() {
    let crowd = Crowd::new(WRITE_ATTEMPTS, |memory| {
        _ = Worker::default().report(memory, load(1), 0, NOON);
    });
    let reading = Worker::default().report(&crowd, load(20), LIMIT, NOON);
    assert_eq!((reading.stressed, reading.announcement), (true, None));
}

#[test]
fn a_worker_whose_host_fails_knows_its_own_sessions() {
    assert_eq!(totals(&Broken { readable: false }, NOON), Load::default());
    let reading = Worker::default().report(&Broken { readable: false }, load(20), LIMIT, NOON);
    assert_eq!(reading, quiet(load(20), false));
    let reading = Worker::default().report(&Broken { readable: true }, load(20), LIMIT, NOON);
    assert_eq!(reading, quiet(load(20), true));
}

#[test]
fn foreign_bytes_read_as_an_empty_census() {
    for bytes in [&[][..], &[1; 5], &[2; 22], b"rubbish"] {
        assert_eq!(Census::decode(bytes), Census::default(), "{bytes:?}");
    }
}

proptest! {
    /// Workers report, fall silent for good, and are replaced; sums are those of the reports that are not too old.
    #[test]
    fn totals_are_those_of_the_workers_that_report(
        steps in proptest::collection::vec((0_usize..3, 0_u32..20, 0_u64..RENEW_EVERY_S, 0_u8..10), 1..80)
    ) {
        let memory = Memory::default();
        let mut workers = [(); 3].map(|()| Worker::default());
        let mut reports = [None::<usize>; 3];
        let mut model = Vec::<(u64, u32)>::new();
        let (mut now, mut stressed) = (NOON, false);
        for (number, sessions, seconds, fate) in steps {
            now += seconds;
            if fate == 0 {
                workers[number] = Worker::default();
                reports[number] = None;
            }
            let reading = workers[number].report(&memory, load(sessions), LIMIT, now);
            if let Some(report) = reports[number] {
                model[report] = (now, sessions);
            } else {
                reports[number] = Some(model.len());
                model.push((now, sessions));
            }
            let total: u32 =
                model.iter().filter(|(at, _)| now - at <= LEASE_S).map(|(_, sessions)| sessions).sum();
            prop_assert_eq!(reading.totals.sessions, total);
            let before = stressed;
            stressed = total >= 9 || (stressed && total > 7);
            prop_assert_eq!(reading.stressed, stressed);
            prop_assert_eq!(reading.announcement.is_some(), before != stressed);
            prop_assert_eq!(totals(&memory, now), reading.totals);
            prop_assert!(census_len(&memory) <= CENSUS_LEN_MAX);
        }
    }

    #[test]
    fn any_bytes_are_a_census(bytes in proptest::collection::vec(any::<u8>(), 0..6_000)) {
        for bytes in [&bytes[..], &[&[VERSION], &bytes[..]].concat()] {
            let mut census = Census::decode(bytes);
            census.put(Some(7), Load::default(), 100);
            census.put(None, Load::default(), 100);
            prop_assert!(census.encode().len() <= CENSUS_LEN_MAX);
        }
    }
}
