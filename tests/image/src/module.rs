//! The module's image, by those who take it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::container::Bundle;
use crate::tool::{output, text};
use crate::{ImageCheck, ImageScene};

/// All of them.
pub const CHECKS: [ImageCheck; 6] = [
    ("written twice, the image is the same to the byte", twice_the_same),
    ("every blob has its hash for a name, and the index that of the manifest", hashes),
    ("skopeo reads the manifest and the configuration", described),
    ("Istio and Envoy Gateway find the module", fetched),
    ("tar unpacks the layer: the module, and a second name for it", unpacked),
    ("as a volume it has the module under both names, and everybody may read it", mounted),
];

/// What a fetcher compares the manifest's and the layer's media type with, and the name that it looks for.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const FETCHED: &str = "plugin.wasm";
/// What our configurations call it.
const OURS: &str = "postscreen.wasm";

fn twice_the_same(scene: &ImageScene) -> Result<()> {
    let (one, other) = (scene.image.files()?, scene.again.files()?);
    ensure!(one.keys().eq(other.keys()), "{:?} and {:?}", one.keys(), other.keys());
    for (path, bytes) in &one {
        ensure!(other.get(path) == Some(bytes), "{} differs", path.display());
    }
    Ok(())
}

fn hashes(scene: &ImageScene) -> Result<()> {
    scene.image.check_hashes()?;
    scene.host_sim.check_hashes()?;
    let manifest = scene.scratch.path().join("manifest.json");
    fs::write(&manifest, scene.image.raw_manifest()?)?;
    let hash = text(Command::new("sha256sum").arg(&manifest))?;
    let hash = hash.split(' ').next().unwrap_or_default();
    let digest = scene.image.digest()?;
    ensure!(digest == format!("sha256:{hash}"), "the index has {digest}, the manifest hashes to {hash}");
    Ok(())
}

fn described(scene: &ImageScene) -> Result<()> {
    let manifest = scene.image.manifest()?;
    ensure!(manifest["schemaVersion"] == 2 && manifest["mediaType"] == MANIFEST, "{manifest}");
    let configuration = scene.image.configuration()?;
    ensure!(configuration["os"] == "linux" && configuration["architecture"] == "amd64", "{configuration}");
    let labels = &configuration["config"]["Labels"];
    ensure!(labels["org.opencontainers.image.version"] == env!("CARGO_PKG_VERSION"), "{labels}");
    ensure!(labels["org.opencontainers.image.licenses"] == env!("CARGO_PKG_LICENSE"), "{labels}");
    // Nothing is said of what would run: a volume runs nothing.
    ensure!(configuration["config"].as_object().is_some_and(|config| config.len() == 1), "{configuration}");
    Ok(())
}

/// The part of Istio's `imagefetcher.go`, and of Envoy Gateway's copy, after the download: the manifest is no Docker
/// one, the last layer is a tar archive in gzip, and the first file in it with the right base name is the module.
fn fetched(scene: &ImageScene) -> Result<()> {
    let manifest = scene.image.manifest()?;
    ensure!(manifest["mediaType"] == MANIFEST, "{manifest}");
    let layers = manifest["layers"].as_array().context("the manifest has no layers")?;
    ensure!(layers.last().is_some_and(|layer| layer["mediaType"] == LAYER), "{manifest}");
    let layer = scene.image.copy(&scene.scratch.path().join("fetched"))?;
    let list = text(Command::new("tar").args(["--list", "--gzip", "--file"]).arg(&layer))?;
    let named = |name: &&str| Path::new(name).file_name().is_some_and(|base| base == FETCHED);
    let found = list.lines().find(named).with_context(|| format!("no {FETCHED} in {list}"))?;
    let bytes = output(
        Command::new("tar").args(["--extract", "--to-stdout", "--gzip", "--file"]).arg(&layer).arg(found),
    )?;
    ensure!(bytes == scene.module, "{found} is not the module");
    Ok(())
}

fn unpacked(scene: &ImageScene) -> Result<()> {
    let layer = scene.image.copy(&scene.scratch.path().join("copied"))?;
    let folder = scene.scratch.path().join("unpacked");
    fs::create_dir(&folder)?;
    output(
        Command::new("tar")
            .args(["--extract", "--gzip", "--file"])
            .arg(&layer)
            .arg("--directory")
            .arg(&folder),
    )?;
    check_tree(&folder, scene)
}

fn mounted(scene: &ImageScene) -> Result<()> {
    let bundle = Bundle::unpack(&scene.image, &scene.scratch.path().join("volume"))?;
    check_tree(&bundle.root(), scene)
}

fn check_tree(folder: &Path, scene: &ImageScene) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    names.sort_unstable();
    ensure!(names == [FETCHED, OURS], "there is {names:?}");
    ensure!(fs::read(folder.join(FETCHED))? == scene.module, "{FETCHED} is not the module");
    ensure!(fs::read_link(folder.join(OURS))? == Path::new(FETCHED), "{OURS} leads elsewhere");
    let metadata = fs::metadata(folder.join(OURS))?;
    let (mode, owner) = (metadata.permissions().mode() & 0o7777, (metadata.uid(), metadata.gid()));
    ensure!(mode == 0o644 && owner == (0, 0), "mode {mode:o}, owner {owner:?}");
    Ok(())
}
