//! The manifests that we ship, read as `kubectl apply` reads them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// One resource of one file.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Where it stands.
    pub file: PathBuf,
    /// Its fields.
    pub resource: Value,
}

/// All resources of these files.
#[derive(Clone, Debug)]
pub struct Manifests(pub Vec<Manifest>);

// === impl Manifest ===

impl Manifest {
    /// Its kind.
    pub fn kind(&self) -> &str {
        self.resource["kind"].as_str().unwrap_or_default()
    }

    /// The group and version of its API.
    pub fn api_version(&self) -> &str {
        self.resource["apiVersion"].as_str().unwrap_or_default()
    }
}

// === impl Manifests ===

impl Manifests {
    /// Those of some files.
    pub fn read(files: &[&str]) -> Result<Self> {
        let mut manifests = Vec::new();
        for file in files {
            manifests.extend(resources(Path::new(file))?);
        }
        Ok(Self(manifests))
    }

    /// Those of every file below a folder, so that a new one is checked without anybody's doing.
    pub fn below(folder: &Path) -> Result<Self> {
        let mut manifests = Vec::new();
        for path in sorted(folder)? {
            if path.is_dir() {
                manifests.extend(Self::below(&path)?.0);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                manifests.extend(resources(&path)?);
            }
        }
        ensure!(!manifests.is_empty(), "there are no manifests in {}", folder.display());
        Ok(Self(manifests))
    }

    /// The only resource of this kind.
    pub fn one(&self, kind: &str) -> Result<&Value> {
        let mut all = self.all(kind);
        let one = all.next().with_context(|| format!("there is no {kind}"))?;
        ensure!(all.next().is_none(), "there are more {kind}s than one");
        Ok(one)
    }

    /// All resources of this kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |manifest| manifest.kind() == kind).map(|manifest| &manifest.resource)
    }
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}

fn resources(file: &Path) -> Result<Vec<Manifest>> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let resources: Vec<Value> =
        serde_saphyr::from_multiple(&text).with_context(|| format!("{name} is no YAML"))?;
    Ok(resources.into_iter().map(|resource| Manifest { file: file.to_owned(), resource }).collect())
}
