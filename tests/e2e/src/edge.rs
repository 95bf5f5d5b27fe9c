//! The screen: Envoy with deploy/envoy/lds as it is, started with the command of docs/operating.md, which makes a mail
//! log of its log.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use envoy_suite::http;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::time::{Instant, sleep};

use crate::mail_log::Manual;
use crate::patience::until;

/// The listener's file, which is replaced by a rename.
const LISTENERS: &str = "/etc/envoy/lds/listeners.yaml";
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9901);
/// From the start to the open port: Envoy compiles the module.
const START_MAX: Duration = Duration::from_mins(1);
/// From SIGTERM, or from a fault that ends it, to its end.
const END_MAX: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);
/// How long Envoy may take to have taken, or refused, a new listener.
const UPDATE_MAX: Duration = Duration::from_secs(30);

/// A running Envoy with its readers. Dropping it kills both.
pub struct Edge {
    envoy: Child,
    readers: Child,
    program: PathBuf,
    folder: PathBuf,
}

// === impl Edge ===

impl Edge {
    /// Starts Envoy `program`; its whole log goes to a file in `folder` as well.
    pub async fn start(program: &Path, folder: &Path) -> Result<Self> {
        let manual = Manual::read()?;
        let raw = folder.join("envoy.log");
        // Not of the manual: a copy of everything, for who looks for a fault.
        let mut readers = Command::new("sh")
            .args(["-c", &format!("tee -a {} | {}", raw.display(), manual.reader)])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("cannot start the readers of Envoy's log")?;
        let input = readers.stdin.take().context("the readers have no input")?;
        let envoy = Command::new("sh")
            .args(["-c", &format!("exec {} {} 2>&1", program.display(), manual.arguments)])
            .stdin(Stdio::null())
            .stdout(input)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut edge = Self { envoy, readers, program: program.to_owned(), folder: folder.to_owned() };
        let deadline = Instant::now() + START_MAX;
        while http::get(ADMIN, "/ready").await.is_err() {
            if let Some(status) = edge.envoy.try_wait()? {
                bail!("Envoy ended while starting ({status}):\n{}", edge.log());
            }
            ensure!(Instant::now() < deadline, "Envoy is not ready within {START_MAX:?}:\n{}", edge.log());
            sleep(POLL).await;
        }
        Ok(edge)
    }

    /// As what started it does when it has ended.
    pub async fn start_again(&mut self) -> Result<()> {
        ensure!(self.envoy.try_wait()?.is_some(), "Envoy still runs");
        *self = Self::start(&self.program.clone(), &self.folder.clone()).await?;
        Ok(())
    }

    /// Ends it at once (SIGKILL), as a node without power does, unless it has ended.
    pub fn kill(&mut self) -> Result<()> {
        self.envoy.kill()?;
        self.envoy.wait()?;
        Ok(())
    }

    /// Waits until it ends by itself.
    pub async fn until_end(&mut self) -> Result<std::process::ExitStatus> {
        let deadline = Instant::now() + END_MAX;
        loop {
            if let Some(status) = self.envoy.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "Envoy still runs after {END_MAX:?}");
            sleep(POLL).await;
        }
    }

    /// Ends those who read its log.
    pub fn kill_readers(&mut self) -> Result<()> {
        kill_process_group(pid(&self.readers)?, Signal::KILL)?;
        self.readers.wait()?;
        Ok(())
    }

    /// Puts a changed file of the listener in place of the old one, as the manual says, and waits until Envoy has taken
    /// it or refused it; whether it was taken.
    pub async fn reconfigure(&self, change: impl FnOnce(&str) -> String) -> Result<bool> {
        let old = fs::read_to_string(LISTENERS)?;
        let new = change(&old);
        ensure!(new != old, "there is nothing to change in {LISTENERS}");
        let (taken, refused) = self.updates().await?;
        let beside = format!("{LISTENERS}.new");
        fs::write(&beside, new)?;
        fs::rename(&beside, LISTENERS)?;
        until("Envoy looks at the new listener", UPDATE_MAX, async || {
            let now = self.updates().await?;
            Ok(if now.0 > taken { Some(true) } else { (now.1 > refused).then_some(false) })
        })
        .await
    }

    async fn updates(&self) -> Result<(u64, u64)> {
        let lds = "listener_manager.lds.update_";
        Ok((self.stat(&format!("{lds}success")).await?, self.stat(&format!("{lds}rejected")).await?))
    }

    /// A counter or gauge of Envoy's.
    pub async fn stat(&self, name: &str) -> Result<u64> {
        let stats = http::get(ADMIN, &format!("/stats?filter=^{name}$")).await?;
        let value = stats.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        Ok(value.with_context(|| format!("Envoy has no stat {name}"))?.parse()?)
    }

    /// All that Envoy has logged.
    pub fn log(&self) -> String {
        let log = fs::read(self.folder.join("envoy.log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Ends it; an error if it has ended before, or ends badly.
    pub async fn stop(mut self) -> Result<()> {
        ensure!(self.envoy.try_wait()?.is_none(), "Envoy has ended:\n{}", self.log());
        kill_process(pid(&self.envoy)?, Signal::TERM)?;
        let status = self.until_end().await?;
        ensure!(status.success(), "Envoy ended with {status}:\n{}", self.log());
        Ok(())
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        // Each fails only for what has ended already. The readers end with their input.
        let _ = self.envoy.kill();
        let _ = self.envoy.wait();
        let _ = self.readers.wait();
    }
}

fn pid(child: &Child) -> Result<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a process id out of range")
}
