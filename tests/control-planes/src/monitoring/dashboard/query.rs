//! What a panel asks Prometheus.

use std::time::Duration;

use serde::Deserialize;

use crate::monitoring::prometheus::Series;
use crate::monitoring::time_shown::TimeShown;

/// What stands for what in the queries, beside the times. The longer of two names that begin alike comes first.
pub const VARIABLES: [(&str, &str); 6] = [
    ("$instance", ".*"),
    ("$job", ".*"),
    ("$zone", ".*"),
    ("$pre_queue_limit", "10000"),
    ("$backend", "backend"),
    ("$resolver", "resolver"),
];

/// A query.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// Its letter, by which a table's columns are called.
    #[serde(rename = "refId")]
    pub letter: String,
    /// The panel's title and the letter, or the variable whose values it finds.
    #[serde(skip)]
    pub name: String,
    /// As it stands there.
    pub expr: String,
    /// What its series are called, with labels in double braces.
    #[serde(rename = "legendFormat")]
    pub legend: Option<String>,
}

// === impl Query ===

impl Query {
    /// As Grafana sends it for this time.
    pub fn filled_in(&self, shown: &TimeShown) -> String {
        let seconds = |time: Duration| format!("{}s", time.as_secs_f64().ceil());
        let times =
            [("$__rate_interval", seconds(shown.rate_interval())), ("$__range", seconds(shown.length()))];
        let expr = times.iter().fold(self.expr.clone(), |expr, (name, value)| expr.replace(name, value));
        VARIABLES.iter().fold(expr, |expr, (name, value)| expr.replace(name, value))
    }

    /// What a series is called.
    pub fn legend_of(&self, series: &Series) -> String {
        let labels = || series.labels.iter();
        let Some(legend) = &self.legend else {
            let labels: Vec<_> = labels().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
            return format!("{{{}}}", labels.join(", "));
        };
        labels()
            .fold(legend.clone(), |legend, (label, value)| legend.replace(&format!("{{{{{label}}}}}"), value))
    }
}
