//! What Envoy Gateway does with an `EnvoyProxy` and an `EnvoyPatchPolicy`, as its documentation has it: the bootstrap
//! is merged, and patches are JSON patches on the resources, found by type and name. A patch that finds nothing is
//! skipped there, and everybody is served unscreened; here it is an error.

use anyhow::{Context as _, Result, bail, ensure};
use json_patch::PatchOperation;
use serde::Deserialize;
use serde_json::{Value, json};
use serde_json_path::JsonPath;

use crate::merge::merge;
use crate::xds::{Xds, named};

const LISTENER: &str = "type.googleapis.com/envoy.config.listener.v3.Listener";
const CLUSTER: &str = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

/// One of `jsonPatches`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourcePatch {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    operation: JsonPatchOperation,
}

/// Its operation. The path is below what the jsonPath finds, if there is one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct JsonPatchOperation {
    op: String,
    #[serde(default)]
    path: String,
    json_path: Option<String>,
    #[serde(default)]
    value: Value,
}

/// Merges the bootstrap of an `EnvoyProxy`.
pub fn merge_bootstrap(xds: &mut Xds, envoy_proxy: &Value) -> Result<()> {
    let bootstrap = &envoy_proxy["spec"]["bootstrap"];
    ensure!(bootstrap["type"] == "Merge", "the bootstrap is of type {}", bootstrap["type"]);
    let text = bootstrap["value"].as_str().context("the bootstrap has no value")?;
    merge(&mut xds.bootstrap, &serde_saphyr::from_str(text)?);
    Ok(())
}

/// Applies an `EnvoyPatchPolicy`.
pub fn apply(xds: &mut Xds, policy: &Value) -> Result<()> {
    ensure!(policy["spec"]["type"] == "JSONPatch", "a policy of type {}", policy["spec"]["type"]);
    let patches: Vec<ResourcePatch> = serde_json::from_value(policy["spec"]["jsonPatches"].clone())?;
    ensure!(!patches.is_empty(), "a policy without patches");
    for (number, patch) in patches.iter().enumerate() {
        patch.apply(xds).with_context(|| format!("patch {number} of {} {:?}", patch.kind, patch.name))?;
    }
    Ok(())
}

// === impl ResourcePatch ===

impl ResourcePatch {
    fn apply(&self, xds: &mut Xds) -> Result<()> {
        let resources = match self.kind.as_str() {
            LISTENER => &mut xds.listeners,
            CLUSTER => &mut xds.clusters,
            _ => bail!("the suite knows no such type"),
        };
        if self.operation.adds_resource() {
            ensure!(self.operation.value["name"] == self.name.as_str(), "a new resource of another name");
            resources.push(self.operation.value.clone());
            return Ok(());
        }
        let resource = named(resources, &self.name).context("there is none of this name")?;
        self.operation.apply(resource)
    }
}

// === impl JsonPatchOperation ===

impl JsonPatchOperation {
    fn adds_resource(&self) -> bool {
        self.op == "add" && self.path.is_empty() && self.json_path.is_none()
    }

    fn apply(&self, resource: &mut Value) -> Result<()> {
        for path in self.paths(resource)? {
            let operation: PatchOperation =
                serde_json::from_value(json!({"op": self.op, "path": path, "value": self.value}))?;
            json_patch::patch(resource, &[operation])?;
        }
        Ok(())
    }

    /// The places that are meant.
    fn paths(&self, resource: &Value) -> Result<Vec<String>> {
        let Some(json_path) = &self.json_path else { return Ok(vec![self.path.clone()]) };
        let found = JsonPath::parse(json_path)?.query_located(resource);
        let paths: Vec<_> =
            found.locations().map(|place| format!("{}{}", place.to_json_pointer(), self.path)).collect();
        ensure!(!paths.is_empty(), "{json_path} finds nothing");
        Ok(paths)
    }
}

#[cfg(test)]
mod tests;
