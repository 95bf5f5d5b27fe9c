//! Postfix's folder: main.cf, master.cf, and what the namespace needs beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use real_player::Story;
use tempfile::TempDir;

use super::dns_server::DnsServer;
use super::place::StoryPlace;
use super::{settings, tables};
use crate::namespace::{self, Cover};

/// Where our defaults are not Postfix's, because they name the machine: the names, the banner, the own networks.
const MAIN_CF: &str = "\
compatibility_level = 3.6
myhostname = localhost
smtpd_banner = $myhostname ESMTP
mynetworks = 127.0.0.0/8 [::1]/128
inet_protocols = all
";

/// The folder of a Postfix. It goes when dropped, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct PostfixFolder {
    root: PathBuf,
    _temporary: Option<TempDir>,
}

// === impl PostfixFolder ===

impl PostfixFolder {
    /// Writes everything but what Postfix creates itself. `more` are lines of main.cf.
    pub(crate) fn write(
        stories: &[Story],
        places: &BTreeMap<String, StoryPlace>,
        more: &str,
        keep: bool,
    ) -> Result<Self> {
        let temporary = tempfile::Builder::new().prefix("parity-").tempdir()?;
        let (root, temporary) = if keep {
            let root = temporary.keep();
            println!("Postfix's folder, which stays: {}", root.display());
            (root, None)
        } else {
            (temporary.path().to_owned(), Some(temporary))
        };
        let this = Self { root, _temporary: temporary };
        // Postfix's processes are not root.
        fs::set_permissions(&this.root, fs::Permissions::from_mode(0o755))?;
        for folder in [this.folder(), this.root.join("queue"), this.root.join("tables")] {
            fs::create_dir(folder)?;
        }
        fs::write(this.log(), "")?;
        fs::write(this.folder().join("main.cf"), this.main_cf() + more)?;
        fs::write(this.folder().join("master.cf"), this.master_cf(stories, places)?)?;
        Ok(this)
    }

    /// What `-c` takes.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join("etc")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// Where sockets between Postfix's processes are.
    pub(crate) fn private(&self) -> PathBuf {
        self.root.join("queue/private")
    }

    fn main_cf(&self) -> String {
        let root = self.root.display();
        format!(
            "{MAIN_CF}queue_directory = {root}/queue\ndata_directory = {root}/data\n\
             maillog_file = {root}/log\nmaillog_file_prefixes = {root}\n"
        )
    }

    fn master_cf(&self, stories: &[Story], places: &BTreeMap<String, StoryPlace>) -> Result<String> {
        let mut text = "postlog unix-dgram n - n - 1 postlogd\n".to_owned();
        for story in stories {
            let place = &places[&story.name];
            let tables = tables::TableFolder::new(self.root.join("tables"), place.clone());
            let parameters = settings::parameters(&story.scenario.policy, place, &tables)
                .with_context(|| format!("{}: postscreen cannot be given this policy", story.name))?;
            let _ = writeln!(text, "\n# {}", story.name);
            let _ = writeln!(text, "{}:25 inet n - n - 1 postscreen", place.server_name());
            for (name, value) in parameters {
                let _ = writeln!(text, "  -o {{ {name} = {value} }}");
            }
            let _ = writeln!(text, "{} unix - - n - 0 dnsblog", place.dnsblog());
            let _ = writeln!(text, "  -o syslog_name={}", place.syslog_name());
        }
        Ok(text)
    }

    /// Names, resolver and addresses, for this namespace only, as long as the covers are kept.
    pub(crate) fn fit_namespace(
        &self,
        stories: &[Story],
        places: &BTreeMap<String, StoryPlace>,
    ) -> Result<Vec<Cover>> {
        let mut hosts = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
        let mut addresses: BTreeSet<IpAddr> = stories
            .iter()
            .flat_map(|story| story.scenario.clients.values())
            .map(|client| client.from.to_canonical())
            .filter(|address| !address.is_loopback())
            .collect();
        for place in places.values() {
            for server in place.servers() {
                let _ = writeln!(hosts, "{server} {}", place.server_name());
                addresses.insert(server);
            }
        }
        let cover = |name: &str, text: &str| {
            let file = self.root.join(name);
            fs::write(&file, text)?;
            Cover::put(&file, &Path::new("/etc").join(name))
        };
        let covers = vec![cover("hosts", &hosts)?, cover("resolv.conf", &DnsServer::configuration())?];
        let batch = self.root.join("addresses");
        fs::write(&batch, ip_batch(&addresses))?;
        namespace::ip(&batch)?;
        Ok(covers)
    }

    /// Lets Postfix create the rest of its folder.
    pub(crate) fn complete(&self) -> Result<()> {
        let output = Command::new("postfix")
            .arg("-c")
            .arg(self.folder())
            .arg("check")
            .stdin(Stdio::null())
            .output()
            .context("postfix is missing: `cargo xtask parity` installs it")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "postfix check: {}\n{complaint}", output.status);
        Ok(())
    }
}

/// Commands of ip(8) that give the loopback interface these addresses; again and again, if need be.
fn ip_batch(addresses: &BTreeSet<IpAddr>) -> String {
    let mut batch = "link set lo up\n".to_owned();
    for address in addresses {
        let _ = match address {
            IpAddr::V4(address) => writeln!(batch, "addr replace {address}/32 dev lo"),
            IpAddr::V6(address) => writeln!(batch, "addr replace {address}/128 dev lo nodad"),
        };
    }
    batch
}

#[cfg(test)]
mod tests;
