//! A machine of its own: this program's namespaces, with addresses, a folder /etc, a resolver and a Postfix.

use std::fs::{self, Permissions};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ServerProcess;
use parity_suite::master::Master;
use parity_suite::namespace::{self, Cover};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::etc::{self, PostfixSetup, SystemUser};

/// Where the world connects.
pub const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(SERVER_IP), 25);
/// Its address there.
pub const SERVER_IP: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 25);
/// Where a balancer finds the screen that is behind it.
pub const BEHIND_BALANCER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 25)), 25);
/// That balancer.
pub const BALANCER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// Passes the screen, and wants to relay.
pub const STRANGER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 77);
/// Is on a list.
pub const LISTED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 78);
/// Come for the first time, and talk at once.
pub const NEWCOMERS: [Ipv4Addr; 2] = [Ipv4Addr::new(203, 0, 113, 79), Ipv4Addr::new(203, 0, 113, 80)];
/// Where the configurations that we ship look for the mail server.
pub const MAIL_SERVER: &str = "127.0.0.1:2525";
/// A Postfix that reads no PROXY header, for the control.
pub const BLIND: &str = "127.0.0.1:2526";
/// The resolver, for those who ask over UDP.
pub const RESOLVER: &str = "127.0.0.1:53";
/// Postfix's own domain.
pub const DOMAIN: &str = "example.org";
/// Whose mailbox is here.
pub const RECIPIENT: &str = "recipient";

const UNBOUND: &str = "/usr/sbin/unbound";
/// What prepares the folder that Debian's smtpd is locked into.
const CONFIGURE_INSTANCE: &str = "/usr/lib/postfix/configure-instance.sh";

/// What a machine is to be.
#[derive(Clone, Debug)]
pub struct MailHostSetup {
    /// How its Postfix listens.
    pub postfix: PostfixSetup,
    /// What configurations find at /etc/envoy/postscreen.wasm.
    pub module: PathBuf,
    /// Its addresses; those who come to it have theirs here as well.
    pub addresses: Vec<Ipv4Addr>,
    /// What its resolver knows, as lines of unbound.conf(5). It asks nobody outside, and knows no other name.
    pub names: String,
    /// Whom programs need that are unpacked, not installed.
    pub users: Vec<SystemUser>,
}

/// The running servers, and the files that lie over the machine's own. What is first here goes first.
#[derive(Debug)]
pub struct MailHost {
    postfix: Option<Master>,
    unbound: Option<ServerProcess>,
    _covers: Vec<Cover>,
    root: TempDir,
}

// === impl MailHostSetup ===

impl MailHostSetup {
    /// With the clients of this suite, one of whom is on a list.
    pub fn with_strangers(postfix: PostfixSetup, module: &Path) -> Self {
        let ours = [SERVER_IP, Ipv4Addr::new(10, 0, 0, 25), BALANCER];
        let addresses = ours.into_iter().chain([STRANGER, LISTED]).chain(NEWCOMERS).collect();
        let [a, b, c, d] = LISTED.octets();
        let names = format!(
            r#"  local-zone: "zen.spamhaus.org." static
  local-data: "{d}.{c}.{b}.{a}.zen.spamhaus.org. A 127.0.0.4"
"#
        );
        Self { postfix, module: module.to_owned(), addresses, names, users: Vec::new() }
    }

    /// Commands of ip(8).
    fn addresses(&self) -> String {
        let add = self.addresses.iter().map(|address| format!("addr add {address}/32 dev lo\n"));
        std::iter::once("link set lo up\n".to_owned()).chain(add).collect()
    }
}

// === impl MailHost ===

impl MailHost {
    /// Starts it.
    pub async fn start(setup: &MailHostSetup) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("relay-").tempdir()?;
        let path = |name: &str| root.path().join(name);
        // Postfix's processes are not root.
        fs::set_permissions(root.path(), Permissions::from_mode(0o755))?;
        fs::write(path("addresses"), setup.addresses())?;
        namespace::ip(&path("addresses"))?;
        fs::write(path("mail.log"), "")?;
        etc::write(&path("etc"), setup, &path("mail.log"))?;
        let mut covers = vec![Cover::put(&path("etc"), Path::new("/etc"))?];
        for (name, over) in
            [("spool", "/var/spool/postfix"), ("lib", "/var/lib/postfix"), ("mail", "/var/mail")]
        {
            fs::create_dir(path(name))?;
            let as_installed =
                fs::metadata(over).with_context(|| format!("{over}: install Debian's postfix"))?;
            chown(path(name), Some(as_installed.uid()), Some(as_installed.gid()))?;
            covers.push(Cover::put(&path(name), Path::new(over))?);
        }
        fs::set_permissions(path("mail"), Permissions::from_mode(0o1777))?;
        let configuration = unbound_configuration(&setup.names, root.path())?;
        fs::write(path("unbound.conf"), configuration)?;
        let mut machine = Self { postfix: None, unbound: None, _covers: covers, root };
        machine.start_resolver().await?;
        etc::run(Command::new("newaliases").env("MAIL_CONFIG", "/etc/postfix"))?;
        etc::run(Command::new("postfix").arg("check"))?;
        etc::run(Command::new(CONFIGURE_INSTANCE).arg("-"))?;
        machine.start_postfix().await?;
        Ok(machine)
    }

    /// Stops Postfix; an error when it does not stop.
    pub fn stop(mut self) -> Result<()> {
        self.stop_postfix()
    }

    /// Starts Postfix; it listens when this returns.
    pub async fn start_postfix(&mut self) -> Result<()> {
        self.postfix = Some(Master::start(Path::new("/etc/postfix"), &self.file("mail.log")).await?);
        Ok(())
    }

    /// Whether Postfix has nothing in hand. Whoever ends it in the middle of a delivery leaves a lock in the mailbox,
    /// and nothing is delivered for some minutes.
    pub fn is_idle(&self) -> Result<bool> {
        let mut in_hand = 0;
        for queue in ["maildrop", "incoming", "active"] {
            let queue = self.file("spool").join(queue);
            in_hand += fs::read_dir(&queue).with_context(|| format!("no {}", queue.display()))?.count();
        }
        Ok(in_hand == 0 && !self.file("mail").join(format!("{RECIPIENT}.lock")).exists())
    }

    /// Stops Postfix; an error when it does not stop.
    pub fn stop_postfix(&mut self) -> Result<()> {
        self.postfix.take().context("Postfix does not run")?.stop()
    }

    /// The running Postfix.
    pub fn postfix(&self) -> Option<&Master> {
        self.postfix.as_ref()
    }

    /// Starts the resolver; it listens when this returns.
    pub async fn start_resolver(&mut self) -> Result<()> {
        let arguments = ["-d".to_owned(), "-c".to_owned(), self.file("unbound.conf").display().to_string()];
        let (log, hint) = (self.file("unbound.log"), "Debian has it: apt-get install unbound");
        let mut unbound = ServerProcess::start("unbound", Path::new(UNBOUND), arguments, log, hint)?;
        // As the README's first line has it.
        unbound.until_ready(async || TcpStream::connect("127.0.0.1:8053").await.is_ok()).await?;
        self.unbound = Some(unbound);
        Ok(())
    }

    /// The resolver.
    pub fn resolver(&mut self) -> Option<&mut ServerProcess> {
        self.unbound.as_mut()
    }

    /// A file in a folder that goes with the machine.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Postfix's log so far.
    pub fn log(&self) -> Result<String> {
        read(&self.file("mail.log"))
    }

    /// The mails that were delivered to [`RECIPIENT`], as mbox.
    pub fn mailbox(&self) -> Result<String> {
        let mailbox = self.file("mail").join(RECIPIENT);
        if mailbox.exists() { read(&mailbox) } else { Ok(String::new()) }
    }
}

fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// With the README's lines, and those that keep it apart from the world.
fn unbound_configuration(names: &str, root: &Path) -> Result<String> {
    let (readme, directory) = (etc::readme_for_unbound()?, root.display());
    Ok(format!(
        r#"{readme}
server:
  interface: 127.0.0.1@53
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  do-daemonize: no
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "." static
{names}
remote-control:
  control-enable: no
"#
    ))
}
