//! docker-mailserver, as far as Debian's Postfix can be it: with the lines that our values.yaml adds to its
//! user-patches.sh.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::shown::is_closed;
use super::{HOOKS_SCALE, Scene};
use crate::duplicates::{SIDECAR_VALUES, read};
use crate::kubelet::Pod;
use crate::mail_server;
use crate::manifest::{ConfigFiles, PodManifest, pod_of};

const INGRESS_VALUES: &str = "deploy/kubernetes/overlays/docker-mailserver-ingress/values.yaml";
/// The Service that the overlay brings, and its port.
const SCREENED: (&str, u16) = ("docker-mailserver-screened", 12_526);
/// What docs/kubernetes.md puts into the `ConfigMap` for the sidecars, from deploy/kubernetes on.
const SIDECAR_FILES: [&str; 3] = ["base/envoy.yaml", "base/listener.yaml", "base/unbound.conf"];

pub(super) async fn play_ingress(scene: &mut Scene<'_>) -> Result<()> {
    let (name, port) = SCREENED;
    let stage = scene.stage;
    let files = mail_server::files(str::to_owned, &patches(&read(INGRESS_VALUES)?)?)?;
    let manifest = mail_server::alone(port, files)?;
    let mail_server = Pod::start("docker-mailserver", manifest, &stage.images, &stage.world).await?;
    mail_server.until_ready().await?;
    stage.world.name(name, mail_server.address());
    let pod = stage.kustomize.manifests("docker-mailserver-ingress", &[])?.pod()?;
    let pod = scene.start("mail-edge", pod).await?;
    scene.mail(&pod, || mail_server::own_mailbox(&mail_server)).await;
    pod.delete(HOOKS_SCALE).await?;
    mail_server.delete(HOOKS_SCALE).await.map(drop)
}

pub(super) async fn play_sidecar(scene: &mut Scene<'_>) -> Result<()> {
    let values = read(SIDECAR_VALUES)?;
    let pod = sidecar(&values, &scene.stage.images.module)?;
    let pod = scene.start("docker-mailserver", pod).await?;
    scene.mail(&pod, || mail_server::own_mailbox(&pod)).await;
    scene.test("nobody outside reaches the port that believes headers", is_closed(&pod, SCREENED.1).await);
    pod.delete(HOOKS_SCALE).await.map(drop)
}

/// The chart's pod with our sidecars.
fn sidecar(values: &Value, module: &Path) -> Result<PodManifest> {
    let added = values["deployment"]["extraVolumes"].as_array().context("no extraVolumes")?.clone();
    let volumes: Vec<_> = mail_server::volumes().into_iter().chain(added).collect();
    // The port that reads headers is on loopback: readiness is that of the screen.
    let mut container = mail_server::container(0);
    container.as_object_mut().context("a container")?.remove("readinessProbe");
    let spec = json!({
        "initContainers": values["deployment"]["initContainers"],
        "containers": [container],
        "volumes": volumes,
    });
    let spec = pod_of(json!({"spec": {"template": {"spec": spec}}}))?;
    let mut files = ConfigFiles::from([("postscreen.wasm".to_owned(), fs::read(module)?)]);
    for file in SIDECAR_FILES {
        let name = file.rsplit('/').next().unwrap_or(file).to_owned();
        files.insert(name, fs::read(format!("deploy/kubernetes/{file}"))?);
    }
    let stand_in = mail_server::files(str::to_owned, &patches(values)?)?;
    Ok(PodManifest { spec, config_maps: [stand_in, ("mail-edge".to_owned(), files)].into() })
}

/// user-patches.sh.
fn patches(values: &Value) -> Result<String> {
    let script = values["configMaps"]["user-patches.sh"]["data"].as_str().context("no user-patches.sh")?;
    mail_server::without_conditionals(script)
}
