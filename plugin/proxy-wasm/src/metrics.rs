//! The engine's metrics as Envoy stats (`wasmcustom.<name>`).

use crate::host::{self, HostResult, MetricType};
use postscreen_engine::{Counter, Gauge};

/// The host's numbers of all metrics. Values are process-wide, so all workers add to the same ones.
#[derive(Debug)]
pub struct Metrics {
    counters: Vec<u32>,
    gauges: Vec<u32>,
}

impl Metrics {
    /// Defines all metrics.
    pub fn define() -> HostResult<Self> {
        let define = |kind, name: &str| host::define_metric(kind, name);
        Ok(Self {
            counters: Counter::ALL
                .iter()
                .map(|counter| define(MetricType::Counter, counter.name()))
                .collect::<HostResult<_>>()?,
            gauges: Gauge::ALL
                .iter()
                .map(|gauge| define(MetricType::Gauge, gauge.name()))
                .collect::<HostResult<_>>()?,
        })
    }

    /// Adds to a counter.
    pub fn count(&self, counter: Counter, by: u32) {
        // A metric that cannot be changed is not worth a client: the error is dropped.
        if let Some(&id) = self.counters.get(counter as usize) {
            _ = host::increment_metric(id, by.into());
        }
    }

    /// Sets a gauge.
    pub fn set(&self, gauge: Gauge, value: u32) {
        if let Some(&id) = self.gauges.get(gauge as usize) {
            _ = host::record_metric(id, value.into());
        }
    }
}
