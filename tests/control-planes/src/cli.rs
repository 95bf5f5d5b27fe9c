//! The command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use suite_namespace::{self as namespace, NamespaceSide};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::machine::{Machine, SIDECAR_POD};
use crate::mail_server::MailServer;
use crate::monitoring;
use crate::planes::{self, LISTENER_NAMES, PLUGINS, SIDECARS};
use crate::report::Report;
use crate::scene::Stage;
use crate::schemas::Validators;

const ABOUT: &str = "Applies what we ship for Envoy Gateway and Istio to the configurations that they would make, runs \
the results in real Envoys, and sends clients; asks a real Prometheus everything that the dashboard asks, and draws \
the answers in target/control-planes/dashboard.txt.

`cargo xtask test control-planes monitoring` runs it after it has installed what it needs. By hand, as root, from the
project's folder:

  cargo run -p control-planes-suite                   everything
  cargo run -p control-planes-suite -- istio          one part

Everything happens in namespaces of its own: nothing outside can be reached or is changed, and no process is left
behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "control-planes-suite", about = "Envoy Gateway, Istio and Prometheus", long_about = ABOUT)]
pub struct Options {
    /// Parts [default: all]
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// The Envoy program
    #[arg(long, value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: PathBuf,
    /// The oldest one that works, which Istio 1.29 brings
    #[arg(long, value_name = "FILE", default_value = "target/envoy/1.37.0/bin/envoy")]
    oldest_envoy: PathBuf,
    /// The module
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// The program kubernetes-validate
    #[arg(long, value_name = "FILE", default_value = "target/control-planes/python/bin/kubernetes-validate")]
    kubernetes_validate: PathBuf,
    /// Where npm has installed definitions
    #[arg(long, value_name = "FOLDER", default_value = "target/control-planes/node")]
    models: PathBuf,
}

/// What can be asked for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Manifests beside their definitions
    Schemas,
    /// deploy/envoy-gateway in Envoy
    EnvoyGateway,
    /// deploy/istio in Envoy
    Istio,
    /// deploy/monitoring in Prometheus, which scrapes deploy/envoy in Envoy
    Monitoring,
}

/// Does what the user asks for.
pub fn run(options: &Options) -> Result<ExitCode> {
    if namespace::side() == NamespaceSide::Outside {
        return namespace::run_inside();
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            result = options.test() => result,
            ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

// === impl Options ===

impl Options {
    async fn test(&self) -> Result<ExitCode> {
        let report = Report::default();
        if self.plays(Part::Schemas) {
            let (kubernetes, models) = (self.kubernetes_validate.clone(), self.models.clone());
            Validators { kubernetes, models }.test(&report)?;
        }
        let machine = Machine::start().await?;
        let stage = Stage { machine: &machine, mail_server: &machine.mail_server, report: &report };
        // The two have no port in common. Most of the time clients wait for their turn.
        tokio::join!(
            async {
                if self.plays(Part::EnvoyGateway) {
                    self.envoy_gateway(stage).await;
                }
            },
            async {
                if self.plays(Part::Istio) {
                    self.istio_gateway(stage).await;
                    if let Err(error) = self.istio_sidecar(stage).await {
                        report.say("Istio sidecar: its mail server starts", &Err(error));
                    }
                }
            }
        );
        if self.plays(Part::Monitoring) {
            monitoring::test(&machine, &report, &self.envoy, &self.module).await?;
        }
        Ok(if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn plays(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    async fn envoy_gateway(&self, stage: Stage<'_>) {
        let setup = |(listener, patch)| planes::envoy_gateway(listener, patch, &self.module);
        let [first, second] = LISTENER_NAMES;
        for (named, (version, envoy)) in
            [(first, self.newest()), (second, self.newest()), (first, self.oldest())]
        {
            let name = format!("Envoy Gateway, listener {}, Envoy {version}", named.0);
            stage.screens(&name, envoy, setup(named)).await;
        }
        stage.envoy_gateway_fails(&self.envoy, || setup(first)).await;
    }

    async fn istio_gateway(&self, stage: Stage<'_>) {
        let setup = |(kind, plugin)| planes::istio_gateway(kind, plugin, &self.module);
        let [first, second] = PLUGINS;
        for (plugin, (version, envoy)) in
            [(first, self.newest()), (second, self.newest()), (first, self.oldest())]
        {
            let name = format!("Istio gateway, {}, Envoy {version}", plugin.0);
            stage.screens(&name, envoy, setup(plugin)).await;
        }
        stage.istio_fails(&self.envoy, || setup(first)).await;
    }

    /// With a mail server of its own, at the port where the world comes.
    async fn istio_sidecar(&self, stage: Stage<'_>) -> Result<()> {
        let mail_server = MailServer::start(SocketAddr::from((SIDECAR_POD, 25))).await?;
        let stage = Stage { mail_server: &mail_server, ..stage };
        for (files, balanced) in SIDECARS {
            let name = format!("Istio sidecar, {files}");
            stage.screens(&name, &self.envoy, planes::istio_sidecar(balanced, &self.module)).await;
        }
        Ok(())
    }

    fn newest(&self) -> (&str, &Path) {
        ("1.40", &self.envoy)
    }

    fn oldest(&self) -> (&str, &Path) {
        ("1.37", &self.oldest_envoy)
    }
}
