//! Containers under Debian's crun.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ServerProcess;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use serde_json::{Value, json};

use crate::process::run;

/// How long a killed container may take to be gone.
const KILLED_MAX: Duration = Duration::from_secs(10);

/// A running container, killed when dropped.
#[derive(Debug)]
pub struct RunningContainer {
    process: ServerProcess,
    crun: Crun,
    id: String,
    _root: RootFileSystem,
}

/// crun, with its records in a folder of the pod's own.
#[derive(Clone, Debug)]
pub struct Crun {
    records: PathBuf,
}

/// The machine's own root file system, with writes kept in memory.
#[derive(Debug)]
struct RootFileSystem {
    bundle: PathBuf,
}

/// An error where a container cannot even say that all is well.
pub fn can_run_containers() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("kubernetes-").tempdir()?;
    let _root = RootFileSystem::mount(folder.path())?;
    let configuration = json!({
        "ociVersion": "1.0.0",
        "process": {"user": {"uid": 65532, "gid": 65532}, "args": ["/bin/true"], "cwd": "/", "noNewPrivileges": true},
        "root": {"path": "rootfs", "readonly": true},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
        "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "network"}]},
    });
    fs::write(folder.path().join("config.json"), serde_json::to_vec(&configuration)?)?;
    let bundle = folder.path().display().to_string();
    let crun = Crun::new(folder.path().join("crun"));
    run(Command::new("crun").args(crun.arguments(["run", "--bundle", &bundle, "kubernetes-suite"]))).map(drop)
}

// === impl RunningContainer ===

impl RunningContainer {
    /// Starts it. Its files are below `bundle`, its output goes to `log`.
    pub fn start(crun: &Crun, bundle: &Path, id: &str, configuration: &Value, log: &Path) -> Result<Self> {
        let root = RootFileSystem::mount(bundle)?;
        fs::write(bundle.join("config.json"), serde_json::to_vec(configuration)?)?;
        let bundle = bundle.display().to_string();
        let arguments = crun.arguments(["run", "--bundle", &bundle, id]);
        let hint = "Debian has it: apt-get install crun";
        let process =
            ServerProcess::start("the container", Path::new("crun"), arguments, log.to_owned(), hint)?;
        Ok(Self { process, crun: crun.clone(), id: id.to_owned(), _root: root })
    }

    /// Whether it is still there.
    pub fn is_running(&mut self) -> Result<bool> {
        self.process.is_running()
    }

    /// SIGTERM, and SIGKILL when it takes longer than `limit`. Whether it has ended by itself.
    pub async fn stop(mut self, limit: Duration) -> Result<bool> {
        self.signal("TERM")?;
        if self.process.until_end(limit).await.is_ok() {
            return Ok(true);
        }
        self.signal("KILL")?;
        self.process.until_end(KILLED_MAX).await?;
        Ok(false)
    }

    fn signal(&self, name: &str) -> Result<()> {
        run(Command::new("crun").args(self.crun.arguments(["kill", &self.id, name]))).map(drop)
    }
}

impl Drop for RunningContainer {
    fn drop(&mut self) {
        // Fails when it has ended, and then there is nothing left to kill.
        let _ = run(Command::new("crun").args(self.crun.arguments(["delete", "--force", &self.id])));
    }
}

// === impl Crun ===

impl Crun {
    /// With its records in this folder.
    pub fn new(records: PathBuf) -> Self {
        Self { records }
    }

    /// Its command line. Control groups are the machine's business.
    fn arguments<const N: usize>(&self, arguments: [&str; N]) -> Vec<String> {
        let records = self.records.display().to_string();
        let own = ["--cgroup-manager=disabled", "--root", &records];
        own.into_iter().chain(arguments).map(str::to_owned).collect()
    }
}

// === impl RootFileSystem ===

impl RootFileSystem {
    fn mount(bundle: &Path) -> Result<Self> {
        let (root, upper) = (bundle.join("rootfs"), bundle.join("written"));
        fs::create_dir_all(&root)?;
        fs::create_dir_all(&upper)?;
        mount("tmpfs", &upper, "tmpfs", MountFlags::empty(), None).context("cannot mount a tmpfs")?;
        let mounted = Self { bundle: bundle.to_owned() };
        let (files, work) = (upper.join("files"), upper.join("work"));
        fs::create_dir(&files)?;
        fs::create_dir(&work)?;
        let options = format!("lowerdir=/,upperdir={},workdir={}", files.display(), work.display());
        let options = std::ffi::CString::new(options)?;
        mount("overlay", &root, "overlay", MountFlags::empty(), Some(options.as_c_str()))
            .context("cannot mount an overlay of /")?;
        Ok(mounted)
    }
}

impl Drop for RootFileSystem {
    fn drop(&mut self) {
        // Before the folder is removed; at the end of the namespace they go in any case.
        for folder in ["rootfs", "written"] {
            let _ = unmount(self.bundle.join(folder), UnmountFlags::DETACH);
        }
    }
}
