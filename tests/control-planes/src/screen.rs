//! An Envoy that runs what a control plane would send it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;
use envoy_suite::http;
use tokio::time::{Instant, sleep};

use crate::client::Door;
use crate::xds::{Xds, XdsFiles};

/// How long something may take that Envoy does in its own time.
const SETTLE_MAX: Duration = Duration::from_secs(10);
const SETTLE_POLL: Duration = Duration::from_millis(50);

/// What Envoy gets, and where it is then.
#[derive(Clone, Debug)]
pub struct ScreenSetup {
    /// From the control plane.
    pub xds: Xds,
    /// Options on the command line, which control planes use for the level of the log.
    pub options: Vec<String>,
    /// Where clients come.
    pub door: Door,
    /// The port of the admin interface.
    pub admin: u16,
    /// The port of the metrics.
    pub metrics: u16,
}

/// A running Envoy; it stops when dropped.
#[derive(Debug)]
pub struct Screen {
    server: ServerProcess,
    files: XdsFiles,
    admin: SocketAddr,
    metrics: SocketAddr,
}

// === impl Screen ===

impl Screen {
    /// Starts it in a folder of its own. Its pod is ready when this returns, whether it listens or not.
    pub async fn start(envoy: &Path, setup: &ScreenSetup, folder: PathBuf) -> Result<Self> {
        let files = XdsFiles::new(&folder);
        files.write(&setup.xds)?;
        let bootstrap = files.bootstrap.display().to_string();
        // Without hot restart Envoys do not meet in shared memory.
        let own = ["--disable-hot-restart", "--concurrency", "1", "--config-path", &bootstrap];
        let arguments = own.into_iter().chain(setup.options.iter().map(String::as_str));
        let hint = "`cargo xtask test` installs it";
        let server = ServerProcess::start("Envoy", envoy, arguments, folder.join("envoy.log"), hint)?;
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut screen = Self { server, files, admin: local(setup.admin), metrics: local(setup.metrics) };
        let admin = screen.admin;
        screen.server.until_ready(async || http::get(admin, "/ready").await.is_ok()).await?;
        Ok(screen)
    }

    /// How often it has refused what it was to listen with.
    pub async fn refusals(&self) -> Result<u64> {
        let name = "listener_manager.lds.update_rejected";
        let stats = http::get(self.admin, &format!("/stats?filter={name}")).await?;
        let value = stats.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        Ok(value.with_context(|| format!("Envoy has no counter {name}"))?.parse()?)
    }

    /// What Prometheus gets.
    pub async fn metrics(&self) -> Result<String> {
        http::get(self.metrics, "/stats/prometheus").await
    }

    /// Sends something else.
    pub fn update(&self, xds: &Xds) -> Result<()> {
        self.files.update(xds)
    }

    /// Waits until the log has all of these words on one line.
    pub async fn until_logged(&self, words: &[&str]) -> Result<()> {
        let deadline = Instant::now() + SETTLE_MAX;
        loop {
            let log = self.server.log()?;
            if log.lines().any(|line| words.iter().all(|word| line.contains(word))) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "no line with {words:?} in the log:\n{log}");
            sleep(SETTLE_POLL).await;
        }
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        self.server.log().unwrap_or_else(|error| format!("{error:#}"))
    }

    /// Stops it; an error if it has ended before, or ends badly.
    pub async fn stop(mut self) -> Result<()> {
        ensure!(self.server.is_running()?, "Envoy has ended; its log:\n{}", self.log());
        let status = self.server.terminate().await?;
        ensure!(status.success(), "Envoy ended with {status}; its log:\n{}", self.log());
        Ok(())
    }
}
