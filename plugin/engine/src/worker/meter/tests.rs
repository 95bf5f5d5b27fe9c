use super::*;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn series(name: &str) -> SeriesName {
    name.into()
}

#[test]
fn counts_wait_for_a_second_while_clients_are_held_and_no_longer() {
    let mut meter = Meter::default();
    assert_eq!(meter.deadline(), None);
    meter.count(series("a"), 1, at(500));
    meter.count(series("b"), 2, at(900));
    meter.count(series("a"), 3, at(1_400));
    assert_eq!(meter.deadline(), Some(at(1_500)), "from the first one on");
    assert!(meter.take(true, at(1_499)).is_empty());
    let all = [(series("a"), 4), (series("b"), 2)];
    assert_eq!(meter.take(true, at(1_500)), all);
    assert_eq!((meter.deadline(), meter.take(true, at(9_000)).len()), (None, 0), "once");
}

#[test]
fn with_the_last_client_counts_go_out_at_once() {
    let mut meter = Meter::default();
    meter.count(series("a"), 1, at(0));
    assert_eq!(meter.take(false, at(0)), [(series("a"), 1)]);
    assert_eq!(meter.deadline(), None);
}

#[test]
fn a_count_that_is_too_large_stays_the_largest() {
    let mut meter = Meter::default();
    meter.count(series("a"), u32::MAX - 1, at(0));
    meter.count(series("a"), 1, at(0));
    meter.count(series("a"), 1, at(0));
    assert_eq!(meter.take(false, at(0)), [(series("a"), u32::MAX)]);
}
