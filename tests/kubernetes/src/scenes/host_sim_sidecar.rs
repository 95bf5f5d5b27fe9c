//! Postfix and `host-sim serve` in one pod.

use anyhow::{Context as _, Result, ensure};

use super::Scene;
use super::postfix_sidecar::{BOXES, POSTFIX};
use super::shown::{
    drains, early_talker_is_refused, is_closed, metric, probes_are_unseen, replaced, server, until,
};
use crate::client::SmtpClient;
use crate::kubelet::Pod;
use crate::mail_server::{self, RECIPIENT};
use crate::world::{EARLY, STRANGER};

const POLICY: &str = "mail-edge-policy";
const FILE: &str = "policy.json";
const METRICS: &str = "/metrics";
const TAKEN: &str = r#"host_sim_reloads_total{result="applied"}"#;
const REFUSED: &str = r#"host_sim_reloads_total{result="refused"}"#;

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<()> {
    let pod = scene.stage.kustomize.manifests("host-sim-sidecar", &[])?.pod()?;
    let pod = scene.start("mail-edge", pod).await?;
    scene.mail(&pod, || mail_server::mailbox(&pod, BOXES)).await;
    scene.test("nobody outside reaches Postfix's own port", is_closed(&pod, POSTFIX).await);
    scene.test("a changed policy is taken, and an open session goes on", takes_changes(&pod).await);
    scene.test("a policy with a mistake is refused, and the old one stays", keeps_the_old_policy(&pod).await);
    let unseen = pod.log("host-sim").and_then(|log| probes_are_unseen(&log));
    scene.test("probes leave no line in the log", unseen);
    scene.test("it drains, Postfix first", drains(&pod, &["postfix", "host-sim", "unbound"]).await);
    Ok(())
}

async fn takes_changes(pod: &Pod) -> Result<()> {
    let mut open = SmtpClient::connect(STRANGER, server(pod), b"").await?;
    open.expect("220 ").await?;
    open.command("EHLO client.example", "250 ").await?;
    change(pod, r#""greet_action": "drop""#)?;
    until("host-sim to take the change", async || Ok(metric(pod, METRICS, TAKEN).await? > 0)).await?;
    early_talker_is_refused(server(pod), EARLY[0]).await.context("by the new policy")?;
    open.send(RECIPIENT, "over a change").await.context("the open session")
}

async fn keeps_the_old_policy(pod: &Pod) -> Result<()> {
    change(pod, r#""greet_action": "dorp""#)?;
    until("host-sim to refuse the change", async || Ok(metric(pod, METRICS, REFUSED).await? > 0)).await?;
    ensure!(pod.is_ready().await?, "the pod is not ready any more");
    early_talker_is_refused(server(pod), EARLY[1]).await.context("by the old policy")
}

fn change(pod: &Pod, action: &str) -> Result<()> {
    let file = pod.config(POLICY)?.get(FILE).context("no policy.json")?;
    let changed = replaced(std::str::from_utf8(file)?, r#""greet_action": "ignore""#, action)?;
    pod.change(POLICY, &[(FILE.to_owned(), changed.into_bytes())].into())
}
