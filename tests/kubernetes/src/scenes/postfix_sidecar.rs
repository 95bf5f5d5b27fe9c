//! Postfix and the screen in one pod.

use anyhow::Result;

use super::Scene;
use super::shown::{drains, is_closed};
use crate::mail_server;

/// Postfix's port for the screen.
pub const POSTFIX: u16 = 2525;
/// Where the volume has the mailboxes.
pub const BOXES: &str = "mail/boxes";

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<()> {
    let pod = scene.stage.kustomize.manifests("postfix-sidecar", &[])?.pod()?;
    let pod = scene.start("mail-edge", pod).await?;
    scene.mail(&pod, || mail_server::mailbox(&pod, BOXES)).await;
    scene.test("nobody outside reaches Postfix's own port", is_closed(&pod, POSTFIX).await);
    scene.test("it drains, Postfix first", drains(&pod, &["postfix", "envoy", "unbound"]).await);
    Ok(())
}
