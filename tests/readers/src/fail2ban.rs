//! Debian's fail2ban: a server of its own, and the tool that tries a filter on a file.

mod configuration;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::screen::until;

pub use configuration::{Jail, shipped_maxretry};

/// From the start to the answer to a ping.
const START_MAX: Duration = Duration::from_secs(30);

/// From a line in the log to the ban. The file is looked at every second or less.
const BAN_MAX: Duration = Duration::from_secs(20);

/// The running server; stopped when dropped.
pub struct Fail2ban {
    child: Child,
    directory: PathBuf,
}

impl Fail2ban {
    /// Starts it in the foreground, with everything that it writes in `directory`, and waits until it answers. The
    /// stock jails watch one log, those with the filters that we ship the other.
    pub fn start(directory: &Path, stock_log: &Path, shipped_log: &Path) -> Result<Self> {
        configuration::write(directory, stock_log, shipped_log).context("fail2ban's configuration")?;
        let messages = File::create(directory.join("messages"))?;
        let child = program("fail2ban-server", directory)
            .arg("-f")
            .stdout(messages.try_clone()?)
            .stderr(messages)
            .spawn()
            .context("cannot start fail2ban-server")?;
        // From here on dropping it stops the child.
        let mut server = Self { child, directory: directory.to_owned() };
        until("fail2ban-server answers", START_MAX, || {
            if let Some(status) = server.child.try_wait()? {
                let messages = fs::read_to_string(server.directory.join("messages"))?;
                bail!("fail2ban-server ended: {status}\n{messages}");
            }
            Ok(server.ask(&["ping"])?.status.success().then_some(()))
        })?;
        Ok(server)
    }

    /// Waits until the jail has banned exactly these.
    pub fn wait_for_bans(&self, jail: Jail, expected: &BTreeSet<IpAddr>) -> Result<()> {
        let mut banned = BTreeSet::new();
        let waited = until("the bans", BAN_MAX, || {
            banned = self.banned(jail)?;
            Ok((banned == *expected).then_some(()))
        });
        waited.with_context(|| format!("{} has banned {banned:?}, not {expected:?}", jail.name()))
    }

    fn banned(&self, jail: Jail) -> Result<BTreeSet<IpAddr>> {
        let output = self.ask(&["status", jail.name()])?;
        let status = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "fail2ban-client: {}: {status}", output.status);
        banned(&status)
    }

    fn ask(&self, command: &[&str]) -> Result<Output> {
        program("fail2ban-client", &self.directory)
            .args(command)
            .output()
            .context("cannot start fail2ban-client")
    }
}

impl Drop for Fail2ban {
    fn drop(&mut self) {
        // Either call fails only for a child that has ended and been waited for. It has nothing to put in order: its
        // jails have no action, and its files go with the directory.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The addresses that `fail2ban-regex` finds in the file with the jail's filter, in the order of the lines.
pub fn found(jail: Jail, directory: &Path, log: &Path) -> Result<Vec<IpAddr>> {
    let output = Command::new("fail2ban-regex")
        .arg("--config")
        .arg(directory)
        .args(["--usedns", "no", "--out", "ip"])
        .arg(log)
        .arg(jail.filter())
        .output()
        .context("cannot start fail2ban-regex")?;
    let addresses = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "fail2ban-regex: {}: {addresses}{trouble}", output.status);
    addresses.split_whitespace().map(|address| Ok(address.parse()?)).collect()
}

/// A program that talks to the server of this directory, or is it.
fn program(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(name);
    command.arg("-c").arg(directory);
    command.arg("-s").arg(directory.join("socket")).arg("-p").arg(directory.join("pid"));
    command.stdin(Stdio::null());
    command
}

/// Reads the last line of a jail's status, `Banned IP list:` and addresses.
fn banned(status: &str) -> Result<BTreeSet<IpAddr>> {
    let (_, list) = status.split_once("Banned IP list:").with_context(|| format!("no list in: {status}"))?;
    list.split_whitespace().map(|address| Ok(address.parse()?)).collect()
}

#[cfg(test)]
mod tests;
