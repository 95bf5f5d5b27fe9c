//! Debian's fail2ban with its stock filters: a server of its own, and the tool that tries a filter on a file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::screen::until;

/// What the package installs, and what of it a server needs. Not jail.d, where Debian enables a jail for ssh.
const STOCK: &str = "/etc/fail2ban";
const STOCK_FILES: [&str; 4] = ["fail2ban.conf", "jail.conf", "paths-common.conf", "paths-debian.conf"];
const STOCK_DIRECTORIES: [&str; 2] = ["action.d", "filter.d"];

/// From the start to the answer to a ping.
const START_MAX: Duration = Duration::from_secs(30);

/// From a line in the log to the ban. The file is looked at every second or less.
const BAN_MAX: Duration = Duration::from_secs(20);

/// The two jails, both with the stock filter. `postfix` is the stock jail in the mode that docker-mailserver sets.
#[derive(Clone, Copy, Debug)]
pub enum Jail {
    Extra,
    Aggressive,
}

impl Jail {
    fn name(self) -> &'static str {
        match self {
            Self::Extra => "postfix",
            Self::Aggressive => "postfix-aggressive",
        }
    }

    fn filter(self) -> &'static str {
        match self {
            Self::Extra => "postfix[mode=extra]",
            Self::Aggressive => "postfix[mode=aggressive]",
        }
    }
}

/// The running server; stopped when dropped.
pub struct Fail2ban {
    child: Child,
    directory: PathBuf,
}

impl Fail2ban {
    /// Starts it in the foreground, with everything that it writes in `directory`, and waits until it answers.
    pub fn start(directory: &Path, mail_log: &Path) -> Result<Self> {
        configure(directory, mail_log).context("fail2ban's configuration")?;
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
    pub fn wait_for_bans(&self, jail: Jail, expected: &BTreeSet<Ipv4Addr>) -> Result<()> {
        let mut banned = BTreeSet::new();
        let waited = until("the bans", BAN_MAX, || {
            banned = self.banned(jail)?;
            Ok((banned == *expected).then_some(()))
        });
        waited.with_context(|| format!("{} has banned {banned:?}, not {expected:?}", jail.name()))
    }

    fn banned(&self, jail: Jail) -> Result<BTreeSet<Ipv4Addr>> {
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
pub fn found(jail: Jail, directory: &Path, log: &Path) -> Result<Vec<Ipv4Addr>> {
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

fn configure(directory: &Path, mail_log: &Path) -> Result<()> {
    for file in STOCK_FILES {
        fs::copy(Path::new(STOCK).join(file), directory.join(file)).with_context(|| format!("no {file}"))?;
    }
    for name in STOCK_DIRECTORIES {
        fs::create_dir(directory.join(name))?;
        for file in fs::read_dir(Path::new(STOCK).join(name)).with_context(|| format!("no {name}"))? {
            let file = file?;
            if file.file_type()?.is_file() {
                fs::copy(file.path(), directory.join(name).join(file.file_name()))?;
            }
        }
    }
    fs::write(directory.join("fail2ban.local"), "[DEFAULT]\ndbfile = :memory:\nlogtarget = STDOUT\n")?;
    fs::write(directory.join("jail.local"), jails(mail_log))?;
    Ok(())
}

/// The clients are on loopback, which is spared by default. One offence is enough, and nobody is locked out in earnest.
fn jails(mail_log: &Path) -> String {
    let [extra, aggressive] = [Jail::Extra, Jail::Aggressive].map(|jail| {
        let (name, filter) = (jail.name(), jail.filter());
        let log = mail_log.display();
        format!("[{name}]\nenabled = true\nfilter = {filter}\nlogpath = {log}\nbackend = polling\n")
    });
    format!("[DEFAULT]\nignoreself = false\nusedns = no\nmaxretry = 1\naction =\n\n{extra}\n{aggressive}")
}

/// Reads the last line of a jail's status, `Banned IP list:` and addresses.
fn banned(status: &str) -> Result<BTreeSet<Ipv4Addr>> {
    let (_, list) = status.split_once("Banned IP list:").with_context(|| format!("no list in: {status}"))?;
    list.split_whitespace().map(|address| Ok(address.parse()?)).collect()
}

#[cfg(test)]
mod tests;
