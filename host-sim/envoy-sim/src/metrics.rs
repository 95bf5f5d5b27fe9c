//! Metrics: process-wide by name, numbered per machine.

use std::collections::BTreeMap;

use crate::abi::{HostCallError, Status};

/// `proxy_metric_type_t`; also the two low bits of a metric's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MetricKind {
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}

impl MetricKind {
    pub(crate) fn from_abi(kind: u32) -> Option<Self> {
        [Self::Counter, Self::Gauge, Self::Histogram].into_iter().find(|k| *k as u32 == kind)
    }
}

/// Bytes of the names that one machine may have defined, each as often as it was. Envoy has no limit; here more is
/// `InternalFailure`.
pub(crate) const METRIC_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What a name costs besides its bytes.
pub(crate) const METRIC_OVERHEAD_BYTES: usize = 64;

/// Upper bounds of the buckets in which a histogram is shown, in the unit of the samples: those that our configurations
/// tell Envoy to have (`stats_config.histogram_bucket_settings`), and 250. They stand around the waits that postscreen
/// has by default, not at them.
pub const BUCKET_BOUNDS: [f64; 28] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1_000.0, 1_900.0, 2_000.0, 2_100.0, 3_000.0,
    4_000.0, 5_000.0, 5_900.0, 6_100.0, 7_000.0, 8_000.0, 9_900.0, 10_000.0, 11_000.0, 16_000.0, 30_000.0,
    60_000.0, 300_000.0,
];

/// The samples of a histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// How many there are.
    pub count: u64,
    /// What they add up to.
    pub sum: f64,
    /// How many are at most as large as each of [`BUCKET_BOUNDS`].
    pub at_most: [u64; BUCKET_BOUNDS.len()],
}

impl Distribution {
    /// As Envoy reads it, a sample is unsigned.
    #[expect(clippy::cast_precision_loss, reason = "what is shown of a histogram is rounded anyway")]
    fn add(&mut self, sample: i64) {
        let sample = sample.cast_unsigned() as f64;
        self.count = self.count.wrapping_add(1);
        self.sum += sample;
        for (count, bound) in self.at_most.iter_mut().zip(BUCKET_BOUNDS) {
            *count = count.wrapping_add(u64::from(sample <= bound));
        }
    }
}

/// The registry that all machines share.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Of a histogram, how many samples it has.
    values: BTreeMap<(MetricKind, String), i64>,
    distributions: BTreeMap<String, Distribution>,
}

impl Metrics {
    pub fn increment(&mut self, kind: MetricKind, name: &str, offset: i64) -> Result<(), HostCallError> {
        match kind {
            MetricKind::Counter if offset > 0 => {}
            MetricKind::Gauge => {}
            MetricKind::Counter | MetricKind::Histogram => return Err(Status::BadArgument.into()),
        }
        let value = self.value(kind, name);
        // Envoy's are unsigned, and wrap.
        *value = value.wrapping_add(offset);
        Ok(())
    }

    pub fn record(&mut self, kind: MetricKind, name: &str, recorded: i64) {
        if kind == MetricKind::Histogram {
            self.distributions.entry(name.to_owned()).or_default().add(recorded);
        }
        let value = self.value(kind, name);
        *value = match kind {
            MetricKind::Counter => value.wrapping_add(recorded),
            MetricKind::Gauge => recorded,
            MetricKind::Histogram => value.wrapping_add(1),
        };
    }

    pub fn get(&self, kind: MetricKind, name: &str) -> Result<i64, HostCallError> {
        match kind {
            MetricKind::Counter | MetricKind::Gauge => {
                Ok(self.values.get(&(kind, name.to_owned())).copied().unwrap_or(0))
            }
            MetricKind::Histogram => Err(Status::BadArgument.into()),
        }
    }

    /// All of them, by name.
    pub fn all(&self) -> BTreeMap<String, i64> {
        self.values.iter().map(|((_, name), value)| (name.clone(), *value)).collect()
    }

    /// All of them, by kind and name.
    pub fn by_kind(&self) -> BTreeMap<(MetricKind, String), i64> {
        self.values.clone()
    }

    /// What is known of the samples of histograms that have any, by name.
    pub fn distributions(&self) -> BTreeMap<String, Distribution> {
        self.distributions.clone()
    }

    fn value(&mut self, kind: MetricKind, name: &str) -> &mut i64 {
        self.values.entry((kind, name.to_owned())).or_default()
    }
}

/// The numbers that one machine knows metrics by: counters 4, 8, …, gauges 5, 9, …, histograms 6, 10, ….
#[derive(Debug, Default)]
pub(crate) struct MetricIds {
    defined: BTreeMap<u32, (MetricKind, String)>,
    count: [u32; 3],
    bytes: usize,
}

impl MetricIds {
    pub fn define(&mut self, metrics: &mut Metrics, kind: MetricKind, name: String) -> Result<u32, Status> {
        let bytes = self.bytes + name.len() + METRIC_OVERHEAD_BYTES;
        if bytes > METRIC_BYTES_MAX {
            return Err(Status::InternalFailure);
        }
        self.bytes = bytes;
        metrics.value(kind, &name);
        self.count[kind as usize] += 1;
        let id = self.count[kind as usize] * 4 + kind as u32;
        self.defined.insert(id, (kind, name));
        Ok(id)
    }

    /// As [`MetricIds::find`], for what only counters and gauges can do: `BadArgument` for any other kind, whether it
    /// was given or not.
    pub fn find_readable(&self, id: u32) -> Result<(MetricKind, &str), HostCallError> {
        match MetricKind::from_abi(id & 3) {
            Some(MetricKind::Counter | MetricKind::Gauge) => self.find(id),
            Some(MetricKind::Histogram) | None => Err(Status::BadArgument.into()),
        }
    }

    /// What `id` stands for; `NotFound` when it was never given.
    pub fn find(&self, id: u32) -> Result<(MetricKind, &str), HostCallError> {
        let (kind, name) = self.defined.get(&id).ok_or(Status::NotFound)?;
        Ok((*kind, name))
    }
}

#[cfg(test)]
mod tests;
