mod properties;
mod stress;

use super::slots::{HEAD_LEN, VERSION};
use super::*;
use crate::shared::rivals::{Broken, Rivals};
use crate::shared::{Memory, WRITE_ATTEMPTS};

const NOON: u64 = 1_795_003_200;
const NONE: QueueLimits = QueueLimits { pre_queue: 0, post_queue: 0 };
/// A limit that feels every session.
const SMALL: QueueLimits = QueueLimits { pre_queue: 10, post_queue: 0 };

fn at(millis: u64) -> Now {
    Now { instant: Instant::from_millis(millis), unix: NOON + millis / 1_000 }
}

fn load(sessions: u32) -> Load {
    Load { sessions, in_transit: 0 }
}

fn table_len(memory: &Memory) -> usize {
    memory.fetch(KEY).unwrap().map_or(0, |(bytes, _)| bytes.len())
}

/// So many sessions begin at a worker.
fn opens(worker: &mut Occupancy, shared: &impl SharedData, limits: QueueLimits, sessions: u32, now: Now) {
    for _ in 0..sessions {
        worker.opened(shared, limits, now);
    }
    worker.settle(now);
}

/// Writes what is due, at the latest when it is.
fn writes(worker: &mut Occupancy, shared: &impl SharedData, limits: QueueLimits, now: Now) -> Option<u32> {
    worker.settle(now);
    let due = worker.deadline(limits)?.max(now.instant);
    worker.write(shared, limits, Now { instant: due, ..now })
}

/// A worker that wrote so many sessions at that moment, and falls silent.
fn wrote(shared: &impl SharedData, sessions: u32, now: Now) -> Occupancy {
    let mut worker = Occupancy::default();
    opens(&mut worker, shared, NONE, sessions, now);
    assert!(writes(&mut worker, shared, NONE, now).is_some());
    worker
}

#[test]
fn every_worker_sees_the_sessions_of_all() {
    let memory = Memory::default();
    assert_eq!(totals(&memory, NOON), Load::default());
    let [mut one, mut two, mut three] = [(); 3].map(|()| Occupancy::default());
    opens(&mut one, &memory, SMALL, 2, at(0));
    opens(&mut two, &memory, SMALL, 3, at(0));
    opens(&mut three, &memory, SMALL, 1, at(0));
    assert_eq!([&one, &two, &three].map(|worker| worker.totals().sessions), [2, 5, 6]);
    two.ended(false);
    writes(&mut two, &memory, SMALL, at(0));
    opens(&mut one, &memory, SMALL, 1, at(1));
    assert_eq!(one.totals(), load(6), "its own 3, and 2 and 1");
    assert_eq!(totals(&memory, NOON), load(6));
    assert_eq!(table_len(&memory), HEAD_LEN + 3 * SLOT_LEN);
}

#[test]
fn sessions_in_transit_are_sessions_that_are_not_held() {
    let memory = Memory::default();
    let mut worker = Occupancy::default();
    opens(&mut worker, &memory, SMALL, 3, at(0));
    worker.dialled();
    worker.dialled();
    assert_eq!(writes(&mut worker, &memory, SMALL, at(0)), Some(1));
    assert_eq!(totals(&memory, NOON), Load { sessions: 3, in_transit: 2 });
    worker.ended(true);
    worker.ended(false);
    assert_eq!(worker.own(), Load { sessions: 1, in_transit: 1 });
    assert_eq!(writes(&mut worker, &memory, SMALL, at(0)), Some(0));
}

#[test]
fn a_small_limit_feels_every_session() {
    for (limit, grain) in [(1, 0), (1_023, 0), (1_024, 1), (2_047, 1), (2_048, 2), (10_000, 9)] {
        let limits = QueueLimits { pre_queue: limit, post_queue: 0 };
        assert_eq!(limits.grain(), Some(grain), "{limit}");
        assert_eq!(QueueLimits { pre_queue: 0, post_queue: limit }.grain(), Some(grain));
        assert_eq!(
            QueueLimits { pre_queue: u32::MAX, post_queue: limit }.grain(),
            Some(grain),
            "the smaller one"
        );
        for (sessions, due) in [(grain, false), (grain + 1, true)] {
            let (memory, mut worker) = (Memory::default(), Occupancy::default());
            opens(&mut worker, &memory, limits, sessions, at(0));
            assert_eq!(totals(&memory, NOON).sessions > 0, due, "{sessions} of {limit}");
        }
    }
    assert_eq!(NONE.grain(), None);
}

#[test]
fn without_limits_nothing_is_read_and_only_the_gauge_writes() {
    let memory = Memory::default();
    wrote(&memory, 7, at(0));
    let mut worker = Occupancy::default();
    opens(&mut worker, &memory, NONE, 100, at(0));
    assert_eq!(worker.totals(), load(100), "who has no limit need not know");
    assert_eq!(worker.deadline(NONE), Some(Instant::from_millis(500)));
    assert_eq!(worker.write(&memory, NONE, at(499)), None);
    assert_eq!(worker.write(&memory, NONE, at(500)), Some(107));
    assert_eq!(writes(&mut worker, &memory, NONE, at(1_500)), Some(107), "a second look at the others");
    assert_eq!(worker.deadline(NONE), Some(Instant::from_millis(21_500)), "and then the lease");
}

#[test]
fn the_gauge_is_behind_from_the_first_change_on() {
    let memory = Memory::default();
    let mut worker = Occupancy::default();
    for millis in [0, 200, 400] {
        opens(&mut worker, &memory, NONE, 1, at(millis));
    }
    assert_eq!(worker.deadline(NONE), Some(Instant::from_millis(500)));
    // Those who come and go meanwhile move nothing.
    (0..3).for_each(|_| worker.ended(false));
    worker.settle(at(450));
    assert_eq!(worker.deadline(NONE), None);
}

#[test]
fn in_one_second_there_are_so_many_writes() {
    let memory = Memory::default();
    let mut worker = Occupancy::default();
    let mut written = Vec::new();
    for millis in (0..3_000).step_by(10) {
        if worker.opened(&memory, SMALL, at(millis)).is_some() {
            written.push(millis);
        }
    }
    assert_eq!(written, [0, 10, 20, 30, 1_000, 1_010, 1_020, 1_030, 2_000, 2_010, 2_020, 2_030]);
    assert_eq!(worker.own(), load(300), "its own it knows");
}

#[test]
fn others_are_read_at_most_so_often_where_the_limit_has_a_grain() {
    let limits = QueueLimits { pre_queue: 10_240, post_queue: 0 };
    let memory = Memory::default();
    let mut reader = Occupancy::default();
    opens(&mut reader, &memory, limits, 1, at(0));
    let _other = wrote(&memory, 5, at(1));
    for (millis, seen) in [(1, 0), (249, 0), (250, 5)] {
        opens(&mut reader, &memory, limits, 1, at(millis));
        assert_eq!(reader.totals().sessions, reader.own().sessions + seen, "at {millis} ms");
    }
}

#[test]
fn a_worker_that_falls_silent_is_forgotten_after_its_lease() {
    for (after, expected) in [(LEASE_S - 1, 5), (LEASE_S, 5), (LEASE_S + 1, 0)] {
        let memory = Memory::default();
        wrote(&memory, 5, at(0));
        assert_eq!(totals(&memory, NOON + after).sessions, expected, "{after} s later");
        let mut worker = Occupancy::default();
        opens(&mut worker, &memory, SMALL, 2, at(after * 1_000));
        assert_eq!(worker.totals().sessions, 2 + expected, "{after} s later");
    }
}

#[test]
fn a_worker_with_sessions_renews_its_lease() {
    let memory = Memory::default();
    let mut worker = wrote(&memory, 5, at(0));
    let mut last = worker.last_write();
    while let Some(due) = worker.deadline(NONE).filter(|due| due.as_millis() < 600_000) {
        assert!(due.since(last) <= Duration::from_secs(RENEW_EVERY_S));
        assert!(worker.write(&memory, NONE, at(due.as_millis())).is_some());
        last = due;
        assert_eq!(totals(&memory, NOON + due.as_millis() / 1_000 + LEASE_S - 1), load(5));
    }
    (0..5).for_each(|_| worker.ended(false));
    assert_eq!(writes(&mut worker, &memory, NONE, at(600_000)), Some(0));
    assert_eq!(worker.deadline(NONE), None, "without sessions there is nothing to renew");
}

#[test]
fn the_sessions_of_a_dead_worker_are_taken_off_the_gauge() {
    let memory = Memory::default();
    let _dead = wrote(&memory, 5, at(0));
    let mut alive = Occupancy::default();
    opens(&mut alive, &memory, NONE, 1, at(0));
    assert_eq!(alive.write(&memory, NONE, at(500)), Some(6));
    alive.ended(false);
    alive.settle(at(500));
    assert_eq!(alive.write(&memory, NONE, at(1_000)), Some(5), "alive, as far as one knows");
    assert_eq!(alive.write(&memory, NONE, at(2_000)), Some(5), "and at a second look");
    let due = Instant::from_millis(2_000 + (LEASE_S + 1) * 1_000);
    assert_eq!(alive.deadline(NONE), Some(due), "nobody else corrects it");
    assert_eq!(alive.write(&memory, NONE, at(due.as_millis() - 1)), None);
    assert_eq!(alive.write(&memory, NONE, at(due.as_millis())), Some(0));
    assert_eq!(alive.deadline(NONE), None);
}

/// What two workers tell the gauge at the same moment, the host may hear in the other order.
#[test]
fn who_has_told_of_clients_of_others_looks_once_more() {
    let memory = Memory::default();
    let (mut first, mut last) = (wrote(&memory, 1, at(0)), wrote(&memory, 1, at(0)));
    for worker in [&mut first, &mut last] {
        worker.ended(false);
        worker.settle(at(1_000));
    }
    assert_eq!(first.write(&memory, NONE, at(1_500)), Some(1), "heard last");
    assert_eq!(last.write(&memory, NONE, at(1_500)), Some(0), "heard first");
    assert_eq!(last.deadline(NONE), None);
    assert_eq!(first.deadline(NONE), Some(Instant::from_millis(2_500)));
    assert_eq!(first.write(&memory, NONE, at(2_500)), Some(0));
    assert_eq!(first.deadline(NONE), None);
}

#[test]
fn a_worker_that_slept_over_its_lease_does_not_take_the_slot_of_another() {
    let memory = Memory::default();
    let mut sleeper = wrote(&memory, 2, at(0));
    let later = at((LEASE_S + 1) * 1_000);
    let mut heir = wrote(&memory, 4, later);
    assert_eq!(heir.totals(), load(4));
    assert_eq!(writes(&mut sleeper, &memory, NONE, later), Some(6));
    opens(&mut heir, &memory, SMALL, 2, later);
    assert_eq!(heir.totals(), load(8));
    assert_eq!(table_len(&memory), HEAD_LEN + 2 * SLOT_LEN);
}

#[test]
fn a_clock_that_is_set_back_makes_silent_workers_stale() {
    let memory = Memory::default();
    wrote(&memory, 5, at(0));
    assert_eq!(totals(&memory, NOON - LEASE_S), load(5));
    assert_eq!(totals(&memory, NOON - LEASE_S - 1), Load::default());
}

#[test]
fn one_worker_more_than_there_are_slots_is_not_seen() {
    let memory = Memory::default();
    for _ in 0..SLOTS {
        wrote(&memory, 2, at(0));
    }
    assert_eq!(totals(&memory, NOON), load(512), "all of {SLOTS} are");
    assert_eq!(table_len(&memory), OCCUPANCY_LEN_MAX);
    let mut extra = wrote(&memory, 2, at(0));
    assert_eq!(extra.totals(), load(514), "but it sees itself");
    assert_eq!(totals(&memory, NOON), load(512));
    let later = at((LEASE_S + 1) * 1_000);
    assert!(writes(&mut extra, &memory, NONE, later).is_some());
    assert_eq!(totals(&memory, later.unix), load(2), "and claims a slot that is given up");
}

#[test]
fn a_contended_write_is_tried_again_up_to_its_limit() {
    for lost in [0, 1, WRITE_ATTEMPTS - 1, WRITE_ATTEMPTS] {
        let rivals = Rivals::new(lost, |memory| _ = wrote(memory, 9, at(0)));
        let mut worker = Occupancy::default();
        opens(&mut worker, &rivals, SMALL, 1, at(0));
        let stored = totals(&rivals.memory, NOON).sessions;
        let own = u32::from(lost < WRITE_ATTEMPTS);
        assert_eq!(stored, own + 9 * lost, "{lost} lost races");
        assert_eq!(worker.own(), load(1));
    }
}

#[test]
fn a_write_that_was_given_up_is_mended_by_the_next() {
    let rivals = Rivals::new(WRITE_ATTEMPTS, |memory| _ = wrote(memory, 9, at(0)));
    let mut worker = Occupancy::default();
    opens(&mut worker, &rivals, SMALL, 1, at(0));
    assert_eq!(totals(&rivals, NOON), load(72));
    opens(&mut worker, &rivals, SMALL, 1, at(1));
    assert_eq!(totals(&rivals, NOON), load(74));
    assert_eq!(worker.totals(), load(74));
}

#[test]
fn a_worker_whose_host_fails_knows_its_own_sessions() {
    for readable in [false, true] {
        let broken = Broken { readable };
        assert_eq!(totals(&broken, NOON), Load::default());
        let mut worker = Occupancy::default();
        opens(&mut worker, &broken, SMALL, 20, at(0));
        assert_eq!(worker.totals(), load(20));
        let line = worker.conclude(&broken, SMALL, at(0));
        assert_eq!(
            line,
            Some("entering STRESS mode with 20 connections".to_owned()),
            "there is one worker to say so"
        );
        assert_eq!(worker.conclude(&broken, SMALL, at(0)), None);
    }
}

#[test]
fn a_host_that_begins_to_fail_is_not_asked_again_and_again() {
    let memory = Memory::default();
    let _other = wrote(&memory, 5, at(0));
    let mut worker = wrote(&memory, 1, at(0));
    assert_eq!(worker.totals(), load(6));
    worker.ended(false);
    worker.settle(at(600));
    let broken = Broken { readable: false };
    assert_eq!(worker.write(&broken, NONE, at(20_000)), Some(5));
    assert_eq!(worker.write(&broken, NONE, at(62_000)), Some(0), "what it knew is stale");
    assert_eq!(worker.deadline(NONE), None);
}

#[test]
fn foreign_bytes_read_as_an_empty_table() {
    for bytes in [&[][..], &[VERSION; 4], &[VERSION + 1; 22], b"rubbish"] {
        assert_eq!(SlotTable::decode(bytes), SlotTable::default(), "{bytes:?}");
    }
    assert_eq!(SlotTable::decode(&[VERSION, 0, 0, 0, 9]).next_number, 9);
    let cut = [&[VERSION, 0, 0, 0, 9][..], &[0; SLOT_LEN - 1]].concat();
    assert_eq!(SlotTable::decode(&cut).slots, [], "a slot that was cut short is none");
}
