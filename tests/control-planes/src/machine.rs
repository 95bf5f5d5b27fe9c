//! A cluster in this program's namespaces: addresses of pods and clients, the resolver as we ship it, a mail server.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;
use suite_namespace::{self as namespace, Cover};
use tempfile::TempDir;

use crate::mail_server::MailServer;
use crate::manifests::Manifests;

/// Where the world finds a gateway.
pub const GATEWAY: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 25);
/// Where it finds the pod of a mail server with a sidecar, which iptables lead to the sidecar.
pub const SIDECAR_POD: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 26);
/// Talks at once.
pub const EARLY: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);
/// Waits for its turn.
pub const POLITE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
/// Is on the first list of the configurations that we ship.
pub const LISTED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 11);
/// Is on the second one, an allowlist.
pub const ALLOWLISTED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 12);
/// So many more wait for their turn, for what is told of a number of clients only.
const CROWD: u8 = 20;
/// Connects for others, with a PROXY header.
pub const BALANCER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 99);
/// The mail server's pod, where the samples have it.
pub const MAIL_SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)), 2525);
/// The resolver's pod. What comes from there is what the resolver takes for a pod.
pub const RESOLVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 53)), 8053);
/// Its name in the cluster.
const RESOLVER_NAME: &str = "unbound.mail.svc.cluster.local";

const UNBOUND: &str = "/usr/sbin/unbound";
/// Manifests of the resolver.
const RESOLVERS: [&str; 2] = ["deploy/envoy-gateway/resolver.yaml", "deploy/istio/resolver.yaml"];

/// What runs; it stops when dropped.
#[derive(Debug)]
pub struct Machine {
    /// The mail server that reads the PROXY protocol.
    pub mail_server: MailServer,
    _unbound: ServerProcess,
    _hosts: Cover,
    root: TempDir,
}

// === impl Machine ===

impl Machine {
    /// Starts it.
    pub async fn start() -> Result<Self> {
        let root = tempfile::Builder::new().prefix("control-planes-").tempdir()?;
        let addresses = root.path().join("addresses");
        fs::write(&addresses, commands_of_ip())?;
        namespace::ip(&addresses)?;
        lead_to_sidecar()?;
        let hosts = root.path().join("hosts");
        fs::write(&hosts, format!("127.0.0.1 localhost\n{} {RESOLVER_NAME}\n", RESOLVER.ip()))?;
        let hosts = Cover::put(&hosts, Path::new("/etc/hosts"))?;
        let unbound = start_unbound(root.path()).await?;
        let mail_server = MailServer::start(MAIL_SERVER).await?;
        Ok(Self { mail_server, _unbound: unbound, _hosts: hosts, root })
    }

    /// A new folder in a folder that goes with the machine.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.path().join(name);
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}

/// The addresses of these.
pub fn crowd() -> impl Iterator<Item = Ipv4Addr> {
    (0..CROWD).map(|number| Ipv4Addr::new(203, 0, 113, 100 + number))
}

fn commands_of_ip() -> String {
    let clients = [EARLY, POLITE, LISTED, ALLOWLISTED, BALANCER].into_iter().chain(crowd()).map(IpAddr::V4);
    let servers = [GATEWAY.into(), SIDECAR_POD.into(), MAIL_SERVER.ip(), RESOLVER.ip()];
    let add = servers.into_iter().chain(clients).map(|address| format!("addr add {address}/32 dev lo\n"));
    std::iter::once("link set lo up\n".to_owned()).chain(add).collect()
}

/// The rule of Istio's with which a sidecar takes over what comes to its pod. Clients are in the same namespace here,
/// so it is for what goes out and not, as Istio's, for what comes in. What the sidecar itself sends to the mail server
/// comes from 127.0.0.6, and stays as it is.
fn lead_to_sidecar() -> Result<()> {
    let pod = SIDECAR_POD.to_string();
    let rule = ["-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-d", &pod, "!", "-s", "127.0.0.6"];
    let output = Command::new("iptables")
        .args(rule)
        .args(["-j", "REDIRECT", "--to-ports", "15006"])
        .stdin(Stdio::null())
        .output()
        .context("iptables is missing: install Debian's iptables")?;
    ensure!(output.status.success(), "iptables: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// With the configuration that we ship, and lines that keep it apart from the world: it knows no domain but two lists
/// with one client each.
async fn start_unbound(root: &Path) -> Result<ServerProcess> {
    let shipped = shipped_configuration()?;
    let reversed = |client: Ipv4Addr| {
        let [a, b, c, d] = client.octets();
        format!("{d}.{c}.{b}.{a}")
    };
    let configuration = format!(
        r#"{shipped}
server:
  directory: "{directory}"
  module-config: "iterator"
  local-zone: "." static
  local-zone: "zen.spamhaus.org." static
  local-data: "{listed}.zen.spamhaus.org. A 127.0.0.4"
  local-zone: "list.dnswl.org." static
  local-data: "{allowlisted}.list.dnswl.org. A 127.0.5.1"
"#,
        directory = root.display(),
        listed = reversed(LISTED),
        allowlisted = reversed(ALLOWLISTED),
    );
    let file = root.join("unbound.conf");
    fs::write(&file, configuration)?;
    let arguments = ["-d".to_owned(), "-c".to_owned(), file.display().to_string()];
    let (log, hint) = (root.join("unbound.log"), "Debian has it: apt-get install unbound");
    let mut unbound = ServerProcess::start("unbound", Path::new(UNBOUND), arguments, log, hint)?;
    unbound.until_ready(async || tokio::net::TcpStream::connect(RESOLVER).await.is_ok()).await?;
    Ok(unbound)
}

/// The same for both control planes.
fn shipped_configuration() -> Result<String> {
    let mut shipped = Vec::new();
    for file in RESOLVERS {
        let manifests = Manifests::read(&[file])?;
        let text = manifests.one("ConfigMap")?["data"]["unbound.conf"].as_str();
        shipped.push(text.with_context(|| format!("no unbound.conf in {file}"))?.to_owned());
    }
    ensure!(shipped.windows(2).all(|pair| pair[0] == pair[1]), "they differ: {}", RESOLVERS.join(", "));
    shipped.pop().context("no resolver is shipped")
}
