//! A machine of its own: this program's namespaces, with addresses, a folder /etc, a resolver and a Postfix.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ServerProcess;
use parity_suite::master::Master;
use parity_suite::namespace::{self, Cover};
use tempfile::TempDir;

use crate::etc::{self, PostfixSetup};

/// Where the world connects.
pub const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25)), 25);
/// Where a balancer finds the screen that is behind it.
pub const BEHIND_BALANCER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 25)), 25);
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

/// The running servers, and the files that lie over the machine's own. What is first here goes first.
#[derive(Debug)]
pub struct MailHost {
    postfix: Master,
    _unbound: ServerProcess,
    _covers: Vec<Cover>,
    root: TempDir,
}

// === impl MailHost ===

impl MailHost {
    /// Starts it. `module` is what configurations find in /etc/envoy.
    pub async fn start(mail_server: PostfixSetup, module: &Path) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("relay-").tempdir()?;
        let path = |name: &str| root.path().join(name);
        // Postfix's processes are not root.
        fs::set_permissions(root.path(), Permissions::from_mode(0o755))?;
        fs::write(path("addresses"), addresses())?;
        namespace::ip(&path("addresses"))?;
        fs::write(path("mail.log"), "")?;
        etc::write(&path("etc"), mail_server, module, &path("mail.log"))?;
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
        let unbound = start_unbound(root.path()).await?;
        etc::run(Command::new("newaliases").env("MAIL_CONFIG", "/etc/postfix"))?;
        etc::run(Command::new("postfix").arg("check"))?;
        etc::run(Command::new(CONFIGURE_INSTANCE).arg("-"))?;
        let postfix = Master::start(Path::new("/etc/postfix"), &path("mail.log")).await?;
        Ok(Self { postfix, _unbound: unbound, _covers: covers, root })
    }

    /// Stops Postfix; an error when it does not stop.
    pub fn stop(self) -> Result<()> {
        self.postfix.stop()
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

/// Commands of ip(8).
fn addresses() -> String {
    let ours = [Ipv4Addr::new(198, 51, 100, 25), Ipv4Addr::new(10, 0, 0, 25), BALANCER];
    let own = ours.into_iter().chain([STRANGER, LISTED]).chain(NEWCOMERS);
    let add = own.map(|address| format!("addr add {address}/32 dev lo\n"));
    std::iter::once("link set lo up\n".to_owned()).chain(add).collect()
}

/// With the README's lines, and those that keep it apart from the world: it knows no domain but one list with one
/// client.
async fn start_unbound(root: &Path) -> Result<ServerProcess> {
    let [a, b, c, d] = LISTED.octets();
    let (readme, directory) = (etc::readme_for_unbound()?, root.display());
    let configuration = format!(
        r#"{readme}
server:
  interface: {address}@{port}
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  do-daemonize: no
  module-config: "iterator"
  local-zone: "." static
  local-zone: "zen.spamhaus.org." static
  local-data: "{d}.{c}.{b}.{a}.zen.spamhaus.org. A 127.0.0.4"
remote-control:
  control-enable: no
"#,
        address = Ipv4Addr::LOCALHOST,
        port = 53,
    );
    let file = root.join("unbound.conf");
    fs::write(&file, configuration)?;
    let arguments = ["-d".to_owned(), "-c".to_owned(), file.display().to_string()];
    let log = root.join("unbound.log");
    let hint = "Debian has it: apt-get install unbound";
    let mut unbound = ServerProcess::start("unbound", Path::new(UNBOUND), arguments, log, hint)?;
    // As the README's first line has it.
    unbound.until_ready(async || tokio::net::TcpStream::connect("127.0.0.1:8053").await.is_ok()).await?;
    Ok(unbound)
}
