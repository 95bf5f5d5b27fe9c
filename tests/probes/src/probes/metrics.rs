//! Metrics.

use crate::call::{define_metric, get_metric, increment_metric, record_metric};
use crate::probe::{Action, Probe};

/// Every kind, every operation, every wrong number.
pub(crate) struct Metrics;

impl Probe for Metrics {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        define_metric(0, "probe_configured");
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        let counter = define_metric(0, "probe_counter");
        let gauge = define_metric(1, "probe_gauge");
        let histogram = define_metric(2, "probe_histogram");
        define_metric(3, "probe_unknown");
        define_metric(u32::MAX, "probe_unknown");
        let again = define_metric(0, "probe_counter");
        define_metric(1, "probe_counter");
        define_metric(0, "");
        define_metric(0, "probe.with.dots");
        define_metric(0, "probe=with;signs");
        for offset in [1, 5, 0, -1, i64::MAX, i64::MIN] {
            increment_metric(counter, offset);
            get_metric(counter);
        }
        for offset in [5, -2, -9, 0] {
            increment_metric(gauge, offset);
            get_metric(gauge);
        }
        increment_metric(histogram, 1);
        get_metric(histogram);
        for value in [7, 0] {
            record_metric(counter, value);
            record_metric(gauge, value);
            record_metric(histogram, value);
            get_metric(counter);
            get_metric(gauge);
        }
        record_metric(gauge, 3);
        get_metric(again);
        increment_metric(again, 1);
        get_metric(counter);
        for id in [0, 1, 2, 3, 7, 400, 401, 402, 403, u32::MAX] {
            increment_metric(id, 1);
            record_metric(id, 1);
            get_metric(id);
        }
        Action::Continue
    }
}
