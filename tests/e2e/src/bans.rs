//! Debian's fail2ban, with the filter and the jail that we ship, which bans in earnest: with iptables, in the network
//! namespace of the suite.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;

use crate::patience::until;

const SERVER: &str = "/usr/bin/fail2ban-server";
const CLIENT: &str = "fail2ban-client";
/// What is shipped, and where docs/fail2ban.md says that it goes.
const SHIPPED: [(&str, &str); 2] = [
    ("deploy/fail2ban/postscreen.conf", "/etc/fail2ban/filter.d/postscreen.conf"),
    ("deploy/fail2ban/jail.local", "/etc/fail2ban/jail.d/postscreen.local"),
];
const JAIL: &str = "postscreen";
/// What is not shipped, and why.
const LOCAL: [(&str, &str); 2] = [
    // There is no syslog here, and no bans of earlier times.
    ("/etc/fail2ban/fail2ban.local", "[DEFAULT]\ndbfile = :memory:\nlogtarget = STDOUT\n"),
    // Zombies have their addresses on this machine.
    ("/etc/fail2ban/jail.d/zz-one-machine.local", "[DEFAULT]\nignoreself = false\n"),
];
/// From a line in the log to the ban. The file is looked at every second or less.
pub const BAN_MAX: Duration = Duration::from_secs(30);

/// The running server; it stops when dropped, and its bans go with the namespace.
pub struct Fail2ban {
    server: ServerProcess,
    folder: PathBuf,
}

// === impl Fail2ban ===

impl Fail2ban {
    /// Starts it, with its socket in `folder`.
    pub async fn start(folder: &Path) -> Result<Self> {
        for (from, to) in SHIPPED {
            fs::copy(from, to).with_context(|| format!("{from} cannot be put to {to}: install fail2ban"))?;
        }
        for (file, text) in LOCAL {
            fs::write(file, text)?;
        }
        let at = |name: &str| folder.join(name).display().to_string();
        let arguments = ["-f".to_owned(), "-s".to_owned(), at("socket"), "-p".to_owned(), at("pid")];
        let (log, hint) = (folder.join("fail2ban.log"), "Debian has it: apt-get install fail2ban");
        let mut server = ServerProcess::start("fail2ban", Path::new(SERVER), arguments, log, hint)?;
        let asks = Asks { folder: folder.to_owned() };
        server.until_ready(async || asks.ask(&["ping"]).is_ok_and(|answer| answer.status.success())).await?;
        Ok(Self { server, folder: folder.to_owned() })
    }

    /// Waits until all of these are banned.
    pub async fn until_banned(&self, expected: &[Ipv4Addr]) -> Result<()> {
        let asks = Asks { folder: self.folder.clone() };
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        let waited =
            until("the bans", BAN_MAX, async || Ok(expected.is_subset(&asks.banned()?).then_some(())));
        let log = || self.server.log().unwrap_or_default();
        waited.await.with_context(|| format!("{expected:?} are to be banned; fail2ban's log:\n{}", log()))
    }

    /// Who is banned now.
    pub fn banned(&self) -> Result<BTreeSet<Ipv4Addr>> {
        Asks { folder: self.folder.clone() }.banned()
    }

    /// Stops it.
    pub async fn stop(mut self) -> Result<()> {
        let status = self.server.terminate().await?;
        ensure!(status.success(), "fail2ban ended with {status}");
        Ok(())
    }
}

/// Who talks to the server of this folder.
struct Asks {
    folder: PathBuf,
}

// === impl Asks ===

impl Asks {
    fn ask(&self, command: &[&str]) -> Result<Output> {
        let mut client = Command::new(CLIENT);
        client.arg("-s").arg(self.folder.join("socket")).arg("-p").arg(self.folder.join("pid"));
        client.args(command).output().with_context(|| format!("cannot start {CLIENT}"))
    }

    /// The last line of the jail's status is `Banned IP list:` and addresses.
    fn banned(&self) -> Result<BTreeSet<Ipv4Addr>> {
        let output = self.ask(&["status", JAIL])?;
        let status = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "{CLIENT}: {}: {status}", output.status);
        let list = status.split_once("Banned IP list:").map(|(_, list)| list);
        let list = list.with_context(|| format!("no list in: {status}"))?;
        list.split_whitespace().map(|address| Ok(address.parse()?)).collect()
    }
}
