//! Volumes on disk, as the kubelet makes them.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::images::Images;
use crate::manifest::{ConfigFiles, PodManifest, Volume, VolumeMount, VolumeSource};

/// The link that a change of a `ConfigMap` replaces, so that all its files change at once.
const DATA: &str = "..data";

/// The volumes of one pod.
#[derive(Debug)]
pub struct Volumes {
    root: PathBuf,
    /// The folders of each `ConfigMap`.
    config_maps: BTreeMap<String, Vec<PathBuf>>,
}

// === impl Volumes ===

impl Volumes {
    /// Makes all of them below `root`.
    pub fn make(root: &Path, pod: &PodManifest, images: &Images) -> Result<Self> {
        let mut volumes = Self { root: root.to_owned(), config_maps: BTreeMap::new() };
        for Volume { name, source } in &pod.spec.volumes {
            let folder = volumes.folder(name);
            fs::create_dir_all(&folder)?;
            let mode = match source {
                VolumeSource::ConfigMap { name } => {
                    let files =
                        pod.config_maps.get(name).with_context(|| format!("there is no ConfigMap {name}"))?;
                    write_config(&folder, files)?;
                    volumes.config_maps.entry(name.clone()).or_default().push(folder.clone());
                    0o777
                }
                VolumeSource::EmptyDir {} => 0o777,
                VolumeSource::PersistentVolumeClaim {} => 0o755,
                VolumeSource::Image { reference } => {
                    for (name, file) in images.volume(reference)? {
                        fs::copy(file, folder.join(name))?;
                    }
                    0o755
                }
            };
            fs::set_permissions(&folder, Permissions::from_mode(mode))?;
        }
        Ok(volumes)
    }

    /// The folder of a volume.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// What a container gets mounted. A folder that is not there is made, as the kubelet does.
    pub fn source(&self, mount: &VolumeMount) -> Result<PathBuf> {
        let volume = self.folder(&mount.name);
        let Some(inside) = &mount.sub_path else { return Ok(volume) };
        let path = volume.join(inside);
        if !path.exists() {
            fs::create_dir_all(&path)?;
            fs::set_permissions(&path, fs::metadata(&volume)?.permissions())?;
        }
        // The file itself: its mount does not follow a change.
        fs::canonicalize(&path).with_context(|| format!("{}", path.display()))
    }

    /// Changes a `ConfigMap` wherever it is mounted.
    pub fn change(&self, config_map: &str, files: &ConfigFiles) -> Result<()> {
        let folders = self.config_maps.get(config_map);
        let folders = folders.with_context(|| format!("no volume has the ConfigMap {config_map}"))?;
        folders.iter().try_for_each(|folder| write_config(folder, files))
    }
}

/// The files in a folder of their own, to which a link is swung; each file is a link through that.
fn write_config(volume: &Path, files: &ConfigFiles) -> Result<()> {
    let link = volume.join(DATA);
    let old = fs::read_link(&link).ok();
    // There are never more than two of them.
    let mut names = ["..0", "..1"].into_iter();
    let new = names.find(|name| !volume.join(name).exists()).context("no name is left")?;
    let folder = volume.join(new);
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o644))?;
    }
    let swing = volume.join("..data_tmp");
    symlink(new, &swing)?;
    fs::rename(&swing, &link)?;
    for name in files.keys() {
        let visible = volume.join(name);
        if fs::symlink_metadata(&visible).is_err() {
            symlink(Path::new(DATA).join(name), visible)?;
        }
    }
    if let Some(old) = old {
        fs::remove_dir_all(volume.join(old))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
