//! A balancer that says who the client is.

use anyhow::{Context as _, Result, ensure};
use envoy_suite::client::proxy_header;

use super::shown::server;
use super::{HOOKS_SCALE, Scene};
use crate::client::SmtpClient;
use crate::kubelet::Pod;
use crate::mail_server::RECIPIENT;
use crate::world::{BALANCER, STRANGER};

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<()> {
    let kustomize = &scene.stage.kustomize;
    let switches = kustomize.switches("mail-ingress")?;
    let balancer: Vec<_> = switches.into_iter().filter(|one| one.name == "proxy-from-balancer").collect();
    ensure!(balancer.len() == 1, "mail-ingress has no proxy-from-balancer to switch on");
    let pod = kustomize.manifests("mail-ingress", &balancer)?.pod()?;
    let pod = scene.start("behind-balancer", pod).await?;
    scene.test("the balancer's header names the client, in both versions", names_the_client(&pod).await);
    scene.test("who brings no header is not served", needs_a_header(&pod).await);
    pod.delete(HOOKS_SCALE).await.map(drop)
}

async fn names_the_client(pod: &Pod) -> Result<()> {
    // That function's version goes by the port: see there.
    for port in [4_242, 4_243] {
        let header = proxy_header((STRANGER, port).into());
        let mut client = SmtpClient::connect(BALANCER, server(pod), &header).await?;
        client.expect("220 ").await?;
        client.command("EHLO client.example", "250 ").await?;
        client.command("MAIL FROM:<friend@client.example>", "250 ").await?;
        client.command(&format!("RCPT TO:<{RECIPIENT}>"), "250 ").await?;
        client.command("QUIT", "221 ").await?;
        let line = format!("CONNECT from [{STRANGER}]:{port}");
        let log = pod.log("envoy")?;
        ensure!(log.contains(&line), "no {line:?} in\n{log}");
    }
    Ok(())
}

async fn needs_a_header(pod: &Pod) -> Result<()> {
    let mut client = SmtpClient::connect(STRANGER, server(pod), b"EHLO client.example\r\n").await?;
    let error = client.expect("220 ").await.err().context("it is served")?;
    ensure!(format!("{error:#}").contains("after:"), "{error:#}");
    Ok(())
}
