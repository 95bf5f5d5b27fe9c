//! What holds for any workers and any sequence of sessions.

use super::*;
use proptest::prelude::*;
use std::cell::Cell;

/// Counts stores of the one key.
#[derive(Default)]
struct Counting {
    memory: Memory,
    stores: Cell<u32>,
}

impl SharedData for Counting {
    type Error = <Memory as SharedData>::Error;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Self::Error> {
        self.memory.fetch(key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Self::Error> {
        self.stores.set(self.stores.get() + u32::from(key == KEY));
        self.memory.store(key, value, version)
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Dial,
    /// Of a session that is in transit, or is not.
    End(bool),
    Wake,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Open),
        2 => Just(Step::Dial),
        3 => any::<bool>().prop_map(Step::End),
        2 => Just(Step::Wake),
        4 => (0_u64..300).prop_map(Step::Wait),
        1 => (0_u64..30_000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..200)
}

fn limits() -> impl Strategy<Value = QueueLimits> {
    let limit = || prop_oneof![Just(0), Just(10), Just(5_000), 10_u32..100_000];
    (limit(), limit()).prop_map(|(pre_queue, post_queue)| QueueLimits { pre_queue, post_queue })
}

/// What a worker does for a step, before it settles and writes.
fn act(worker: &mut Occupancy, shared: &impl SharedData, limits: QueueLimits, step: Step, now: Now) {
    let Load { sessions, in_transit } = worker.own();
    match step {
        Step::Open => _ = worker.opened(shared, limits, now),
        Step::Dial if in_transit < sessions => worker.dialled(),
        Step::End(true) if in_transit > 0 => worker.ended(true),
        Step::End(false) if in_transit < sessions => worker.ended(false),
        Step::Dial | Step::End(_) | Step::Wake | Step::Wait(_) => {}
    }
    worker.settle(now);
    worker.write(shared, limits, now);
}

proptest! {
    #[test]
    fn no_second_sees_more_writes_than_that(steps in steps(), limits in limits()) {
        let (shared, mut worker) = (Counting::default(), Occupancy::default());
        let (mut millis, mut written) = (0, Vec::<u64>::new());
        for step in steps {
            if let Step::Wait(more) = step {
                millis += more;
            }
            let before = shared.stores.get();
            act(&mut worker, &shared, limits, step, at(millis));
            written.extend((before..shared.stores.get()).map(|_| millis));
            let lately = written.iter().filter(|&&at| at + 1_000 > millis).count();
            prop_assert!(lately <= WRITES_PER_SECOND);
            let due = worker.deadline(limits);
            prop_assert!(due.is_none_or(|due| due.as_millis() > millis), "what was due is written");
        }
    }

    #[test]
    fn a_host_that_calls_at_every_deadline_shows_the_truth_half_a_second_later(
        steps in steps(), limits in limits()
    ) {
        let (memory, mut worker) = (Memory::default(), Occupancy::default());
        let mut millis = 0;
        for step in steps {
            act(&mut worker, &memory, limits, step, at(millis));
            let Step::Wait(more) = step else { continue };
            let until = millis + more;
            while let Some(due) = worker.deadline(limits).map(Instant::as_millis).filter(|&due| due <= until) {
                millis = millis.max(due);
                act(&mut worker, &memory, limits, Step::Wake, at(millis));
            }
            millis = until;
            // As late as the fifth write of a second.
            if more >= 1_500 {
                let stored = totals(&memory, NOON + millis / 1_000);
                prop_assert_eq!(stored.held(), worker.own().held());
                let grain = limits.grain().unwrap_or(u32::MAX);
                prop_assert!(stored.distance(worker.own()) <= grain);
            }
        }
    }

    /// Workers write, fall silent for good, and are replaced; sums are those of the writes that are not too old.
    #[test]
    fn totals_are_those_of_the_workers_that_write(
        steps in proptest::collection::vec((0_usize..3, 0_u32..20, 1_u64..RENEW_EVERY_S, 0_u8..10), 1..80)
    ) {
        let memory = Memory::default();
        let mut workers = [(); 3].map(|()| Occupancy::default());
        let mut reports = [None::<usize>; 3];
        let mut model = Vec::<(u64, u32)>::new();
        let mut millis = 0;
        for (number, sessions, seconds, fate) in steps {
            millis += seconds * 1_000;
            let now = at(millis);
            if fate == 0 {
                workers[number] = Occupancy::default();
                reports[number] = None;
            }
            let worker = &mut workers[number];
            while worker.own().sessions > sessions {
                worker.ended(false);
            }
            opens(worker, &memory, SMALL, sessions - worker.own().sessions, now);
            // More writes than a second allows are not asked for: what is due comes later in the same second.
            let before = worker.written;
            let due = writes(worker, &memory, SMALL, now).is_some();
            if due || before != Load::default() || reports[number].is_some() {
                let report = *reports[number].get_or_insert_with(|| {
                    model.push((0, 0));
                    model.len() - 1
                });
                model[report] = (now.unix, sessions);
            }
            let total: u32 =
                model.iter().filter(|(at, _)| now.unix - at <= LEASE_S).map(|(_, sessions)| sessions).sum();
            prop_assert_eq!(totals(&memory, now.unix).sessions, total);
            prop_assert!(table_len(&memory) <= OCCUPANCY_LEN_MAX);
        }
    }

    #[test]
    fn any_bytes_are_a_table(bytes in proptest::collection::vec(any::<u8>(), 0..6_000)) {
        for bytes in [&bytes[..], &[&[VERSION], &bytes[..]].concat()] {
            let mut table = SlotTable::decode(bytes);
            table.put(Some(7), Load::default(), 100);
            table.put(None, Load::default(), 100);
            prop_assert!(table.encode().len() <= OCCUPANCY_LEN_MAX);
            _ = table.totals(100, Some(7));
        }
    }
}
