//! What is in each image, and what it says of itself.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::host_sim;
use super::layer::{Layer, LayerEntry};
use super::layout::{Image, WrittenImage};
use crate::repo::Repo;

/// The tag of the images, and their label.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A user that no system has, and nobody's files belong to: the one of other images that run as nobody in particular.
const USER: &str = "65532:65532";

/// The module and nothing else. Its digest depends on the module and on nothing else, unless `SOURCE_DATE_EPOCH` is
/// set.
pub fn write_module(repo: &Repo, folder: &Path) -> Result<WrittenImage> {
    let time = source_date()?;
    let image = Image {
        version: VERSION,
        // An image has to name one. Nobody who takes a module minds: Istio, Envoy Gateway, containerd and CRI-O look at
        // it only to choose from an index. There is no index of one image for each: Istio would compare the digest of
        // what it has chosen with that of the index, which the user has pinned.
        architecture: "amd64",
        created: rfc_3339(time),
        execution: json!({"Labels": labels("postscreen", "postscreen for Envoy: a Proxy-Wasm network filter")}),
        annotations: json!({"module.wasm.image/variant": "compat"}),
        layers: vec![module_layer(repo, time)?],
    };
    image.write(folder)
}

/// A built host-sim, what it needs, and the module in the same layer as in its own image, which registries then store
/// once.
pub fn write_host_sim(repo: &Repo, program: &Path, folder: &Path) -> Result<WrittenImage> {
    let time = source_date()?;
    let mut layers = Vec::from(host_sim::layers(program, time)?);
    layers.push(module_layer(repo, time)?);
    let image = Image {
        version: VERSION,
        architecture: architecture(),
        created: rfc_3339(time),
        execution: json!({
            // Without arguments it says what it can do. It screens nobody before it is told where the mail server is.
            "Cmd": ["--help"],
            "Entrypoint": [format!("/{}", host_sim::PROGRAM)],
            // What docs/sidecar.md has as --listen and --metrics.
            "ExposedPorts": {"2525/tcp": {}, "9125/tcp": {}},
            "Labels": labels("host-sim", "postscreen for Envoy without Envoy: the screen as one process"),
            "User": USER,
            "WorkingDir": "/",
        }),
        annotations: json!({}),
        layers,
    };
    image.write(folder)
}

/// Istio and Envoy Gateway look for a file of the first name. The second is what every configuration of ours calls it,
/// so that one mounts a `ConfigMap` or this image and changes nothing else; a link costs no second copy.
fn module_layer(repo: &Repo, time: u32) -> Result<Layer> {
    let module =
        fs::read(repo.module()).with_context(|| format!("cannot read {}", repo.module().display()))?;
    let entries =
        [("plugin.wasm", LayerEntry::File(module)), ("postscreen.wasm", LayerEntry::Link("plugin.wasm"))];
    Layer::pack(entries.map(|(path, entry)| (path.to_owned(), entry)), time)
}

fn labels(title: &str, description: &str) -> Value {
    json!({
        "org.opencontainers.image.description": description,
        "org.opencontainers.image.licenses": env!("CARGO_PKG_LICENSE"),
        "org.opencontainers.image.title": title,
        "org.opencontainers.image.version": VERSION,
    })
}

/// As Go calls the processor that host-sim is built for, which is the one that we run on.
fn architecture() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// When everything in an image was made, in seconds since 1970: `SOURCE_DATE_EPOCH`, or 0. Not the time of a commit: an
/// image in which nothing has changed keeps its digest, and nobody rolls it out again.
fn source_date() -> Result<u32> {
    env::var("SOURCE_DATE_EPOCH").map_or(Ok(0), |text| parse_source_date(&text))
}

fn parse_source_date(text: &str) -> Result<u32> {
    text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is {text:?}: expected seconds since 1970"))
}

fn rfc_3339(time: u32) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(time.into());
    humantime::format_rfc3339_seconds(time).to_string()
}

#[cfg(test)]
mod tests;
