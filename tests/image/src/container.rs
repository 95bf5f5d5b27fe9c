//! An unpacked image, and runc, which runs it as a kubelet would have it run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::stored::StoredImage;
use crate::tool::{output, text};

/// From a signal to the end.
const END_MAX: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// A bundle of the OCI runtime specification: the tree of an image, and what umoci makes of its configuration.
#[derive(Debug)]
pub struct Bundle {
    folder: PathBuf,
    config: Value,
    /// What runc calls its container, of which there is one at a time; and the kernel its control group, which other
    /// suites must not share.
    id: String,
}

/// What a pod says of its container.
#[derive(Debug)]
pub struct PodContainer<'a> {
    /// In place of the image's own arguments.
    pub args: Option<&'a [&'a str]>,
    /// Files and folders from outside, with the places where the container sees them.
    pub mounts: &'a [(&'a Path, &'a str)],
}

/// A container that runs; gone when dropped.
#[derive(Debug)]
pub struct RunningContainer<'a> {
    bundle: &'a Bundle,
    runc: Child,
    log: PathBuf,
}

// === impl Bundle ===

impl Bundle {
    /// Unpacks an image into a folder that is not there yet.
    pub fn unpack(image: &StoredImage, folder: &Path) -> Result<Self> {
        output(Command::new("umoci").args(["unpack", "--image", &image.reference()?]).arg(folder))?;
        let config = serde_json::from_slice(&fs::read(folder.join("config.json"))?)?;
        let id = folder.to_string_lossy().trim_matches('/').replace('/', "-");
        Ok(Self { folder: folder.to_owned(), config, id })
    }

    /// The image's tree.
    pub fn root(&self) -> PathBuf {
        self.folder.join("rootfs")
    }

    /// Starts a container under the restricted Pod Security Standard and with a read-only root, in our own network.
    pub fn run(&self, container: &PodContainer) -> Result<RunningContainer<'_>> {
        let config = self.configured(container)?;
        fs::write(self.folder.join("config.json"), config.to_string())?;
        let log = self.folder.join("log");
        let written = File::create(&log)?;
        let mut runc = self.runc(&["run", "--bundle"]);
        runc.arg(&self.folder).arg(&self.id).stdin(Stdio::null());
        let runc = runc.stdout(written.try_clone()?).stderr(written).spawn().context("cannot start runc")?;
        Ok(RunningContainer { bundle: self, runc, log })
    }

    fn configured(&self, container: &PodContainer) -> Result<Value> {
        let mut config = self.config.clone();
        let process = &mut config["process"];
        process["terminal"] = json!(false);
        process["capabilities"] = json!({});
        process["noNewPrivileges"] = json!(true);
        // umoci would have it open 1,024 files; a kubelet sets no limit.
        process["rlimits"] = json!([]);
        if let Some(args) = container.args {
            let own = process["args"].as_array().context("no arguments")?;
            let entrypoint = own.first().context("no entrypoint")?.clone();
            process["args"] = [entrypoint].into_iter().chain(args.iter().map(|arg| json!(arg))).collect();
        }
        config["root"]["readonly"] = json!(true);
        let mounts = config["mounts"].as_array_mut().context("no mounts")?;
        for (source, destination) in container.mounts {
            mounts.push(json!({
                "source": source, "destination": destination, "type": "bind", "options": ["bind", "ro"],
            }));
        }
        let namespaces = config["linux"]["namespaces"].as_array_mut().context("no namespaces")?;
        namespaces.retain(|namespace| namespace["type"] != "network");
        Ok(config)
    }

    /// Its records are kept beside the bundle.
    fn runc(&self, args: &[&str]) -> Command {
        let mut runc = Command::new("runc");
        runc.arg("--root").arg(self.folder.join("runc")).args(args);
        runc
    }
}

// === impl RunningContainer ===

impl RunningContainer<'_> {
    /// The process number of its program.
    pub fn pid(&self) -> Result<u64> {
        let state: Value = serde_json::from_str(&text(&mut self.bundle.runc(&["state", &self.bundle.id]))?)?;
        state["pid"].as_u64().with_context(|| format!("runc says {state}"))
    }

    /// What the program has written so far.
    pub fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// An error once it has ended.
    pub fn check_alive(&mut self) -> Result<()> {
        match self.runc.try_wait()? {
            Some(status) => bail!("it has ended: {status}\n{}", self.log()?),
            None => Ok(()),
        }
    }

    /// Lets it end by itself: its status, and what it has written.
    pub fn end(mut self) -> Result<(ExitStatus, String)> {
        let deadline = Instant::now() + END_MAX;
        loop {
            if let Some(status) = self.runc.try_wait()? {
                return Ok((status, self.log()?));
            }
            ensure!(Instant::now() < deadline, "runs after {END_MAX:?}\n{}", self.log()?);
            thread::sleep(POLL);
        }
    }

    /// Ends it as a kubelet does.
    pub fn terminate(self) -> Result<(ExitStatus, String)> {
        output(&mut self.bundle.runc(&["kill", &self.bundle.id, "TERM"]))?;
        self.end()
    }
}

impl Drop for RunningContainer<'_> {
    fn drop(&mut self) {
        // All of these fail for a container that has ended by itself.
        let _ = output(&mut self.bundle.runc(&["delete", "--force", &self.bundle.id]));
        let _ = self.runc.kill();
        let _ = self.runc.wait();
    }
}
