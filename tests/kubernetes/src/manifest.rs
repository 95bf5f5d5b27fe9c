//! Manifests, typed by what the suite plays of them. A field that is in neither the types nor the list of what is not
//! played fails the test, until somebody has decided which it is.

mod container;
mod not_played;
mod probe;
mod volume;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

pub use container::{Container, SecurityContext};
pub use probe::{Probe, ProbeAction};
pub use volume::{Volume, VolumeMount, VolumeSource, by_depth};

/// The files of a `ConfigMap`, by name.
pub type ConfigFiles = BTreeMap<String, Vec<u8>>;

/// A rendered overlay.
#[derive(Debug)]
pub struct Manifests(Vec<Value>);

/// A pod as its Deployment describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodSpec {
    #[serde(default)]
    pub init_containers: Vec<Container>,
    pub containers: Vec<Container>,
    #[serde(default)]
    pub volumes: Vec<Volume>,
    #[serde(default)]
    pub security_context: SecurityContext,
    #[serde(default = "half_a_minute")]
    pub termination_grace_period_seconds: u64,
}

/// A pod with the files that it reads.
#[derive(Clone, Debug)]
pub struct PodManifest {
    pub spec: PodSpec,
    pub config_maps: BTreeMap<String, ConfigFiles>,
}

/// As much of a Deployment as leads to its pod.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deployment {
    spec: DeploymentSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeploymentSpec {
    template: PodTemplate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PodTemplate {
    spec: PodSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigMap {
    #[serde(default)]
    data: BTreeMap<String, String>,
    #[serde(default)]
    binary_data: BTreeMap<String, String>,
}

/// Kubernetes' default.
fn half_a_minute() -> u64 {
    30
}

// === impl Manifests ===

impl Manifests {
    /// Reads what kustomize has rendered.
    pub fn read(text: &str) -> Result<Self> {
        let documents = text.split("\n---\n").filter(|document| !document.trim().is_empty());
        documents.map(|document| Ok(serde_saphyr::from_str(document)?)).collect::<Result<_>>().map(Self)
    }

    /// Its only Deployment's pod.
    pub fn pod(&self) -> Result<PodManifest> {
        self.kinds_are_known()?;
        let deployments: Vec<_> = self.of_kind("Deployment").collect();
        ensure!(deployments.len() == 1, "{} Deployments, not one", deployments.len());
        let spec = pod_of(deployments[0].clone())?;
        let config_maps = self.of_kind("ConfigMap").map(config_map).collect::<Result<_>>()?;
        Ok(PodManifest { spec, config_maps })
    }

    fn kinds_are_known(&self) -> Result<()> {
        for document in &self.0 {
            let kind = document["kind"].as_str().context("a document without a kind")?;
            let known = ["ConfigMap", "Deployment"].contains(&kind) || not_played::kind(kind);
            ensure!(known, "{kind}: play it, or name it in the suite as what is not played");
        }
        Ok(())
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |document| document["kind"] == kind)
    }
}

/// The pod of a Deployment.
pub fn pod_of(mut deployment: Value) -> Result<PodSpec> {
    not_played::prune(&mut deployment);
    let deployment: Deployment = serde_json::from_value(deployment)
        .context("the Deployment: play the field, or name it in the suite as what is not played")?;
    let spec = deployment.spec.template.spec;
    let no_sidecar = spec.init_containers.iter().find(|one| one.restart_policy.is_none());
    ensure!(no_sidecar.is_none(), "an init container that does not stay: play it");
    Ok(spec)
}

fn config_map(document: &Value) -> Result<(String, ConfigFiles)> {
    let name = document["metadata"]["name"].as_str().context("a ConfigMap without a name")?;
    let mut document = document.clone();
    not_played::prune(&mut document);
    let map: ConfigMap = serde_json::from_value(document).with_context(|| format!("the ConfigMap {name}"))?;
    let text = map.data.into_iter().map(|(file, text)| Ok((file, text.into_bytes())));
    let decoded =
        map.binary_data.into_iter().map(|(file, code)| Ok((file, STANDARD.decode(unfolded(&code))?)));
    Ok((name.to_owned(), text.chain(decoded).collect::<Result<_>>()?))
}

/// kustomize folds long values.
fn unfolded(code: &str) -> String {
    code.split_ascii_whitespace().collect()
}

#[cfg(test)]
mod tests;
