//! How a panel shows its values: `fieldConfig`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

/// For all series and columns, and what is otherwise for some.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    default: Field,
    by_name: BTreeMap<String, Field>,
}

/// For one of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Field {
    /// The unit.
    pub unit: Unit,
    /// Digits behind the point. `None`: as many as make three digits.
    pub decimals: Option<usize>,
    /// Where the axis begins.
    pub min: Option<f64>,
    /// Where it ends.
    pub max: Option<f64>,
    /// What stands there when there is no value.
    pub no_value: Option<String>,
    thresholds: Thresholds,
    custom: Custom,
}

/// Units that the dashboard uses.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Unit {
    /// Thousands are K.
    #[default]
    #[serde(rename = "short")]
    Short,
    /// Commas between thousands.
    #[serde(rename = "locale")]
    Locale,
    /// 1 is 100 %.
    #[serde(rename = "percentunit")]
    PercentUnit,
    /// Milliseconds; thousands are seconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Bytes; 1,024 are a KiB.
    #[serde(rename = "bytes")]
    Bytes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Thresholds {
    steps: Vec<Step>,
}

/// From a value on, a colour.
#[derive(Clone, Debug, Deserialize)]
struct Step {
    color: String,
    value: Option<f64>,
}

/// What is about the kind of panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Custom {
    axis_label: Option<String>,
    stacking: Choice,
    scale_distribution: Choice,
    thresholds_style: Choice,
    cell_options: Choice,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    #[serde(alias = "type")]
    mode: String,
}

// === impl Fields ===

impl Fields {
    pub(super) fn read(config: &Value) -> Result<Self> {
        let defaults = config.get("defaults").unwrap_or(&json!({})).clone();
        let mut by_name = BTreeMap::new();
        for rule in config["overrides"].as_array().into_iter().flatten() {
            let matcher = &rule["matcher"];
            ensure!(matcher["id"] == "byName", "a picture knows no matcher {}", matcher["id"]);
            let name = matcher["options"].as_str().context("a matcher without a name")?.to_owned();
            let field = by_name.entry(name).or_insert_with(|| defaults.clone());
            for property in rule["properties"].as_array().into_iter().flatten() {
                let path = property["id"].as_str().context("a property without an id")?;
                *path.split('.').fold(&mut *field, |inner, step| &mut inner[step]) =
                    property["value"].clone();
            }
        }
        let by_name = by_name.into_iter().map(|(name, field)| Ok((name, serde_json::from_value(field)?)));
        Ok(Self { default: serde_json::from_value(defaults)?, by_name: by_name.collect::<Result<_>>()? })
    }

    /// For all.
    pub fn default_field(&self) -> &Field {
        &self.default
    }

    /// For the series or the column of this name.
    pub fn of(&self, name: &str) -> &Field {
        self.by_name.get(name).unwrap_or(&self.default)
    }

    /// Of which something is said.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

// === impl Field ===

impl Field {
    /// The colour of a value; `None`: that of all text.
    pub fn colour(&self, value: f64) -> Option<&str> {
        let reached = |step: &&Step| step.value.is_none_or(|least| value >= least);
        let colour = self.thresholds.steps.iter().rfind(reached)?.color.as_str();
        Some(colour).filter(|colour| !["text", "transparent"].contains(colour))
    }

    /// Values at which there is a line, and its colour.
    pub fn lines(&self) -> impl Iterator<Item = (f64, &str)> {
        let drawn = self.custom.thresholds_style.mode == "line";
        let steps = self.thresholds.steps.iter().filter(move |_| drawn);
        steps.filter_map(|step| Some((step.value?, step.color.as_str())))
    }

    /// Whether a table's cells have the colour of their values.
    pub fn colours_cells(&self) -> bool {
        self.custom.cell_options.mode.starts_with("color")
    }

    /// What the axis counts.
    pub fn axis(&self) -> Option<&str> {
        self.custom.axis_label.as_deref()
    }

    /// Whether series stand on each other.
    pub fn is_stacked(&self) -> bool {
        self.custom.stacking.mode == "normal"
    }

    /// Whether ten times as much is one step more.
    pub fn is_logarithmic(&self) -> bool {
        self.custom.scale_distribution.mode.ends_with("log")
    }
}
