//! The fields that there are, of kinds that are not Kubernetes' own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::manifests::Manifest;

const FILE: &str = "tests/control-planes/fields.yaml";

/// By group, version and kind.
#[derive(Clone, Debug)]
pub struct KnownFields(BTreeMap<String, BTreeSet<String>>);

// === impl KnownFields ===

impl KnownFields {
    /// From the list.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(FILE).with_context(|| format!("cannot read {FILE}"))?;
        Self::parse(&text)
    }

    /// From its text.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self(serde_saphyr::from_str(text).with_context(|| format!("{FILE} is no list"))?))
    }

    /// The first field that there is not.
    pub fn problem(&self, manifest: &Manifest) -> Option<String> {
        let kind = format!("{} {}", manifest.api_version(), manifest.kind());
        let Some(known) = self.0.get(&kind) else { return Some(format!("{FILE} has no {kind}")) };
        unknown(known, "spec", &manifest.resource["spec"]).map(|path| format!("{FILE} has no {path}"))
    }
}

/// The first path at or below `path` that is not known. Elements of a list have the list's path.
fn unknown(known: &BTreeSet<String>, path: &str, value: &Value) -> Option<String> {
    if known.contains(&format!("{path}.*")) {
        return None;
    }
    match value {
        Value::Object(fields) => {
            fields.iter().find_map(|(name, value)| unknown(known, &format!("{path}.{name}"), value))
        }
        Value::Array(elements) => elements.iter().find_map(|element| unknown(known, path, element)),
        _ => (!known.contains(path)).then(|| path.to_owned()),
    }
}
