//! Whether manifests fit the definitions of their kinds: Kubernetes' own, and those of Istio and the control planes. Of
//! those, packages know some, but do not look for fields that there are not; for that there is a list.

mod fields;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::manifests::{Manifest, Manifests};
use crate::report::Report;
use fields::KnownFields;

/// What we ship for control planes.
const FOLDERS: [&str; 2] = ["deploy/envoy-gateway", "deploy/istio"];
/// The newest Kubernetes that the Python package knows.
const KUBERNETES: &str = "1.37";
/// Kinds that are newer than the packages, beside those of Envoy Gateway, which has none.
const WITHOUT_MODEL: [(&str, &str); 2] =
    [("gateway.networking.k8s.io/v1", "TCPRoute"), ("extensions.istio.io/v1alpha1", "TrafficExtension")];
const VALIDATE: &str = "tests/control-planes/validate.mjs";

/// The programs that know definitions.
#[derive(Clone, Debug)]
pub struct Validators {
    /// kubernetes-validate, from requirements.txt.
    pub kubernetes: PathBuf,
    /// Where npm has installed package.json.
    pub models: PathBuf,
}

impl Validators {
    /// Every manifest fits, and a copy with a misspelt field does not.
    pub fn test(&self, report: &Report) -> Result<()> {
        let mut manifests = Vec::new();
        for folder in FOLDERS {
            manifests.extend(Manifests::below(Path::new(folder))?.0);
        }
        let problems = self.problems(&manifests)?;
        for (manifest, problem) in manifests.iter().zip(problems) {
            let what = format!("{}, {}: fits its definition", manifest.file.display(), manifest.kind());
            report.say(&what, &problem.map_or(Ok(()), |problem| Err(anyhow::anyhow!(problem))));
        }
        let misspelt: Vec<_> = manifests.iter().filter_map(misspelt).collect();
        let problems = self.problems(&misspelt)?;
        let unnoticed = misspelt.iter().zip(problems).filter(|(_, problem)| problem.is_none());
        let unnoticed: Vec<_> = unnoticed.map(|(manifest, _)| manifest.resource.to_string()).collect();
        let noticed = if unnoticed.is_empty() { Ok(()) } else { Err(anyhow::anyhow!(unnoticed.join("\n"))) };
        report.say(&format!("copies with a misspelt field do not fit, all {}", misspelt.len()), &noticed);
        Ok(())
    }

    /// What is wrong with each.
    fn problems(&self, manifests: &[Manifest]) -> Result<Vec<Option<String>>> {
        let fields = KnownFields::read()?;
        let mut kubernetes =
            self.ask_kubernetes(manifests.iter().filter(|one| is_kubernetes(one)))?.into_iter();
        let mut models = self.ask_models(manifests.iter().filter(|one| has_model(one)))?.into_iter();
        let problem = |manifest| {
            let value = if is_kubernetes(manifest) {
                return kubernetes.next().flatten();
            } else if has_model(manifest) {
                models.next().flatten()
            } else {
                None
            };
            value.or_else(|| fields.problem(manifest))
        };
        Ok(manifests.iter().map(problem).collect())
    }

    /// It says `ERROR FILE did not validate …` for each file, and nothing of others.
    fn ask_kubernetes<'a>(
        &self,
        manifests: impl Iterator<Item = &'a Manifest>,
    ) -> Result<Vec<Option<String>>> {
        let folder = TempDir::new()?;
        let mut files = Vec::new();
        for (number, manifest) in manifests.enumerate() {
            let file = folder.path().join(format!("{number}.json"));
            fs::write(&file, manifest.resource.to_string())?;
            files.push(file);
        }
        let mut validate = Command::new(&self.kubernetes);
        validate.args(["--kubernetes-version", KUBERNETES, "--strict", "--no-warn", "--quiet"]).args(&files);
        let output = validate.output().context("kubernetes-validate is missing: `cargo xtask test`")?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("ERROR ")).collect();
        ensure!(output.status.success() == errors.is_empty(), "kubernetes-validate: {said}");
        let problem = |file: &PathBuf| {
            let begin = format!("ERROR {} ", file.display());
            errors.iter().find_map(|line| line.strip_prefix(&begin)).map(str::to_owned)
        };
        Ok(files.iter().map(problem).collect())
    }

    fn ask_models<'a>(&self, manifests: impl Iterator<Item = &'a Manifest>) -> Result<Vec<Option<String>>> {
        let resources: Vec<&Value> = manifests.map(|manifest| &manifest.resource).collect();
        let mut node = Command::new("node");
        node.arg(VALIDATE).arg(&self.models).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut node = node.spawn().context("node is missing: install Debian's nodejs")?;
        // Dropped at once: node reads to the end.
        node.stdin.take().context("no input")?.write_all(&serde_json::to_vec(&resources)?)?;
        let output = node.wait_with_output()?;
        if !output.status.success() {
            bail!("{VALIDATE}: {}", output.status);
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Kubernetes' own groups have no dot, or end so; the Gateway API is made by others.
fn is_kubernetes(manifest: &Manifest) -> bool {
    let group = manifest.api_version().split_once('/').map_or("", |(group, _)| group);
    !group.contains('.') || group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io"
}

/// Whether a package knows the definition.
fn has_model(manifest: &Manifest) -> bool {
    let without = manifest.api_version().starts_with("gateway.envoyproxy.io/")
        || WITHOUT_MODEL.contains(&(manifest.api_version(), manifest.kind()));
    !is_kubernetes(manifest) && !without
}

/// A copy with a field that is called otherwise; `None` when it has no field of its own.
fn misspelt(manifest: &Manifest) -> Option<Manifest> {
    let mut copy = manifest.clone();
    let place =
        if copy.resource.get("spec").is_some() { &mut copy.resource["spec"] } else { &mut copy.resource };
    let place = place.as_object_mut()?;
    let own = |name: &&String| !["apiVersion", "kind", "metadata"].contains(&name.as_str());
    let name = place.keys().rfind(own)?.clone();
    let value = place.remove(&name)?;
    place.insert(format!("{name}x"), value);
    Some(copy)
}

#[cfg(test)]
mod tests;
