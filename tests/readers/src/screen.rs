//! `host-sim serve`, writing a mail log; and patience for what it and others do in their own time.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const ZONE: &str = include_str!("../zone.yaml");

/// From the start to the listening socket. Compiling the module is most of it.
const START_MAX: Duration = Duration::from_mins(1);

/// From another configuration in the file to the line that says that it is in force. It looks every second.
const RELOAD_MAX: Duration = Duration::from_secs(10);

/// From a client's end to the last of its lines.
const LINES_MAX: Duration = Duration::from_secs(5);

/// How the first line of output begins; the address follows.
const LISTENING: &str = "listening on ";

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The running screen; stopped when dropped.
pub struct HostSimServe {
    program: PathBuf,
    child: Child,
    address: SocketAddr,
    policy: PathBuf,
    log: PathBuf,
}

impl HostSimServe {
    /// Starts it on a free port. `directory` keeps its configuration and its output, under this name.
    pub fn start(host_sim: &Path, module: &Path, directory: &Path, name: &str, policy: &str) -> Result<Self> {
        let put = |end: &str, text| -> Result<PathBuf> {
            let file = directory.join(format!("{name}.{end}"));
            fs::write(&file, text)?;
            Ok(file)
        };
        let (policy, log) = (put("json", policy)?, put("log", "")?);
        let child = Command::new(host_sim)
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "syslog"])
            .arg("--config")
            .arg(&policy)
            .arg("--zone")
            .arg(put("yaml", ZONE)?)
            .arg("--module")
            .arg(module)
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", host_sim.display()))?;
        // From here on dropping it stops the child.
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut screen = Self { program: host_sim.to_owned(), child, address, policy, log };
        screen.address = until("host-sim listens", START_MAX, || {
            if let Some(status) = screen.child.try_wait()? {
                bail!("host-sim ended: {status}");
            }
            listening(&screen.log())
        })?;
        Ok(screen)
    }

    /// host-sim itself.
    pub fn program(&self) -> &Path {
        &self.program
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// The log so far; empty when it cannot be read.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The module's lines of it.
    pub fn module_log(&self) -> String {
        let tag = format!(" localhost postfix/postscreen[{}]: ", self.child.id());
        self.log().lines().filter(|line| line.contains(&tag)).flat_map(|line| [line, "\n"]).collect()
    }

    /// Clients that come from now on are screened by this policy.
    pub fn reconfigure(&self, policy: &str) -> Result<()> {
        let count = || self.log().matches(" is in force; ").count();
        let before = count();
        // As a whole: a file that is being written is none.
        let new = self.policy.with_extension("new");
        fs::write(&new, policy)?;
        fs::rename(&new, &self.policy)?;
        until("the new configuration", RELOAD_MAX, || Ok((count() > before).then_some(())))
    }

    /// Waits for the last lines of so many clients.
    pub fn wait_for_ended(&self, clients: usize) -> Result<()> {
        until("the access lines of all clients", LINES_MAX, || {
            Ok((self.log().matches("]: access: ").count() == clients).then_some(()))
        })
    }
}

impl Drop for HostSimServe {
    fn drop(&mut self) {
        // Either call fails only for a child that has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the first line, once that is complete.
fn listening(log: &str) -> Result<Option<SocketAddr>> {
    let Some((line, _)) = log.split_once('\n') else { return Ok(None) };
    let address = line.strip_prefix(LISTENING).with_context(|| format!("host-sim said: {line}"))?;
    Ok(Some(address.parse()?))
}

/// Looks until there is something; an error after `limit`, or when looking itself fails.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("{what}: not within {} s", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests;
