//! The dashboard: every query that it sends to Prometheus.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::read;
use super::rules::FOLDER;

/// What stands for what in the queries. The longer of two names that begin alike comes first.
const VARIABLES: [(&str, &str); 8] = [
    ("$__rate_interval", "30s"),
    ("$__range", "5m"),
    ("$instance", ".*"),
    ("$job", ".*"),
    ("$zone", ".*"),
    ("$pre_queue_limit", "10000"),
    ("$backend", "backend"),
    ("$resolver", "resolver"),
];

/// Queries that find nothing where an Envoy with the configuration that we ship is scraped: their names, and why.
const EMPTY: [(&str, &str); 5] = [
    ("\"Stopped by a limit\" I", NO_HOST_SIM),
    ("\"Crashes and configurations\" B", NO_HOST_SIM),
    ("\"Crashes and configurations\" C", NO_HOST_SIM),
    ("\"Crashes and configurations\" D", NO_LISTENER_FILE),
    ("\"Crashes and configurations\" E", NO_LISTENER_FILE),
];
const NO_HOST_SIM: &str = "it is about host-sim, which is not scraped";
const NO_LISTENER_FILE: &str = "postscreen.yaml has its listeners inside, and takes no changes";

/// All queries.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// In their order.
    pub queries: Vec<Query>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Query {
    /// The panel's title and the query's letter, or the variable whose values it finds.
    pub name: String,
    /// As it stands there.
    pub expr: String,
}

// === impl Dashboard ===

impl Dashboard {
    /// From the file.
    pub fn read() -> Result<Self> {
        let file: Value = serde_json::from_str(&read(&format!("{FOLDER}/postscreen-dashboard.json"))?)?;
        let mut queries = Vec::new();
        for variable in file["templating"]["list"].as_array().into_iter().flatten() {
            if let Some(query) = variable["query"]["query"].as_str() {
                let name = format!("${}", variable["name"].as_str().unwrap_or_default());
                // `label_values(SELECTOR, LABEL)` is Grafana's own.
                let selector = query.strip_prefix("label_values(").and_then(|rest| rest.rsplit_once(','));
                let (selector, _) = selector.with_context(|| format!("{name} is {query}"))?;
                queries.push(Query { name, expr: selector.to_owned() });
            }
        }
        for panel in file["panels"].as_array().into_iter().flatten() {
            add(panel, &mut queries);
        }
        ensure!(!queries.is_empty(), "the dashboard asks nothing");
        Ok(Self { queries })
    }
}

/// A row may have panels of its own.
fn add(panel: &Value, queries: &mut Vec<Query>) {
    let title = panel["title"].as_str().unwrap_or_default();
    for target in panel["targets"].as_array().into_iter().flatten() {
        let letter = target["refId"].as_str().unwrap_or_default();
        let expr = target["expr"].as_str().unwrap_or_default().to_owned();
        queries.push(Query { name: format!("{title:?} {letter}"), expr });
    }
    panel["panels"].as_array().into_iter().flatten().for_each(|inner| add(inner, queries));
}

// === impl Query ===

impl Query {
    /// As Grafana sends it.
    pub fn filled_in(&self) -> String {
        VARIABLES.iter().fold(self.expr.clone(), |expr, (name, value)| expr.replace(name, value))
    }

    /// Why it finds nothing here, if it is to find nothing.
    pub fn why_empty(&self) -> Option<&'static str> {
        EMPTY.iter().find(|(name, _)| self.name == *name).map(|(_, why)| *why)
    }
}
