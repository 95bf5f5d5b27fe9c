use super::BUCKET_BOUNDS;
use super::{METRIC_BYTES_MAX, METRIC_OVERHEAD_BYTES, MetricIds, MetricKind, Metrics};
use crate::abi::{HostCallError, Status};

fn status<T>(result: Result<T, HostCallError>) -> Status {
    match result {
        Ok(_) => Status::Ok,
        Err(HostCallError::Status(status)) => status,
        Err(HostCallError::Trap(error)) => panic!("{error}"),
    }
}

#[test]
fn numbers_are_those_of_envoy() {
    let (mut ids, mut metrics) = (MetricIds::default(), Metrics::default());
    let mut define = |kind, name: &str| ids.define(&mut metrics, kind, name.into()).unwrap();
    assert_eq!(define(MetricKind::Counter, "a"), 4);
    assert_eq!(define(MetricKind::Counter, "b"), 8);
    assert_eq!(define(MetricKind::Gauge, "c"), 5);
    assert_eq!(define(MetricKind::Histogram, "d"), 6);
    assert_eq!(define(MetricKind::Counter, "a"), 12);
    assert_eq!(ids.find(12).unwrap(), (MetricKind::Counter, "a"));
    assert_eq!(status(ids.find(16)), Status::NotFound);
    assert_eq!(status(ids.find(7)), Status::NotFound);
    for (id, expected) in [
        (12, Status::Ok),
        (16, Status::NotFound),
        (9, Status::NotFound),
        (6, Status::BadArgument),
        (10, Status::BadArgument),
        (7, Status::BadArgument),
    ] {
        assert_eq!(status(ids.find_readable(id)), expected, "{id}");
    }
}

#[test]
fn a_counter_only_goes_up() {
    let mut metrics = Metrics::default();
    for (offset, expected) in [(-1, Status::BadArgument), (0, Status::BadArgument), (1, Status::Ok)] {
        assert_eq!(status(metrics.increment(MetricKind::Counter, "n", offset)), expected, "{offset}");
    }
    metrics.record(MetricKind::Counter, "n", 5);
    assert_eq!(metrics.get(MetricKind::Counter, "n").unwrap(), 6);
}

#[test]
fn a_gauge_goes_both_ways_and_can_be_set() {
    let mut metrics = Metrics::default();
    metrics.increment(MetricKind::Gauge, "held", 2).unwrap();
    metrics.increment(MetricKind::Gauge, "held", -1).unwrap();
    assert_eq!(metrics.all()["held"], 1);
    metrics.record(MetricKind::Gauge, "held", 9);
    assert_eq!(metrics.all()["held"], 9);
}

#[test]
fn a_histogram_counts_samples_and_cannot_be_read() {
    let mut metrics = Metrics::default();
    metrics.record(MetricKind::Histogram, "wait", 100);
    assert_eq!(metrics.all()["wait"], 1);
    metrics.record(MetricKind::Histogram, "wait", 101);
    let distribution = &metrics.distributions()["wait"];
    assert_eq!(distribution.count, 2);
    assert!((distribution.sum - 201.0).abs() < f64::EPSILON);
    let [below, at, above] = [50.0, 100.0, 250.0].map(|bound| {
        distribution.at_most[BUCKET_BOUNDS.iter().position(|known| (known - bound).abs() < 0.1).unwrap()]
    });
    assert_eq!((below, at, above), (0, 1, 2));
    assert_eq!(status(metrics.get(MetricKind::Histogram, "wait")), Status::BadArgument);
    assert_eq!(status(metrics.increment(MetricKind::Histogram, "wait", 1)), Status::BadArgument);
}

#[test]
fn names_have_so_much_room() {
    let full = METRIC_BYTES_MAX - METRIC_OVERHEAD_BYTES - 4;
    for (name, expected) in [("abc", Ok(5)), ("abcd", Ok(5)), ("abcde", Err(Status::InternalFailure))] {
        let (mut ids, mut metrics) = (MetricIds { bytes: full, ..MetricIds::default() }, Metrics::default());
        assert_eq!(ids.define(&mut metrics, MetricKind::Gauge, name.into()), expected, "{name}");
        assert_eq!(metrics.all().contains_key(name), expected.is_ok());
    }
}

#[test]
fn a_gauge_below_zero_and_a_counter_above_its_end_wrap_around() {
    let mut metrics = Metrics::default();
    metrics.increment(MetricKind::Gauge, "held", -1).unwrap();
    assert_eq!(metrics.get(MetricKind::Gauge, "held").unwrap().cast_unsigned(), u64::MAX);
    metrics.record(MetricKind::Counter, "n", -1);
    metrics.record(MetricKind::Counter, "n", 3);
    assert_eq!(metrics.all()["n"], 2);
}
