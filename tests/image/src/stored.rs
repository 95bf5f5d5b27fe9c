//! An image in its layout, as skopeo sees it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::tool::{output, text};

const SKOPEO: &str = "skopeo";

/// The folder of a layout.
#[derive(Debug)]
pub struct StoredImage {
    folder: PathBuf,
    index: Value,
}

impl StoredImage {
    /// Finds the one image in a folder.
    pub fn at(folder: &Path) -> Result<Self> {
        let file = folder.join("index.json");
        let index = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self { folder: folder.to_owned(), index: serde_json::from_slice(&index)? })
    }

    /// By which registry tools know it: the folder, and the version in it.
    pub fn reference(&self) -> Result<String> {
        let version = &self.index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"];
        let version = version.as_str().context("the index names no version")?;
        Ok(format!("{}:{version}", self.folder.display()))
    }

    /// What the index says that the manifest hashes to.
    pub fn digest(&self) -> Result<&str> {
        self.index["manifests"][0]["digest"].as_str().context("the index names no digest")
    }

    /// The manifest, byte for byte.
    pub fn raw_manifest(&self) -> Result<Vec<u8>> {
        output(self.skopeo("inspect")?.arg("--raw"))
    }

    /// The manifest.
    pub fn manifest(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.raw_manifest()?)?)
    }

    /// The configuration.
    pub fn configuration(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&output(self.skopeo("inspect")?.arg("--config"))?)?)
    }

    /// Copies it into a folder where every blob is a file; skopeo checks each of them on the way. The file of the last
    /// layer.
    pub fn copy(&self, to: &Path) -> Result<PathBuf> {
        output(self.skopeo("copy")?.arg("--preserve-digests").arg(format!("dir:{}", to.display())))?;
        let manifest = self.manifest()?;
        let layers = manifest["layers"].as_array().context("the manifest has no layers")?;
        let digest = layers.last().and_then(|layer| layer["digest"].as_str()).context("no last layer")?;
        Ok(to.join(digest.trim_start_matches("sha256:")))
    }

    /// Every file in the folder, by its path in there.
    pub fn files(&self) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
        let list = text(Command::new("find").arg(&self.folder).args(["-type", "f", "-printf", "%P\\n"]))?;
        list.lines().map(|path| Ok((path.into(), fs::read(self.folder.join(path))?))).collect()
    }

    /// Whether each blob is named after its hash, by the count of sha256sum.
    pub fn check_hashes(&self) -> Result<()> {
        let blobs = self.folder.join("blobs/sha256");
        let list = text(Command::new("sh").current_dir(blobs).args(["-c", "sha256sum -- *"]))?;
        for line in list.lines() {
            let (hash, name) = line.split_once("  ").context("sha256sum has said something else")?;
            ensure!(hash == name, "{name} hashes to {hash}");
        }
        Ok(())
    }

    fn skopeo(&self, task: &str) -> Result<Command> {
        let mut skopeo = Command::new(SKOPEO);
        skopeo.arg(task).arg(format!("oci:{}", self.reference()?));
        Ok(skopeo)
    }
}
