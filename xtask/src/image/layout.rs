//! An image as an OCI image layout: a folder that registry tools read, with every blob under its hash.
//!
//! The formats are those of the OCI image specification, 1.0: `image-layout.md`, `manifest.md`, `config.md`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::layer::{Layer, digest};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An image that is not written yet.
#[derive(Debug)]
pub struct Image {
    /// Names it in the layout: `oci:FOLDER:VERSION`.
    pub version: &'static str,
    /// As Go calls them: `amd64`, `arm64`.
    pub architecture: &'static str,
    /// When it was made, in RFC 3339.
    pub created: String,
    /// `config` of the configuration: what runs, as whom, and labels.
    pub execution: Value,
    /// Of the manifest.
    pub annotations: Value,
    /// From the ground up: of two files with one path, the upper layer's is seen.
    pub layers: Vec<Layer>,
}

/// What people need to know of a written image.
#[derive(Debug, PartialEq)]
pub struct WrittenImage {
    /// Of the manifest: what `IMAGE@sha256:…` and Istio's `sha256` mean.
    pub digest: String,
    /// What a registry stores and a node fetches, in bytes.
    pub size: u64,
    pub layers: usize,
}

impl Image {
    /// Writes the layout into a folder, in place of what was there.
    pub fn write(&self, folder: &Path) -> Result<WrittenImage> {
        let mut blobs = BlobStore::create(folder)?;
        let layers =
            self.layers.iter().map(|layer| blobs.put(LAYER, &layer.blob)).collect::<Result<Vec<_>>>()?;
        let config = blobs.put_json(CONFIG, &self.config())?;
        let mut manifest = blobs.put_json(
            MANIFEST,
            &json!({
                "annotations": self.annotations,
                "config": config,
                "layers": layers,
                "mediaType": MANIFEST,
                "schemaVersion": 2,
            }),
        )?;
        let digest = manifest["digest"].as_str().unwrap_or_default().to_owned();
        manifest["annotations"] = json!({"org.opencontainers.image.ref.name": self.version});
        let index = json!({"manifests": [manifest], "mediaType": INDEX, "schemaVersion": 2});
        write(&folder.join("index.json"), index.to_string().as_bytes())?;
        write(&folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        Ok(WrittenImage { digest, size: blobs.size, layers: self.layers.len() })
    }

    fn config(&self) -> Value {
        let diff_ids: Vec<_> = self.layers.iter().map(|layer| &layer.diff_id).collect();
        json!({
            "architecture": self.architecture,
            "config": self.execution,
            "created": self.created,
            "os": "linux",
            "rootfs": {"diff_ids": diff_ids, "type": "layers"},
        })
    }
}

/// The folder for blobs, each in a file named after its hash.
struct BlobStore<'a> {
    layout: &'a Path,
    size: u64,
}

impl<'a> BlobStore<'a> {
    fn create(layout: &'a Path) -> Result<Self> {
        match fs::remove_dir_all(layout) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot replace {}", layout.display()));
            }
            _ => {}
        }
        let blobs = layout.join("blobs/sha256");
        fs::create_dir_all(&blobs).with_context(|| format!("cannot create {}", blobs.display()))?;
        Ok(Self { layout, size: 0 })
    }

    fn put_json(&mut self, media_type: &str, document: &Value) -> Result<Value> {
        self.put(media_type, document.to_string().as_bytes())
    }

    /// Stores the bytes; returns the descriptor by which others refer to them.
    fn put(&mut self, media_type: &str, bytes: &[u8]) -> Result<Value> {
        let digest = digest(bytes);
        write(&self.layout.join("blobs").join(digest.replace(':', "/")), bytes)?;
        let size = u64::try_from(bytes.len())?;
        self.size += size;
        Ok(json!({"digest": digest, "mediaType": media_type, "size": size}))
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests;
