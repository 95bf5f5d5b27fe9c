//! Volumes, and where containers have them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A volume of a pod.
#[derive(Clone, Debug, Deserialize)]
pub struct Volume {
    pub name: String,
    #[serde(flatten)]
    pub source: VolumeSource,
}

/// What is in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum VolumeSource {
    /// The files of a `ConfigMap`.
    ConfigMap { name: String },
    /// Nothing at first.
    EmptyDir {},
    /// What earlier pods have left there; here nothing.
    PersistentVolumeClaim {},
    /// The files of an image.
    Image { reference: String },
}

/// A volume's place in a container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeMount {
    pub name: String,
    pub mount_path: PathBuf,
    /// A file or folder of the volume in place of the whole.
    pub sub_path: Option<PathBuf>,
    #[serde(default)]
    pub read_only: bool,
}

/// In the order in which they can be mounted: a folder before what is in it.
pub fn by_depth(mut mounts: Vec<VolumeMount>) -> Vec<VolumeMount> {
    mounts.sort_by_key(|mount| depth(&mount.mount_path));
    mounts
}

fn depth(path: &Path) -> usize {
    path.components().count()
}
