//! The network namespace: addresses, ports and sockets enough for tens of thousands of clients.

use std::cell::Cell;
use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use parity_suite::namespace;
use rustix::mount::{MountFlags, mount};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// All of 10.0.0.0/8 is this machine: clients come from the first half, servers listen in the second.
const NETWORK: &str = "link set lo up\nroute replace local 10.0.0.0/8 dev lo\n";
const FIRST_CLIENT: u32 = 0x0a00_0001;
const FIRST_SERVER: u32 = 0x0aff_0001;

/// Twenty thousand clients, and the mail server's ends of their sessions: two descriptors each, here and in Envoy.
const FILES: u64 = 131_072;
/// What the kernel of this namespace is told: room for a burst of connections, and ports for all that Envoy opens.
const SETTINGS: [(&str, &str); 2] =
    [("net/core/somaxconn", "65535"), ("net/ipv4/ip_local_port_range", "1024 65535")];

/// Gives out addresses; none twice.
#[derive(Debug)]
pub(crate) struct Ground {
    files: u64,
    next_client: Cell<u32>,
    next_server: Cell<u32>,
}

// === impl Ground ===

impl Ground {
    /// Prepares the namespace. The folder of temporary files is in memory from now on: logs are written there by both
    /// sides, and Postfix's cache, and a disk that somebody else keeps busy would stop them for seconds.
    pub(crate) fn prepare() -> Result<Self> {
        let temporary = env::temp_dir();
        mount("tmpfs", &temporary, "tmpfs", MountFlags::empty(), c"mode=1777")
            .with_context(|| format!("cannot have {} in memory", temporary.display()))?;
        let batch = temporary.join("network");
        fs::write(&batch, NETWORK)?;
        namespace::ip(&batch)?;
        for (name, value) in SETTINGS {
            let file = Path::new("/proc/sys").join(name);
            fs::write(&file, value).with_context(|| format!("cannot set {name}"))?;
        }
        let files = raise_file_limit()?;
        Ok(Self { files, next_client: Cell::new(FIRST_CLIENT), next_server: Cell::new(FIRST_SERVER) })
    }

    /// How many files each process may have open.
    pub(crate) fn files(&self) -> u64 {
        self.files
    }

    /// The first of so many addresses of clients in a row.
    pub(crate) fn clients(&self, count: u32) -> u32 {
        self.next_client.replace(self.next_client.get() + count)
    }

    /// An address for one server.
    pub(crate) fn server(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.next_server.replace(self.next_server.get() + 1))
    }

    /// The same with a port for mail and one for administration.
    pub(crate) fn envoy(&self) -> [SocketAddr; 2] {
        let server = self.server();
        [25, 9901].map(|port| SocketAddr::from((server, port)))
    }
}

/// For this program and for all that it starts. Root may have more than it was given, but not everywhere.
fn raise_file_limit() -> Result<u64> {
    let maximum = getrlimit(Resource::Nofile).maximum.unwrap_or(FILES);
    for files in [maximum.max(FILES), maximum] {
        if setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum: Some(files) }).is_ok() {
            return Ok(files);
        }
    }
    bail!("the limit of {maximum} open files cannot be used")
}
