//! A panel: what it asks, and how it shows the answers.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::field::Fields;
use super::query::Query;

/// A panel, or the heading of a row of them.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its heading.
    pub title: String,
    /// What it is.
    pub kind: PanelKind,
    /// What people are told of it.
    pub description: String,
    /// How it shows values.
    pub fields: Fields,
    /// What it asks.
    pub queries: Vec<Query>,
    /// For a table.
    pub columns: Columns,
}

/// The kinds that a picture can have.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PanelKind {
    /// A heading.
    Row,
    /// Lines in the course of time.
    TimeSeries,
    /// A number.
    Stat,
    /// A number, and how much of all it is.
    Gauge,
    /// A row for each set of labels.
    Table,
    /// A bar for each series.
    BarGauge,
    /// A piece of a cake for each series.
    PieChart,
}

/// What becomes of a table's columns, from `transformations`, and by which rows are sorted.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// What they are called: labels by their names, values as `Value #LETTER`.
    pub names: BTreeMap<String, String>,
    /// The column by which rows are sorted, and whether the greatest comes first.
    pub sorted_by: Option<(String, bool)>,
}

impl Panel {
    /// This one and those in it, if it is a row that is closed.
    pub(super) fn read(panel: &Value) -> Result<Vec<Self>> {
        let title = panel["title"].as_str().unwrap_or_default().to_owned();
        let mut panels = vec![Self::of(panel, &title).with_context(|| format!("the panel {title:?}"))?];
        for inner in panel["panels"].as_array().into_iter().flatten() {
            panels.extend(Self::read(inner)?);
        }
        Ok(panels)
    }

    fn of(panel: &Value, title: &str) -> Result<Self> {
        let mut queries = Vec::new();
        for target in panel["targets"].as_array().into_iter().flatten() {
            let mut query: Query = serde_json::from_value(target.clone())?;
            query.name = format!("{title:?} {}", query.letter);
            queries.push(query);
        }
        Ok(Self {
            title: title.to_owned(),
            kind: serde_json::from_value(panel["type"].clone())?,
            description: panel["description"].as_str().unwrap_or_default().to_owned(),
            fields: Fields::read(&panel["fieldConfig"])?,
            queries,
            columns: Columns::read(panel),
        })
    }
}

impl Columns {
    fn read(panel: &Value) -> Self {
        let mut names = BTreeMap::new();
        for transformation in panel["transformations"].as_array().into_iter().flatten() {
            let renamed = transformation["options"]["renameByName"].as_object().into_iter().flatten();
            let renamed = renamed.filter_map(|(old, new)| Some((old.clone(), new.as_str()?.to_owned())));
            names.extend(renamed);
        }
        let sorted_by = panel["options"]["sortBy"].get(0).and_then(|sort| {
            Some((sort["displayName"].as_str()?.to_owned(), sort["desc"].as_bool().unwrap_or_default()))
        });
        Self { names, sorted_by }
    }

    /// What the column of a label, or of a query's values, is called.
    pub fn name<'a>(&'a self, column: &'a str) -> &'a str {
        self.names.get(column).map_or(column, String::as_str)
    }
}
