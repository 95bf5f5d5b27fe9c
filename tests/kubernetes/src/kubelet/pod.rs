//! A pod: from its manifest to its end.

mod end;
mod files;

use std::cell::RefCell;
use std::fs::{self, Permissions};
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tokio::time::timeout;

use super::bundle::{Surroundings, configuration};
use super::containers::{Crun, RunningContainer};
use super::environment::variables;
use super::images::Images;
use super::probing::{succeeds, until_success};
use super::volumes::Volumes;
use crate::manifest::{ConfigFiles, Container, PodManifest, Probe};
use crate::world::{PodNetwork, World};

/// How long a pod may take to be ready after it has started.
const READY_MAX: Duration = Duration::from_secs(40);
/// The lines of a container's log that go into an error message.
const LOG_TAIL_LINES_MAX: usize = 20;

/// A pod with its own network. Dropping it ends its containers.
#[derive(Debug)]
pub struct Pod {
    /// In the order of their start: sidecars first.
    containers: Vec<RefCell<Option<RunningContainer>>>,
    manifest: PodManifest,
    volumes: Volumes,
    network: PodNetwork,
    name: String,
    folder: TempDir,
}

// === impl Pod ===

impl Pod {
    /// Makes the pod's volumes and network, and starts its containers; sidecars one after the other, each when the one
    /// before has started.
    pub async fn start(name: &str, manifest: PodManifest, images: &Images, world: &World) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("kubernetes-").tempdir()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let network = world.connect(name)?;
        let volumes = Volumes::make(&folder.path().join("volumes"), &manifest, images)?;
        let containers = Vec::new();
        let mut pod = Self { containers, manifest, volumes, network, name: name.to_owned(), folder };
        for (index, container) in pod.specs().into_iter().enumerate() {
            pod.start_container(&container, images)
                .with_context(|| format!("the container {} of {name}", container.name))?;
            if let Some(probe) = &container.startup_probe {
                let attempt = async || succeeds(&container, probe, pod.address()).await;
                until_success(probe.period(), probe.failures_max(), attempt, || pod.runs(index))
                    .await
                    .with_context(|| pod.words(&container.name, "has not started"))?;
            }
        }
        Ok(pod)
    }

    /// Its address.
    pub fn address(&self) -> Ipv4Addr {
        self.network.address
    }

    /// Waits until every container with a readiness probe is ready.
    pub async fn until_ready(&self) -> Result<()> {
        for (index, container) in self.specs().iter().enumerate() {
            let Some(probe) = &container.readiness_probe else { continue };
            let attempt = async || succeeds(container, probe, self.address()).await;
            let ready = until_success(probe.period(), u32::MAX, attempt, || self.runs(index));
            timeout(READY_MAX, ready)
                .await
                .with_context(|| self.words(&container.name, "is not ready"))??;
        }
        Ok(())
    }

    /// Whether all readiness probes succeed, now.
    pub async fn is_ready(&self) -> Result<bool> {
        self.all(|container| container.readiness_probe.as_ref()).await
    }

    /// Whether all liveness probes succeed, now.
    pub async fn is_alive(&self) -> Result<bool> {
        self.all(|container| container.liveness_probe.as_ref()).await
    }

    async fn all(&self, which: impl Fn(&Container) -> Option<&Probe>) -> Result<bool> {
        let mut seen = false;
        for container in self.specs() {
            let Some(probe) = which(&container) else { continue };
            seen = true;
            if !succeeds(&container, probe, self.address()).await? {
                return Ok(false);
            }
        }
        ensure!(seen, "{} has no such probe", self.name);
        Ok(true)
    }

    /// All that a container has printed.
    pub fn log(&self, container: &str) -> Result<String> {
        let log = self.log_file(container);
        let bytes = fs::read(&log).with_context(|| format!("no log of {container} of {}", self.name))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A folder of a volume.
    pub fn volume(&self, name: &str) -> PathBuf {
        self.volumes.folder(name)
    }

    /// The files of a `ConfigMap`.
    pub fn config(&self, name: &str) -> Result<&ConfigFiles> {
        self.manifest.config_maps.get(name).with_context(|| format!("there is no ConfigMap {name}"))
    }

    /// Writes changed files of a `ConfigMap` into the volumes.
    pub fn change(&self, config_map: &str, files: &ConfigFiles) -> Result<()> {
        self.volumes.change(config_map, files)
    }

    fn start_container(&mut self, container: &Container, images: &Images) -> Result<()> {
        let bundle = self.folder.path().join(&container.name);
        fs::create_dir(&bundle)?;
        let image = images.container(&container.image)?;
        let variables = variables(container, &self.manifest.config_maps)?;
        let pod_files = files::write(self.folder.path(), &self.name, self.address())?;
        let around = Surroundings {
            pod: &self.manifest.spec,
            hostname: &self.name,
            image: &image,
            variables: &variables,
            volumes: &self.volumes,
            pod_files: &pod_files,
            network: &self.network.namespace,
        };
        let configuration = configuration(container, &around)?;
        let crun = Crun::new(self.folder.path().join("crun"));
        let log = self.log_file(&container.name);
        let id = format!("{}-{}", self.name, container.name);
        let running = RunningContainer::start(&crun, &bundle, &id, &configuration, &log)?;
        self.containers.push(RefCell::new(Some(running)));
        Ok(())
    }

    fn specs(&self) -> Vec<Container> {
        let spec = &self.manifest.spec;
        spec.init_containers.iter().chain(&spec.containers).cloned().collect()
    }

    fn runs(&self, index: usize) -> Result<()> {
        let mut running = self.containers[index].borrow_mut();
        ensure!(running.as_mut().context("it has ended")?.is_running()?, "it has ended");
        Ok(())
    }

    fn log_file(&self, container: &str) -> PathBuf {
        self.folder.path().join(format!("{container}.log"))
    }

    /// What has happened, and the container's last words.
    fn words(&self, container: &str, what: &str) -> String {
        let log = self.log(container).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(LOG_TAIL_LINES_MAX)..].join("\n");
        format!("{container} of {} {what}; its last words:\n{tail}", self.name)
    }
}
