//! When stress begins and ends, and who announces it.

use super::*;

#[test]
fn stress_begins_at_ninety_percent_and_ends_at_seventy() {
    for (limit, high, low) in
        [(100, 90, 70), (10, 9, 7), (15, 13, 10), (90, 81, 62), (u32::MAX, 3_865_470_565, 3_006_477_106)]
    {
        for (stressed, sessions, expected) in [
            (false, high - 1, false),
            (false, high, true),
            (false, high + 1, true),
            (true, low - 1, false),
            (true, low, false),
            (true, low + 1, true),
            (false, low + 1, false),
        ] {
            assert_eq!(is_stressed(stressed, sessions, limit), expected, "{sessions} of {limit}, {stressed}");
        }
    }
}

#[test]
fn no_limit_is_no_stress() {
    for stressed in [false, true] {
        assert!(!is_stressed(stressed, u32::MAX, 0));
    }
}

#[test]
fn a_small_limit_does_not_flip_back_and_forth() {
    for limit in 1..10 {
        assert!(!is_stressed(false, 0, limit), "no sessions, no stress");
        for sessions in 0..10 {
            for before in [false, true] {
                let stressed = is_stressed(before, sessions, limit);
                assert_eq!(is_stressed(stressed, sessions, limit), stressed, "{sessions} of {limit}");
            }
        }
    }
}

#[test]
fn changes_are_announced_in_postfix_words() {
    assert_eq!(announcement(true, 9), "entering STRESS mode with 9 connections");
    assert_eq!(announcement(false, 7), "leaving STRESS mode with 7 connections");
}

/// The stress that a worker sees and announces after its sessions have changed to so many.
fn concludes(
    worker: &mut Occupancy,
    memory: &Memory,
    limits: QueueLimits,
    to: u32,
    now: Now,
) -> (bool, String) {
    while worker.own().sessions > to {
        worker.ended(false);
    }
    opens(worker, memory, limits, to - worker.own().sessions, now);
    worker.write(memory, limits, now);
    let announcement = worker.conclude(memory, limits, now);
    (worker.is_stressed(), announcement.unwrap_or_default())
}

#[test]
fn exactly_one_worker_announces_stress() {
    let memory = Memory::default();
    let [mut one, mut two] = [(); 2].map(|()| Occupancy::default());
    let mut millis = 0;
    let mut step = |worker: &mut Occupancy, to| {
        millis += 1_000;
        let conclusion = concludes(worker, &memory, SMALL, to, at(millis));
        // What is due is written before the next one looks.
        writes(worker, &memory, SMALL, at(millis));
        conclusion
    };
    assert_eq!(step(&mut one, 4), (false, String::new()));
    assert_eq!(step(&mut two, 4), (false, String::new()));
    assert_eq!(step(&mut one, 5), (true, "entering STRESS mode with 9 connections".to_owned()));
    assert_eq!(step(&mut two, 5), (true, String::new()));
    assert_eq!(step(&mut two, 3), (true, String::new()));
    assert_eq!(step(&mut two, 2), (false, "leaving STRESS mode with 7 connections".to_owned()));
    assert_eq!(step(&mut one, 6), (true, String::new()), "it never saw the pause");
    assert_eq!(step(&mut one, 5), (false, String::new()));
    assert_eq!(step(&mut one, 7), (true, "entering STRESS mode with 9 connections".to_owned()));
}

#[test]
fn workers_with_different_limits_conclude_differently_and_do_not_flip() {
    let memory = Memory::default();
    let [mut small, mut large] = [(); 2].map(|()| Occupancy::default());
    let (low, high) = (SMALL, QueueLimits { pre_queue: 1_000, post_queue: 0 });
    let mut announced = Vec::new();
    for second in 0..100 {
        let sessions = 6 + u32::try_from(second % 2).unwrap();
        let (stressed, line) = concludes(&mut small, &memory, low, sessions, at(second * 2_000));
        announced.push(line);
        assert!(stressed || second == 0, "9 to 12 of 10, and never 7 again");
        let (stressed, line) = concludes(&mut large, &memory, high, sessions, at(second * 2_000));
        announced.push(line);
        assert!(!stressed, "of 1,000");
    }
    announced.retain(|line| !line.is_empty());
    assert_eq!(announced.len(), 1, "{announced:?}");
}

#[test]
fn without_a_limit_there_is_no_stress() {
    let memory = Memory::default();
    let mut worker = Occupancy::default();
    assert!(concludes(&mut worker, &memory, SMALL, 10, at(0)).0);
    assert_eq!(worker.conclude(&memory, NONE, at(0)), None, "a new policy is no news");
    assert!(!worker.is_stressed());
}
