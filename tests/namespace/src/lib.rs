//! Namespaces of the suite's own: the program starts itself anew inside of them.
//!
//! The inner program is the first process of its PID namespace, so that the kernel ends everything that it has started
//! when it ends. It ends when its standard input does: the outer program holds the other end, however it goes.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::mount::{UnmountFlags, mount_bind, unmount};
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;

/// Set for the inner program, to the outer program's network namespace.
const INSIDE: &str = "POSTSCREEN_SUITE_OUTSIDE";
const NETWORK: &str = "/proc/self/ns/net";

/// Where this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceSide {
    /// As the user has started it.
    Outside,
    /// In namespaces of its own.
    Inside,
}

/// Where this process runs: inside only when its network is really another one.
pub fn side() -> NamespaceSide {
    let outer = env::var_os(INSIDE);
    let here = fs::read_link(NETWORK).ok();
    match (outer, here) {
        (Some(outer), Some(here)) if outer != here.as_os_str() => NamespaceSide::Inside,
        _ => NamespaceSide::Outside,
    }
}

/// Runs this program again, with the same arguments, inside. Its exit status is ours.
///
/// # Errors
///
/// Unless started by root, on a machine with unshare(1).
pub fn run_inside() -> Result<ExitCode> {
    ensure!(rustix::process::geteuid().is_root(), "namespaces and port 25 need root: start it with sudo");
    let network = fs::read_link(NETWORK).context("cannot see the network namespace")?;
    let status = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"])
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(INSIDE, network)
        .stdin(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            // Waiting would close it, and that is how the inner program learns that we have ended.
            let _held = child.stdin.take();
            child.wait()
        })
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow::anyhow!("unshare is missing: install Debian's util-linux"),
            _ => anyhow::anyhow!("cannot start unshare: {error}"),
        })?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Waits until the outer program is gone.
///
/// # Errors
///
/// When the standard input is no pipe, so that nobody can tell.
pub async fn outside_has_ended() -> Result<()> {
    let input = std::io::stdin().as_fd().try_clone_to_owned()?;
    let mut input = pipe::Receiver::from_owned_fd(input).context("the standard input is no pipe")?;
    // The outer program never writes: whatever this read says, there is nobody left to work for.
    let _ = input.read_u8().await;
    Ok(())
}

/// A file that lies over another one, for this mount namespace only, until dropped.
#[derive(Debug)]
pub struct Cover(PathBuf);

/// Runs commands of ip(8), one per line.
///
/// # Errors
///
/// When one of them fails.
pub fn ip(batch: &Path) -> Result<()> {
    let output = Command::new("ip")
        .arg("-batch")
        .arg(batch)
        .stdin(Stdio::null())
        .output()
        .context("ip is missing: install Debian's iproute2")?;
    if !output.status.success() {
        bail!(
            "ip -batch {}: {}\n{}",
            batch.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

// === impl Cover ===

impl Cover {
    /// Lays the file or folder `by` over the one that is there already.
    pub fn put(by: &Path, over: &Path) -> Result<Self> {
        mount_bind(by, over)
            .with_context(|| format!("cannot put {} over {}", by.display(), over.display()))?;
        Ok(Self(over.to_owned()))
    }
}

impl Drop for Cover {
    fn drop(&mut self) {
        // At the end of the namespace it goes in any case.
        let _ = unmount(&self.0, UnmountFlags::DETACH);
    }
}
