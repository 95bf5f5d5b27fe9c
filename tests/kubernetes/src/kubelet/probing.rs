//! Probes, as the kubelet makes them: from the node, to the pod's address.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use envoy_suite::http;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::manifest::{Container, Probe, ProbeAction};

/// One attempt.
pub async fn succeeds(container: &Container, probe: &Probe, address: Ipv4Addr) -> Result<bool> {
    let action = probe.action(&container.ports)?;
    let attempt = async {
        match &action {
            ProbeAction::Get { port, path } => {
                http::get(SocketAddr::from((address, *port)), path).await.is_ok()
            }
            ProbeAction::Connect { port } => TcpStream::connect((address, *port)).await.is_ok(),
        }
    };
    Ok(timeout(probe.timeout(), attempt).await.unwrap_or(false))
}

/// Attempts until one succeeds; an error when too many in a row have failed. `alive` is an error when nobody is left
/// to ask.
pub async fn until_success(
    period: Duration,
    failures_max: u32,
    attempt: impl AsyncFn() -> Result<bool>,
    mut alive: impl FnMut() -> Result<()>,
) -> Result<()> {
    for _ in 0..failures_max {
        alive()?;
        if attempt().await? {
            return Ok(());
        }
        sleep(period).await;
    }
    bail!("{failures_max} attempts have failed, one every {period:?}")
}

#[cfg(test)]
mod tests;
