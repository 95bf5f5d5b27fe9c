//! Postfix's master(8), which starts everything else.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, waitpgid};
use tokio::time::{Instant, sleep};

/// Where Debian has Postfix's own programs.
const DAEMONS: &str = "/usr/lib/postfix/sbin";
/// How long the master may take to open all services.
const START_MAX: Duration = Duration::from_mins(1);
/// How long everything may take to end after SIGTERM; then it is killed.
const STOP_MAX: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);
/// What the master logs when its services are open.
const STARTED: &str = "daemon started";

/// A running master with a process group of its own. Dropping it ends the group.
#[derive(Debug)]
pub struct Master {
    child: Child,
    group: Pid,
}

// === impl Master ===

impl Master {
    /// Starts it with the configuration in `folder`, and waits until it has said in the file `log` that its services
    /// are open.
    pub async fn start(folder: &Path, log: &Path) -> Result<Self> {
        let read = || fs::read(log).unwrap_or_default();
        // An earlier one has said the same.
        let earlier = read().len();
        let log = || String::from_utf8_lossy(read().get(earlier..).unwrap_or_default()).into_owned();
        let child = Command::new(format!("{DAEMONS}/master"))
            // Stays in the foreground.
            .arg("-d")
            .arg("-c")
            .arg(folder)
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start Postfix's master")?;
        let group =
            i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a process id out of range")?;
        let mut master = Self { child, group };
        let deadline = Instant::now() + START_MAX;
        while !log().contains(STARTED) {
            if let Some(status) = master.child.try_wait()? {
                bail!("Postfix ended while starting ({status}); its log:\n{}", log());
            }
            ensure!(
                Instant::now() < deadline,
                "Postfix did not start within {START_MAX:?}; its log:\n{}",
                log()
            );
            sleep(POLL).await;
        }
        Ok(master)
    }

    /// The process group of everything that it has started.
    pub fn group(&self) -> Pid {
        self.group
    }

    /// Stops everything; an error when something had to be killed.
    pub fn stop(mut self) -> Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "Postfix ended before it was stopped");
        kill_process_group(self.group, Signal::TERM)?;
        let deadline = std::time::Instant::now() + STOP_MAX;
        while !self.all_ended()? {
            ensure!(std::time::Instant::now() < deadline, "Postfix still runs {STOP_MAX:?} after SIGTERM");
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Whether the whole group has ended. As the first process of the namespace, we inherit the master's children,
    /// which write their caches until the end.
    fn all_ended(&mut self) -> Result<bool> {
        if self.child.try_wait()?.is_none() {
            return Ok(false);
        }
        loop {
            match waitpgid(self.group, WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(false),
                Err(Errno::CHILD) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        // Fails when all have ended already, and then there is nothing left to stop.
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}
