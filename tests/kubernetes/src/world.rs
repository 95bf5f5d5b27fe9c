//! What is around the pods: a node with its network, the cluster's DNS, and the world's.

mod dns;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use rustix::mount::{UnmountFlags, unmount};
use tempfile::TempDir;

use crate::process::run;
use dns::DnsServers;

/// The node, from which probes come.
pub const NODE: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 254);
/// Where pods ask for names of the cluster.
pub const CLUSTER_DNS: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 10);
/// Passes the screen, and wants to relay.
pub const STRANGER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 77);
/// Is on a list.
pub const LISTED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 78);
/// Talk before their turn.
pub const EARLY: [Ipv4Addr; 3] =
    [Ipv4Addr::new(203, 0, 113, 79), Ipv4Addr::new(203, 0, 113, 80), Ipv4Addr::new(203, 0, 113, 81)];
/// A balancer that opens connections of its own.
pub const BALANCER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// This program's own network namespace, as node and world.
pub struct World {
    dns: DnsServers,
    next: Cell<u8>,
    folder: TempDir,
}

/// A pod's place in it; unplugged when dropped.
#[derive(Debug)]
pub struct PodNetwork {
    /// The pod's own.
    pub address: Ipv4Addr,
    /// A file that holds the namespace.
    pub namespace: PathBuf,
    /// The node's end of the cable.
    plug: String,
}

// === impl World ===

impl World {
    /// Sets it up. It belongs to this program's network namespace, of which there is one.
    pub async fn set_up() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("kubernetes-").tempdir()?;
        let world = Self { dns: DnsServers::default(), next: Cell::new(1), folder };
        let own = [STRANGER, LISTED, BALANCER, CLUSTER_DNS].into_iter().chain(EARLY).chain(dns::ROOTS);
        let own: Vec<_> = own.map(|address| format!("addr add {address}/32 dev lo\n")).collect();
        let own = own.concat();
        let bridge = format!("link add node type bridge\naddr add {NODE}/24 dev node\nlink set node up\n");
        world.ip("addresses", &format!("link set lo up\n{own}{bridge}"), suite_namespace::ip)?;
        world.dns.start(dns_names()).await?;
        Ok(world)
    }

    /// Gives a pod its namespace and an address.
    pub fn connect(&self, name: &str) -> Result<PodNetwork> {
        let number = self.next.get();
        self.next.set(number + 1);
        let [a, b, c, _] = NODE.octets();
        let address = Ipv4Addr::new(a, b, c, number);
        let namespace = self.folder.path().join(format!("{number}-{name}"));
        File::create(&namespace)?;
        // It stays as long as the file is mounted, which is as long as this program's mount namespace.
        run(Command::new("unshare").arg(format!("--net={}", namespace.display())).arg("true"))?;
        let plug = format!("pod{number}");
        let inside = namespace.display();
        let cable = format!(
            "link add {plug} type veth peer name eth0 netns {inside}\nlink set {plug} master node up\n"
        );
        self.ip("cable", &cable, suite_namespace::ip)?;
        let own = format!(
            "link set lo up\naddr add {address}/24 dev eth0\nlink set eth0 up\nroute add default via {NODE}\n"
        );
        self.ip("inside", &own, |batch| {
            let inside = format!("--net={inside}");
            run(Command::new("nsenter").arg(inside).args(["ip", "-batch"]).arg(batch)).map(drop)
        })?;
        Ok(PodNetwork { address, namespace, plug })
    }

    /// Gives a Service of the namespace `mail` an address.
    pub fn name(&self, service: &str, address: Ipv4Addr) {
        self.dns.name(&format!("{service}.mail.svc.cluster.local"), address);
    }

    fn ip(&self, name: &str, batch: &str, apply: impl Fn(&Path) -> Result<()>) -> Result<()> {
        let file = self.folder.path().join(name);
        fs::write(&file, batch)?;
        apply(&file).with_context(|| batch.to_owned())
    }
}

impl Drop for PodNetwork {
    fn drop(&mut self) {
        // What fails here goes at the end of the suite's own namespaces. The other end goes with this one.
        let _ = unmount(&self.namespace, UnmountFlags::DETACH);
        let _ = run(Command::new("ip").args(["link", "delete", &self.plug]));
    }
}

/// What the world knows: one list with one client.
fn dns_names() -> BTreeMap<String, Ipv4Addr> {
    let [a, b, c, d] = LISTED.octets();
    [(format!("{d}.{c}.{b}.{a}.zen.spamhaus.org"), Ipv4Addr::new(127, 0, 0, 4))].into()
}
