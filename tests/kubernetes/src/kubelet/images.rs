//! Images: Debian's root file system, with the programs of this tree in their places.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The image of what is not ours: a Postfix that some chart brings.
pub const STAND_IN: &str = "stand-in/postfix:latest";

/// The programs that stand for images.
#[derive(Clone, Debug)]
pub struct Images {
    pub envoy: PathBuf,
    pub host_sim: PathBuf,
    pub module: PathBuf,
}

/// One image.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// What runs where the manifest names no command.
    pub entry_point: Vec<String>,
    /// Files of ours, and where they are in the image.
    pub files: Vec<(PathBuf, &'static str)>,
}

// === impl Images ===

impl Images {
    /// With absolute paths.
    pub fn new(envoy: &Path, host_sim: &Path, module: &Path) -> Result<Self> {
        let found =
            |file: &Path| fs::canonicalize(file).with_context(|| format!("no file {}", file.display()));
        Ok(Self { envoy: found(envoy)?, host_sim: found(host_sim)?, module: found(module)? })
    }

    /// The image that is called so in a manifest.
    pub fn container(&self, reference: &str) -> Result<Image> {
        match repository(reference) {
            "docker.io/envoyproxy/envoy" => {
                Ok(Image { files: vec![(self.envoy.clone(), "/usr/local/bin/envoy")], ..Image::default() })
            }
            "registry.example/replace-me/host-sim" => Ok(Image {
                entry_point: vec!["/host-sim".to_owned()],
                files: vec![(self.host_sim.clone(), "/host-sim"), (self.module.clone(), "/postscreen.wasm")],
            }),
            // Debian has these programs in its PATH.
            "docker.io/klutchell/unbound" | "registry.example/replace-me/postfix" | "stand-in/postfix" => {
                Ok(Image::default())
            }
            other => anyhow::bail!("nothing here stands for the image {other}"),
        }
    }

    /// The files of an image that is mounted as a volume.
    pub fn volume(&self, reference: &str) -> Result<Vec<(&'static str, PathBuf)>> {
        match repository(reference) {
            "registry.example/replace-me/postscreen" => Ok(vec![("postscreen.wasm", self.module.clone())]),
            other => anyhow::bail!("nothing here stands for the image {other}"),
        }
    }
}

/// A reference without its tag.
fn repository(reference: &str) -> &str {
    reference.rsplit_once(':').map_or(reference, |(repository, _)| repository)
}
