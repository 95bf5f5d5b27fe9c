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

    /// Adds one.
    pub fn count(&self, counter: Counter) {
        add(self.counters.get(counter as usize), 1);
    }

    /// Adds `by`.
    pub fn adjust(&self, gauge: Gauge, by: i8) {
        add(self.gauges.get(gauge as usize), by.into());
    }
}

/// A metric that cannot be changed is not worth a client: the error is dropped.
fn add(id: Option<&u32>, offset: i64) {
    if let Some(&id) = id {
        _ = host::increment_metric(id, offset);
    }
}
