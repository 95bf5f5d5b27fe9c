//! The screen before a mail server in the cluster: everything that a policy can do, and its change.

use anyhow::{Context as _, Result, ensure};

use super::Scene;
use super::shown::{drains, early_talker_is_refused, metric, probes_are_unseen, replaced, server, until};
use crate::client::SmtpClient;
use crate::kubelet::Pod;
use crate::mail_server::{self, RECIPIENT};
use crate::world::{EARLY, LISTED, STRANGER};

/// What Envoy takes while it runs.
pub const LISTENER: &str = "mail-edge-listener";
const FILE: &str = "listener.yaml";
const STATS: &str = "/stats/prometheus";
const TAKEN: &str = "envoy_listener_manager_lds_update_success{";
const REFUSED: &str = "envoy_listener_manager_lds_update_rejected{";

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<()> {
    let pod = scene.stage.kustomize.manifests("mail-ingress", &[])?.pod()?;
    let pod = scene.start("mail-edge", pod).await?;
    scene.mail(&pod, || mail_server::own_mailbox(&scene.stage.mail_server)).await;
    scene.test("as shipped nobody is refused, and the log says who would be", harms_nobody(&pod).await);
    scene.test("a changed policy is taken, and an open session goes on", takes_changes(&pod).await);
    let (early, listed) =
        tokio::join!(early_talker_is_refused(server(&pod), EARLY[1]), listed_is_refused(&pod));
    scene.test("an early talker is refused", early);
    scene.test("a client on a list is refused", listed);
    scene.test("a policy with a mistake is refused, and the old one stays", keeps_the_old_policy(&pod).await);
    scene.test("probes leave no line in the log", pod.log("envoy").and_then(|log| probes_are_unseen(&log)));
    scene.test("it drains, and the resolver goes last", drains(&pod, &["envoy", "unbound"]).await);
    Ok(())
}

/// The file with the policy.
pub fn listener(pod: &Pod) -> Result<String> {
    let file = pod.config(LISTENER)?.get(FILE).context("no listener.yaml")?;
    Ok(String::from_utf8(file.clone())?)
}

/// Another one in its place.
pub fn change(pod: &Pod, text: String) -> Result<()> {
    pod.change(LISTENER, &[(FILE.to_owned(), text.into_bytes())].into())
}

async fn harms_nobody(pod: &Pod) -> Result<()> {
    let early = async {
        let mut client = SmtpClient::connect(EARLY[0], server(pod), b"EHLO early.example\r\n").await?;
        client.expect("220 ").await?;
        client.expect("250 ").await?;
        client.command("QUIT", "221 ").await
    };
    let listed = async {
        let mut client = SmtpClient::connect(LISTED, server(pod), b"").await?;
        client.expect("220 ").await?;
        client.command("QUIT", "221 ").await
    };
    let (early, listed) = tokio::join!(early, listed);
    early.context("the early talker")?;
    listed.context("the client on a list")?;
    let log = pod.log("envoy")?;
    for line in [format!("from [{}]", EARLY[0]), format!("DNSBL rank 3 for [{LISTED}]")] {
        ensure!(log.contains(&line), "no {line:?} in\n{log}");
    }
    Ok(())
}

async fn takes_changes(pod: &Pod) -> Result<()> {
    let mut open = SmtpClient::connect(STRANGER, server(pod), b"").await?;
    open.expect("220 ").await?;
    open.command("EHLO client.example", "250 ").await?;
    let before = metric(pod, STATS, TAKEN).await?;
    let strict = replaced(&listener(pod)?, r#""greet_action": "ignore""#, r#""greet_action": "drop""#)?;
    change(pod, replaced(&strict, r#""dnsbl_action": "ignore""#, r#""dnsbl_action": "drop""#)?)?;
    until("Envoy to take the change", async || Ok(metric(pod, STATS, TAKEN).await? > before)).await?;
    early_talker_is_refused(server(pod), EARLY[1]).await.context("by the new policy")?;
    open.send(RECIPIENT, "over a change").await.context("the open session")
}

async fn listed_is_refused(pod: &Pod) -> Result<()> {
    SmtpClient::connect(LISTED, server(pod), b"").await?.expect("521 ").await
}

async fn keeps_the_old_policy(pod: &Pod) -> Result<()> {
    change(pod, replaced(&listener(pod)?, r#""greet_action": "ignore""#, r#""greet_action": "dorp""#)?)?;
    until("Envoy to refuse the change", async || Ok(metric(pod, STATS, REFUSED).await? > 0)).await?;
    ensure!(pod.is_ready().await?, "the pod is not ready any more");
    let log = pod.log("envoy")?;
    ensure!(log.contains("greet_action") && log.contains("dorp"), "the log does not say why:\n{log}");
    early_talker_is_refused(server(pod), EARLY[2]).await.context("by the old policy")
}
