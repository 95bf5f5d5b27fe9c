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
    let (a, b) = (series("a"), series("b"));
    meter.count(a.clone(), 1, at(500));
    meter.count(b.clone(), 2, at(900));
    meter.count(a.clone(), 3, at(1_400));
    assert!(meter.take(true, at(1_499)).is_empty());
    assert_eq!(meter.take(true, at(1_500)), [(a, 4), (b, 2)], "a second after the first one");
    assert_eq!(meter.take(true, at(9_000)), [], "once");
}

#[test]
fn with_the_last_client_counts_go_out_at_once() {
    let mut meter = Meter::default();
    meter.count(series("a"), 1, at(0));
    assert_eq!(meter.take(false, at(0)), [(series("a"), 1)]);
}

#[test]
fn a_count_that_is_too_large_stays_the_largest() {
    let mut meter = Meter::default();
    let a = series("a");
    meter.count(a.clone(), u32::MAX - 1, at(0));
    meter.count(a.clone(), 1, at(0));
    meter.count(a, 1, at(0));
    assert_eq!(meter.take(false, at(0)), [(series("a"), u32::MAX)]);
}

#[test]
fn series_of_two_policies_that_are_called_alike_are_both_told() {
    let mut meter = Meter::default();
    meter.count(series("a"), 1, at(0));
    meter.count(series("a"), 2, at(0));
    assert_eq!(meter.take(false, at(0)), [(series("a"), 1), (series("a"), 2)]);
}
