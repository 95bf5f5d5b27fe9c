//! The module's metrics as Envoy shows them to Prometheus: without `wasmcustom.`, and without a prefix of Envoy's.

use std::collections::BTreeMap;

use envoy_sim::MetricKind;
use prometheus::proto::{Counter, Gauge, Metric, MetricFamily, MetricType};

/// The most metrics that are shown. A module that makes more gets them, but nobody sees them.
const METRICS_MAX: usize = 10_000;

pub(super) fn families(metrics: &BTreeMap<(MetricKind, String), i64>) -> Vec<MetricFamily> {
    metrics.iter().take(METRICS_MAX).filter_map(|((kind, name), value)| family(*kind, name, *value)).collect()
}

/// `None` for a name that Envoy would leave out as well.
#[expect(clippy::cast_precision_loss, reason = "every value of Prometheus is a floating-point number")]
fn family(kind: MetricKind, name: &str, value: i64) -> Option<MetricFamily> {
    let mut shown = prometheus_name(name)?;
    let mut metric = Metric::default();
    let kind = if kind == MetricKind::Gauge {
        let mut gauge = Gauge::default();
        gauge.set_value(value as f64);
        metric.set_gauge(gauge);
        MetricType::GAUGE
    } else {
        if kind == MetricKind::Histogram {
            // All that is known of a histogram is how many samples it has.
            shown.push_str("_count");
        }
        let mut counter = Counter::default();
        // Counters wrap where an unsigned number does.
        counter.set_value(value.cast_unsigned() as f64);
        metric.set_counter(counter);
        MetricType::COUNTER
    };
    let mut family = MetricFamily::default();
    family.set_help(help(name).to_owned());
    family.set_name(shown);
    family.set_field_type(kind);
    family.set_metric(vec![metric]);
    Some(family)
}

/// Characters that Prometheus does not know become `_`; a name that begins with a digit has no form there.
fn prometheus_name(name: &str) -> Option<String> {
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        return None;
    }
    Some(name.chars().map(|c| if c.is_ascii_alphanumeric() || c == ':' { c } else { '_' }).collect())
}

/// The meaning of postscreen's metrics; another module's names have to speak for themselves.
fn help(name: &str) -> &'static str {
    let counters = postscreen_engine::Counter::ALL.iter().map(|counter| (counter.name(), counter.help()));
    let gauges = postscreen_engine::Gauge::ALL.iter().map(|gauge| (gauge.name(), gauge.help()));
    counters
        .chain(gauges)
        .find(|(known, _)| *known == name)
        .map_or("A metric of the module.", |(_, help)| help)
}

#[cfg(test)]
mod tests;
