//! What Prometheus answers.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// The values of a metric, or of an expression, with the same labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// By their names. An expression has fewer than a metric, or none.
    pub labels: BTreeMap<String, String>,
    /// In the order of time; one where a moment was asked for.
    pub points: Vec<Point>,
}

/// A value at its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Seconds since 1970.
    pub at: f64,
    /// Not a number where zero was divided by zero.
    pub value: f64,
}

/// An alert that is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Who or what it is about; its name and its severity are among them.
    pub labels: BTreeMap<String, String>,
    /// Whether people are told. Else it is pending: its time (`for`) is not over.
    pub firing: bool,
}

#[derive(Deserialize)]
struct Found {
    metric: BTreeMap<String, String>,
    value: Option<(f64, String)>,
    #[serde(default)]
    values: Vec<(f64, String)>,
}

// === impl Series ===

impl Series {
    /// All that answer a query.
    pub(super) fn read(answer: &Value) -> Result<Vec<Self>> {
        let found: Vec<Found> = serde_json::from_value(answer["data"]["result"].clone())
            .with_context(|| format!("a {} has no series", answer["data"]["resultType"]))?;
        found.into_iter().map(Self::of).collect()
    }

    fn of(found: Found) -> Result<Self> {
        let point = |(at, value): (f64, String)| {
            let value = value.parse().with_context(|| format!("{value} is no value"))?;
            Ok::<_, anyhow::Error>(Point { at, value })
        };
        let points = found.value.into_iter().chain(found.values).map(point).collect::<Result<_>>()?;
        Ok(Self { labels: found.metric, points })
    }

    /// The last value.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.value)
    }
}

// === impl Alert ===

impl Alert {
    /// All that there are.
    pub(super) fn read(answer: &Value) -> Result<Vec<Self>> {
        let alerts = answer["data"]["alerts"].as_array().context("no alerts")?;
        alerts.iter().map(Self::of).collect()
    }

    fn of(alert: &Value) -> Result<Self> {
        let labels: BTreeMap<_, _> = serde_json::from_value(alert["labels"].clone())?;
        let name = labels.get("alertname").cloned().context("an alert without a name")?;
        Ok(Self { name, labels, firing: alert["state"] == "firing" })
    }
}

#[cfg(test)]
mod tests;
