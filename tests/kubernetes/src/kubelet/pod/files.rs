//! What the kubelet writes for every pod: its names, and where to ask for others.

use std::fs::{self, Permissions};
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::world::CLUSTER_DNS;

/// What pods of the namespace `mail` try behind a name that is short.
const SEARCH: &str = "search mail.svc.cluster.local svc.cluster.local cluster.local";

/// Writes them into a folder of the pod's: each file, and where containers have it.
pub fn write(folder: &Path, name: &str, address: Ipv4Addr) -> Result<Vec<(PathBuf, &'static str)>> {
    let hosts = format!("127.0.0.1 localhost\n::1 localhost\n{address} {name}\n");
    let resolver = format!("{SEARCH}\nnameserver {CLUSTER_DNS}\noptions ndots:5\n");
    let files = [
        ("hosts", hosts, "/etc/hosts"),
        ("resolv.conf", resolver, "/etc/resolv.conf"),
        ("hostname", format!("{name}\n"), "/etc/hostname"),
    ];
    let write = |(name, text, place)| {
        let file = folder.join(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, Permissions::from_mode(0o644))?;
        Ok((file, place))
    };
    files.into_iter().map(write).collect()
}
