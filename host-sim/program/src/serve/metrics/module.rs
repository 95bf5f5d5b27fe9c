//! The module's own metrics, as Prometheus gets them from an Envoy.
//!
//! Labels are part of a metric's name, in the shape that Istio extracts and that Envoy's `stats_tags` can be told:
//! `zone=.=bl.test;.;postscreen_list_unique_hits_total`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use envoy_sim::{BUCKET_BOUNDS, Distribution, MetricKind};
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};

/// The most metrics that are shown. A module that makes more gets them, but nobody sees them.
pub(super) const METRICS_MAX: usize = 10_000;

/// Families of the metrics, whose samples are in `distributions` where they are histograms. Of two kinds with one name
/// the first is shown.
pub(super) fn families(
    metrics: &BTreeMap<(MetricKind, String), i64>,
    distributions: &BTreeMap<String, Distribution>,
) -> Vec<MetricFamily> {
    let mut families = BTreeMap::<String, MetricFamily>::new();
    for ((kind, stat), value) in metrics.iter().take(METRICS_MAX) {
        let (labels, name) = labels(stat);
        let Some(shown) = prometheus_name(name) else { continue };
        let metric = metric(*kind, *value, distributions.get(stat), labels);
        match families.entry(shown.clone()) {
            Entry::Vacant(entry) => {
                let mut family = MetricFamily::default();
                family.set_help(
                    postscreen_engine::metric::help(name).unwrap_or("A metric of the module.").into(),
                );
                family.set_name(shown);
                family.set_field_type(shown_kind(*kind));
                family.set_metric(vec![metric]);
                entry.insert(family);
            }
            Entry::Occupied(mut entry) => {
                if entry.get().get_field_type() == shown_kind(*kind) {
                    entry.get_mut().mut_metric().push(metric);
                }
            }
        }
    }
    families.into_values().collect()
}

fn shown_kind(kind: MetricKind) -> MetricType {
    match kind {
        MetricKind::Counter => MetricType::COUNTER,
        MetricKind::Gauge => MetricType::GAUGE,
        MetricKind::Histogram => MetricType::HISTOGRAM,
    }
}

#[expect(clippy::cast_precision_loss, reason = "every value of Prometheus is a floating-point number")]
fn metric(kind: MetricKind, value: i64, samples: Option<&Distribution>, labels: Vec<LabelPair>) -> Metric {
    let mut metric = Metric::default();
    metric.set_label(labels);
    match kind {
        MetricKind::Counter => {
            let mut counter = Counter::default();
            // Counters wrap where an unsigned number does.
            counter.set_value(value.cast_unsigned() as f64);
            metric.set_counter(counter);
        }
        MetricKind::Gauge => {
            let mut gauge = Gauge::default();
            gauge.set_value(value as f64);
            metric.set_gauge(gauge);
        }
        MetricKind::Histogram => metric.set_histogram(histogram(&samples.cloned().unwrap_or_default())),
    }
    metric
}

fn histogram(samples: &Distribution) -> Histogram {
    let mut histogram = Histogram::default();
    histogram.set_sample_count(samples.count);
    histogram.set_sample_sum(samples.sum);
    let bucket = |(bound, count): (f64, &u64)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(*count);
        bucket
    };
    histogram.set_bucket(BUCKET_BOUNDS.into_iter().zip(&samples.at_most).map(bucket).collect());
    histogram
}

/// The labels before a name, and the name. What has another shape is part of the name.
fn labels(mut stat: &str) -> (Vec<LabelPair>, &str) {
    let mut labels = Vec::new();
    while let Some((label, rest)) = stat.split_once(";.;")
        && let Some((key, value)) = label.split_once("=.=")
        && let Some(key) = prometheus_name(key).filter(|name| name == key)
    {
        let mut pair = LabelPair::default();
        pair.set_name(key);
        pair.set_value(value.to_owned());
        labels.push(pair);
        stat = rest;
    }
    (labels, stat)
}

/// Characters that Prometheus does not know become `_`; a name that begins with a digit has no form there.
fn prometheus_name(name: &str) -> Option<String> {
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        return None;
    }
    Some(
        name.chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == ':' || c == '_' { c } else { '_' })
            .collect(),
    )
}

#[cfg(test)]
mod tests;
