use super::*;
use crate::metric::{Counter, Gauge};

const SOON: Measure = Measure::Counter(Counter::Connect);
const LATER: Measure = Measure::Counter(Counter::CacheMiss);

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// A meter with these counts, the number of times and when.
fn counted(counts: &[(Measure, u32, u64)]) -> Meter {
    let (mut meter, catalogue) = (Meter::default(), Catalogue::new(&[]));
    for &(measure, by, millis) in counts {
        meter.count(&catalogue, measure, by, at(millis));
    }
    meter
}

fn named(counts: &[(SeriesName, u32)]) -> Vec<(&str, u32)> {
    counts.iter().map(|(series, by)| (series.as_str(), *by)).collect()
}

#[test]
fn counts_wait_for_a_second_while_clients_are_held_and_no_longer() {
    let hangup = Measure::Counter(Counter::Hangup);
    let mut meter = counted(&[(SOON, 1, 500), (hangup, 2, 900), (SOON, 3, 1_400)]);
    assert!(meter.take(true, at(1_499)).is_empty());
    let told = meter.take(true, at(1_500));
    assert_eq!(named(&told), [(Counter::Connect.name(), 4), (Counter::Hangup.name(), 2)], "of the first one");
    assert_eq!(meter.take(true, at(9_000)), [], "once");
}

#[test]
fn with_the_last_client_counts_go_out_at_once() {
    let mut meter = counted(&[(SOON, 1, 0)]);
    assert_eq!(named(&meter.take(false, at(0))), [(Counter::Connect.name(), 1)]);
}

#[test]
fn what_can_wait_does_so_for_ten_seconds_with_and_without_clients() {
    let fill = Measure::Gauge(Gauge::CacheClients);
    let mut meter = counted(&[(LATER, 1, 500), (SOON, 1, 500), (fill, 1, 10_499)]);
    assert_eq!(named(&meter.take(false, at(10_499))), [(Counter::Connect.name(), 1)]);
    let told = meter.take(true, at(10_500));
    assert_eq!(named(&told), [(Counter::CacheMiss.name(), 1), (Gauge::CacheClients.name(), 1)]);
    assert_eq!(meter.take(false, at(60_000)), [], "once");
}

#[test]
fn at_the_end_nothing_waits() {
    let mut meter = counted(&[(LATER, 1, 0), (SOON, 1, 0)]);
    let told = meter.take_all();
    assert_eq!(named(&told), [(Counter::Connect.name(), 1), (Counter::CacheMiss.name(), 1)]);
    assert_eq!(meter.take_all(), []);
}

#[test]
fn a_count_that_is_too_large_stays_the_largest() {
    let mut meter = counted(&[(SOON, u32::MAX - 1, 0), (SOON, 1, 0), (SOON, 1, 0)]);
    assert_eq!(named(&meter.take(false, at(0))), [(Counter::Connect.name(), u32::MAX)]);
}

#[test]
fn series_of_two_policies_that_are_called_alike_are_both_told() {
    let mut meter = Meter::default();
    meter.count(&Catalogue::new(&[]), SOON, 1, at(0));
    meter.count(&Catalogue::new(&[]), SOON, 2, at(0));
    let name = Counter::Connect.name();
    assert_eq!(named(&meter.take(false, at(0))), [(name, 1), (name, 2)]);
}

#[test]
fn what_no_catalogue_knows_is_not_counted() {
    let unlisted = Measure::List(0, crate::metric::ListMeasure::Unlisted);
    assert_eq!(counted(&[(unlisted, 1, 0)]).take_all(), []);
}
