//! The engine's metrics as Envoy stats (`wasmcustom.<name>`).

use crate::host::{self, HostResult, MetricType};
use postscreen_engine::metric::Catalogue;
use postscreen_engine::{MetricKind, SeriesName};

/// The host's numbers of all metrics. Values are process-wide, so all workers add to the same ones.
#[derive(Debug)]
pub struct Metrics(Vec<(SeriesName, u32)>);

impl Metrics {
    /// Defines all metrics of a policy.
    pub fn define(catalogue: &Catalogue) -> HostResult<Self> {
        let mut numbers = Vec::with_capacity(catalogue.series().len());
        for series in catalogue.series() {
            let kind = match series.kind {
                MetricKind::Counter => MetricType::Counter,
                MetricKind::Gauge => MetricType::Gauge,
                MetricKind::Histogram => MetricType::Histogram,
            };
            numbers.push((series.name.clone(), host::define_metric(kind, series.name.as_str())?));
        }
        Ok(Self(numbers))
    }

    /// Adds to a counter or to a gauge.
    pub fn count(&self, series: &SeriesName, by: u32) {
        // A metric that cannot be changed is not worth a client: the error is dropped.
        if let Some(number) = self.number(series) {
            _ = host::increment_metric(number, by.into());
        }
    }

    /// Sets a gauge, or adds a sample to a histogram.
    pub fn record(&self, series: &SeriesName, value: u32) {
        if let Some(number) = self.number(series) {
            _ = host::record_metric(number, value.into());
        }
    }

    fn number(&self, series: &SeriesName) -> Option<u32> {
        self.0.iter().find(|(name, _)| name.is(series)).map(|&(_, number)| number)
    }
}
