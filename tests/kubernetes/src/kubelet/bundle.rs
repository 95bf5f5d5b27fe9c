//! An OCI bundle's config.json, for one container.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::environment::{Variables, expand};
use super::images::Image;
use super::volumes::Volumes;
use crate::manifest::{Container, PodSpec, SecurityContext, by_depth};

/// What container runtimes set, where the image says nothing else.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// What they allow root in a container, where the manifest does not drop it.
const CAPABILITIES: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// What surrounds a container.
pub struct Surroundings<'a> {
    pub pod: &'a PodSpec,
    pub hostname: &'a str,
    pub image: &'a Image,
    pub variables: &'a Variables,
    pub volumes: &'a Volumes,
    /// The files that the kubelet writes for every container of a pod, and where they are.
    pub pod_files: &'a [(PathBuf, &'static str)],
    pub network: &'a Path,
}

/// The configuration.
pub fn configuration(container: &Container, around: &Surroundings<'_>) -> Result<Value> {
    let security = container.security_context.over(&around.pod.security_context);
    let user = security.run_as_user.unwrap_or(0);
    ensure!(
        user != 0 || security.run_as_non_root != Some(true),
        "{}: runAsNonRoot, and the user is root",
        container.name
    );
    let command = container.command.as_ref().unwrap_or(&around.image.entry_point);
    let arguments: Vec<_> =
        command.iter().chain(&container.args).map(|word| expand(word, around.variables)).collect();
    let own = [format!("PATH={PATH}"), format!("HOSTNAME={}", around.hostname)];
    let environment: Vec<_> = own
        .into_iter()
        .chain(around.variables.iter().map(|(name, value)| format!("{name}={value}")))
        .collect();
    let namespaces = ["pid", "ipc", "uts", "mount"].map(|kind| json!({"type": kind}));
    let network = json!({"type": "network", "path": around.network});
    Ok(json!({
        "ociVersion": "1.0.0",
        "hostname": around.hostname,
        "process": {
            "terminal": false,
            "user": {"uid": user, "gid": security.run_as_group.unwrap_or(user)},
            "args": arguments,
            "cwd": "/",
            "env": environment,
            "capabilities": capabilities(&security, user),
            "noNewPrivileges": security.allow_privilege_escalation == Some(false),
        },
        "root": {"path": "rootfs", "readonly": security.read_only_root_filesystem == Some(true)},
        "mounts": mounts(container, around)?,
        "linux": {"namespaces": namespaces.into_iter().chain([network]).collect::<Vec<_>>()},
    }))
}

/// Who is not root has none in effect, whatever the container may have.
fn capabilities(security: &SecurityContext, user: u32) -> Value {
    let of_manifest = &security.capabilities;
    let nothing = of_manifest.drop.iter().any(|name| name == "ALL");
    let kept =
        CAPABILITIES.into_iter().filter(|name| !nothing && !of_manifest.drop.iter().any(|drop| drop == name));
    let allowed: Vec<_> =
        kept.chain(of_manifest.add.iter().map(String::as_str)).map(|name| format!("CAP_{name}")).collect();
    let effective = if user == 0 { allowed.clone() } else { Vec::new() };
    json!({"bounding": allowed, "effective": effective, "permitted": effective})
}

fn mounts(container: &Container, around: &Surroundings<'_>) -> Result<Vec<Value>> {
    let mut mounts = vec![
        json!({"destination": "/proc", "type": "proc", "source": "proc"}),
        json!({"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]}),
        json!({"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]}),
        json!({"destination": "/sys", "type": "none", "source": "/sys", "options": ["rbind", "ro"]}),
    ];
    for (file, place) in around.image.files.iter().chain(around.pod_files) {
        mounts.push(bind(file, Path::new(place), "ro"));
    }
    for mount in by_depth(container.volume_mounts.clone()) {
        let options = if mount.read_only { "ro" } else { "rw" };
        mounts.push(bind(&around.volumes.source(&mount)?, &mount.mount_path, options));
    }
    Ok(mounts)
}

fn bind(source: &Path, destination: &Path, mode: &str) -> Value {
    json!({"destination": destination, "type": "bind", "source": source, "options": ["rbind", mode]})
}

#[cfg(test)]
mod tests;
