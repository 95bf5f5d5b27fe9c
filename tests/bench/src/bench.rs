//! What all cases share: the files, the addresses, and how servers are started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use envoy_suite::fixture::{EnvoyFiles, Shipped, ShippedEnvoy};
use envoy_suite::runner::TestProgress;
use serde_json::Value;
use tempfile::TempDir;

use crate::ground::Ground;
use crate::mail_server::SmtpSink;

/// One thread of Envoy's serves all clients, as one process of postscreen does.
const WORKERS: u32 = 1;

/// A run.
#[derive(Debug)]
pub(crate) struct BenchRun {
    pub(crate) program: EnvoyFiles,
    pub(crate) rounds: u32,
    pub(crate) ground: Ground,
    pub(crate) mail_server: SmtpSink,
    root: PathBuf,
    directory: TempDir,
    progress: TestProgress,
}

// === impl BenchRun ===

impl BenchRun {
    /// `root` is the project's folder.
    pub(crate) fn new(program: EnvoyFiles, root: &Path, rounds: u32) -> Result<Self> {
        let ground = Ground::prepare()?;
        // The files can lie where memory covers them now.
        program.check()?;
        let directory = tempfile::Builder::new().prefix("postscreen-bench-").tempdir()?;
        let mail_server = SmtpSink::start(ground.server())?;
        let progress = TestProgress::of("bench");
        Ok(Self { program, rounds, ground, mail_server, root: root.to_owned(), directory, progress })
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn say(&self, what: impl std::fmt::Display) {
        self.progress.say(what);
    }

    /// Says which round begins.
    pub(crate) fn say_round(&self, round: u32, what: &str) {
        self.say(format_args!("round {} of {}: {what}", round + 1, self.rounds));
    }

    /// What we ship, with another policy, with our mail server, and without an access log, which is not asked for.
    pub(crate) fn screened(&self, policy: &Value) -> Result<Shipped> {
        let mut shipped = self.shipped()?;
        shipped.policy(policy)?;
        Ok(shipped)
    }

    /// The same with the access log that we ship.
    pub(crate) fn logged(&self, policy: &Value) -> Result<Shipped> {
        let mut shipped = Shipped::read(&self.root)?;
        shipped.backend(self.mail_server.address())?.policy(policy)?;
        Ok(shipped)
    }

    /// What is shipped without the screen, and with Envoy's own buffers.
    pub(crate) fn plain(&self) -> Result<Shipped> {
        let mut shipped = self.shipped()?;
        shipped.without_screen()?;
        Ok(shipped)
    }

    pub(crate) async fn start(&self, shipped: Shipped) -> Result<ShippedEnvoy> {
        shipped.start(&self.program, self.envoy_addresses(), WORKERS).await
    }

    pub(crate) fn envoy_addresses(&self) -> [SocketAddr; 2] {
        self.ground.envoy()
    }

    fn shipped(&self) -> Result<Shipped> {
        let mut shipped = Shipped::read(&self.root)?;
        shipped.backend(self.mail_server.address())?.without_access_log()?;
        Ok(shipped)
    }
}
