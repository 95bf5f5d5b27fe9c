//! Another configuration while clients are connected: at SIGHUP, and when the file changes.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;

use super::options::{self, ClusterNames};
use super::print::Event;
use super::server::Server;
use super::stop::Hangup;
use crate::refusal;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The longest file that is read. The engine takes a MiB.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The file that the configuration came from.
pub(super) struct PolicyWatch {
    file: Option<PathBuf>,
    /// The clusters' names at the start: the host knows no others.
    names: ClusterNames,
    seen: Option<Stamp>,
}

/// What changes when a file is written, or replaced by another one, as a `ConfigMap` of Kubernetes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

// === impl PolicyWatch ===

impl PolicyWatch {
    /// Whatever is written into `file` from now on is noticed.
    pub fn new(file: Option<&Path>) -> Self {
        Self { file: file.map(Path::to_owned), names: options::names(""), seen: file.and_then(Stamp::of) }
    }

    /// The policy that was read at the start.
    #[must_use]
    pub fn of(self, policy: &str) -> Self {
        Self { names: options::names(policy), ..self }
    }

    /// Reads the file again whenever there is a reason to.
    pub async fn run(mut self, server: Rc<Server>, mut hangup: Hangup) {
        loop {
            let asked = tokio::select! {
                () = hangup.wait() => true,
                () = sleep(LOOK_EVERY) => false,
            };
            let stamp = self.file.as_deref().and_then(Stamp::of);
            // A file that is gone for a moment is being replaced.
            let changed = stamp.is_some() && stamp != self.seen;
            if changed {
                self.seen = stamp;
            }
            if asked || changed {
                self.reload(&server);
            }
        }
    }

    fn reload(&self, server: &Rc<Server>) {
        let Some(file) = &self.file else {
            return server.notice(Event::Reloaded, None, "there is no --config to read again");
        };
        match self.read(file).and_then(|policy| server.reconfigure(&policy, &file.display().to_string())) {
            Ok(()) => {
                server.meters.reloads.inc();
                let text =
                    format!("{} is in force; those who are connected stay with the old one", file.display());
                server.notice(Event::Reloaded, None, &text);
            }
            Err(why) => {
                server.meters.reloads_refused.inc();
                server.notice(
                    Event::ReloadRefused,
                    None,
                    &format!("{why}; the old configuration stays in force"),
                );
            }
        }
    }

    fn read(&self, file: &Path) -> Result<String, String> {
        let name = file.display();
        let unreadable = |error| format!("{name} cannot be read: {error}");
        let data = std::fs::metadata(file).map_err(unreadable)?;
        if !data.is_file() {
            // Everybody would wait until somebody writes into a pipe.
            return Err(format!("{name}: not a regular file, so it cannot be read again"));
        }
        if data.len() > FILE_BYTES_MAX {
            return Err(format!("{name}: {} bytes: expected at most {FILE_BYTES_MAX}", data.len()));
        }
        let policy = std::fs::read_to_string(file).map_err(unreadable)?;
        options::not_empty(&policy).map_err(|why| format!("{name}: {why}"))?;
        let ClusterNames { resolver, speaker } = options::names(&policy);
        for (field, found, first) in [
            ("resolver.cluster", resolver, &self.names.resolver),
            ("lane.speaker_cluster", speaker, &self.names.speaker),
        ] {
            if found != *first {
                let shown = |name: Option<&str>| name.map_or("absent".to_owned(), |name| format!("{name:?}"));
                let (found, first) = (shown(found.as_deref()), shown(first.as_deref()));
                // Only JSON that can be read has names.
                if serde_json::from_str::<serde_json::Value>(&policy).is_ok() {
                    return Err(format!(
                        "{name}: {field}: {found}: expected {first} as at the start; a restart takes it"
                    ));
                }
            }
        }
        Ok(policy)
    }
}

// === impl Stamp ===

impl Stamp {
    /// `None` when there is no such file.
    fn of(file: &Path) -> Option<Self> {
        let data = std::fs::metadata(file).ok()?;
        Some(Self { modified: data.modified().ok(), bytes: data.len(), inode: data.ino() })
    }
}

impl Server {
    /// New clients are screened by `policy`. An error names the file, the field and the value, and changes nothing.
    fn reconfigure(self: &Rc<Self>, policy: &str, name: &str) -> Result<(), String> {
        let done = self.with_host(|host, now| host.reconfigure(policy, now));
        done.map_err(|error| refusal::line(&error, name))
    }
}

#[cfg(test)]
mod tests;
