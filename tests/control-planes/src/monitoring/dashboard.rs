//! The dashboard: its panels, and every query that it sends to Prometheus.

mod field;
mod panel;
mod query;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::read;
use super::rules::FOLDER;

pub use field::{Field, Fields, Unit};
pub use panel::{Columns, Panel, PanelKind};
pub use query::{Query, VARIABLES};

/// All of it.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// Its heading.
    pub title: String,
    /// Those whose values Prometheus knows: `$job` finds series, and their label `job` has the values.
    pub variables: Vec<Query>,
    /// In their order, headings of rows among them.
    pub panels: Vec<Panel>,
}

// === impl Dashboard ===

impl Dashboard {
    /// From the file.
    pub fn read() -> Result<Self> {
        Self::of(&serde_json::from_str(&read(&format!("{FOLDER}/postscreen-dashboard.json"))?)?)
    }

    pub(super) fn of(file: &Value) -> Result<Self> {
        let mut variables = Vec::new();
        for variable in file["templating"]["list"].as_array().into_iter().flatten() {
            if let Some(query) = variable["query"]["query"].as_str() {
                variables.push(variable_query(variable["name"].as_str().unwrap_or_default(), query)?);
            }
        }
        let mut panels = Vec::new();
        for panel in file["panels"].as_array().into_iter().flatten() {
            panels.extend(Panel::read(panel)?);
        }
        let dashboard =
            Self { title: file["title"].as_str().unwrap_or_default().to_owned(), variables, panels };
        ensure!(dashboard.queries().next().is_some(), "the dashboard asks nothing");
        Ok(dashboard)
    }

    /// All queries, in their order.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.variables.iter().chain(self.panels.iter().flat_map(|panel| &panel.queries))
    }
}

/// `label_values(SELECTOR, LABEL)` is Grafana's own.
fn variable_query(name: &str, query: &str) -> Result<Query> {
    let selector = query.strip_prefix("label_values(").and_then(|rest| rest.rsplit_once(','));
    let (selector, _) = selector.with_context(|| format!("${name} is {query}"))?;
    Ok(Query { letter: String::new(), name: format!("${name}"), expr: selector.to_owned(), legend: None })
}

#[cfg(test)]
mod tests;
