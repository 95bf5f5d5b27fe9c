//! The host's process.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// From the start to the listening socket. Compiling the component is most of it.
const START_MAX: Duration = Duration::from_mins(1);
/// How often a starting host is looked at.
const POLL: Duration = Duration::from_millis(20);
/// How the first line of output begins; the address follows.
const LISTENING: &str = "listening on ";

/// A running host; stopped when dropped.
pub struct HostProcess {
    child: Child,
    directory: TempDir,
    address: SocketAddr,
}

impl HostProcess {
    /// Starts it on a free port, and waits until it listens.
    pub async fn start(
        command: &[String],
        policy: &str,
        mail_server: SocketAddr,
        resolver: SocketAddr,
    ) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("postscreen-host-").tempdir()?;
        let file = |name: &str| directory.path().join(name);
        fs::write(file("policy.json"), policy)?;
        let (program, arguments) = command.split_first().context("there is no program to start")?;
        let child = Command::new(program)
            .args(arguments)
            .arg(file("policy.json"))
            .arg("127.0.0.1:0")
            .args([mail_server.to_string(), resolver.to_string()])
            .stdin(Stdio::null())
            .stdout(File::create(file("log"))?)
            .stderr(File::create(file("trouble"))?)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        // From here on dropping it stops the child.
        let mut host = Self { child, directory, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        host.address = host.until_it_listens().await?;
        Ok(host)
    }

    async fn until_it_listens(&mut self) -> Result<SocketAddr> {
        let deadline = Instant::now() + START_MAX;
        loop {
            if let Some((line, _)) = self.read("log")?.split_once('\n') {
                let address =
                    line.strip_prefix(LISTENING).with_context(|| format!("the host said: {line}"))?;
                return Ok(address.parse()?);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the host ended while it started: {status}\n{}", self.read("trouble")?);
            }
            ensure!(
                Instant::now() < deadline,
                "the host does not listen after {START_MAX:?}\n{}",
                self.read("trouble")?
            );
            sleep(POLL).await;
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its log, the server's port written as a story writes it.
    pub fn log(&self) -> Result<Vec<String>> {
        let port = format!("]:{}", self.address.port());
        let line = |line: &str| match line.strip_suffix(&port) {
            Some(before) if line.starts_with("CONNECT ") => format!("{before}]:25"),
            _ => line.to_owned(),
        };
        Ok(self.read("log")?.lines().skip(1).map(line).collect())
    }

    /// An error unless it still runs and has not complained of anything.
    pub fn is_well(&mut self) -> Result<()> {
        let trouble = self.read("trouble")?;
        if let Some(status) = self.child.try_wait()? {
            bail!("the host ended: {status}\n{trouble}");
        }
        ensure!(trouble.is_empty(), "the host complains:\n{trouble}");
        Ok(())
    }

    fn read(&self, name: &str) -> Result<String> {
        read(&self.directory.path().join(name))
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // Either call fails only for a child that has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
