//! A probe of a container.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::container::ContainerPort;

/// A probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    http_get: Option<HttpGet>,
    tcp_socket: Option<TcpSocket>,
    #[serde(default = "ten")]
    period_seconds: u64,
    #[serde(default = "one")]
    timeout_seconds: u64,
    #[serde(default = "three")]
    failure_threshold: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpGet {
    path: String,
    port: Port,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TcpSocket {
    port: Port,
}

/// A port of the container, by number or by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Port {
    Number(u16),
    Name(String),
}

/// What a probe does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeAction {
    /// Asks for this path at this port.
    Get { port: u16, path: String },
    /// Connects to this port.
    Connect { port: u16 },
}

// Kubernetes' defaults.
fn ten() -> u64 {
    10
}
fn one() -> u64 {
    1
}
fn three() -> u32 {
    3
}

// === impl Probe ===

impl Probe {
    /// What is to be done, for a container with these ports.
    pub fn action(&self, ports: &[ContainerPort]) -> Result<ProbeAction> {
        let number = |port: &Port| match port {
            Port::Number(port) => Ok(*port),
            Port::Name(name) => ports
                .iter()
                .find(|port| port.name == *name)
                .map(|port| port.container_port)
                .with_context(|| format!("a probe of the port {name}, which the container does not have")),
        };
        if let Some(get) = &self.http_get {
            return Ok(ProbeAction::Get { port: number(&get.port)?, path: get.path.clone() });
        }
        let socket = self.tcp_socket.as_ref().context("a probe that does nothing")?;
        Ok(ProbeAction::Connect { port: number(&socket.port)? })
    }

    /// From one attempt to the next.
    pub fn period(&self) -> Duration {
        Duration::from_secs(self.period_seconds)
    }

    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// How many attempts may fail, one after the other, before the container counts as failed.
    pub fn failures_max(&self) -> u32 {
        self.failure_threshold
    }
}
