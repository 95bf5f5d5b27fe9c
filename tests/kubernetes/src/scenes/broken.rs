//! What a pod must not be: ready, when nobody answers on its port for mail.

use anyhow::{Result, ensure};

use super::mail_ingress::{LISTENER, change};
use super::shown::replaced;
use super::{HOOKS_SCALE, Scene};
use crate::kubelet::Pod;
use crate::manifest::PodManifest;

/// What is mistaken in the one, and missing in the other.
const ACTION: &str = r#""greet_action": "ignore""#;
const MODULE: &str = "mail-edge-module-";

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<()> {
    let good = scene.stage.kustomize.manifests("mail-ingress", &[])?.pod()?;
    let mistaken = mistaken(good.clone())?;
    let result = with_a_mistake(scene, &good, mistaken).await;
    scene.test("a policy with a mistake at the start keeps the pod unready, until it is mended", result);
    let result = without_a_module(scene, good).await;
    scene.test("a missing module keeps the pod unready", result);
    Ok(())
}

fn mistaken(mut pod: PodManifest) -> Result<PodManifest> {
    let file = text(&pod)?;
    let mistaken = replaced(&file, ACTION, r#""greet_action": "dorp""#)?;
    pod.config_maps.insert(LISTENER.to_owned(), [("listener.yaml".to_owned(), mistaken.into_bytes())].into());
    Ok(pod)
}

async fn with_a_mistake(scene: &Scene<'_>, good: &PodManifest, mistaken: PodManifest) -> Result<()> {
    let pod = start(scene, "mistaken", mistaken).await?;
    is_alive_and_unready(&pod).await?;
    change(&pod, text(good)?)?;
    pod.until_ready().await?;
    pod.delete(HOOKS_SCALE).await.map(drop)
}

async fn without_a_module(scene: &Scene<'_>, mut pod: PodManifest) -> Result<()> {
    let map = pod.config_maps.iter_mut().find(|(name, _)| name.starts_with(MODULE));
    ensure!(map.is_some_and(|(_, files)| files.remove("postscreen.wasm").is_some()), "there is no module");
    let pod = start(scene, "empty", pod).await?;
    is_alive_and_unready(&pod).await
}

async fn start(scene: &Scene<'_>, name: &str, pod: PodManifest) -> Result<Pod> {
    Pod::start(name, pod, &scene.stage.images, &scene.stage.world).await
}

/// Its startup probe has succeeded.
async fn is_alive_and_unready(pod: &Pod) -> Result<()> {
    ensure!(pod.is_alive().await?, "it is not even alive");
    ensure!(!pod.is_ready().await?, "it is ready");
    Ok(())
}

fn text(pod: &PodManifest) -> Result<String> {
    let file = pod.config_maps.get(LISTENER).and_then(|files| files.get("listener.yaml"));
    Ok(String::from_utf8(file.cloned().unwrap_or_default())?)
}
