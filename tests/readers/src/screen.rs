//! `host-sim serve`, writing a mail log; and patience for what it and others do in their own time.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const POLICY: &str = include_str!("../policy.json");
const ZONE: &str = include_str!("../zone.yaml");

/// From the start to the listening socket. Compiling the module is most of it.
const START_MAX: Duration = Duration::from_mins(1);

/// How the first line of output begins; the address follows.
const LISTENING: &str = "listening on ";

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The running screen; stopped when dropped.
pub struct HostSimServe {
    child: Child,
    address: SocketAddr,
}

impl HostSimServe {
    /// Starts it on a free port, its output going into the file `log`. `directory` keeps its configuration.
    pub fn start(host_sim: &Path, module: &Path, directory: &Path, log: &Path) -> Result<Self> {
        let put = |name: &str, text| -> Result<PathBuf> {
            let file = directory.join(name);
            fs::write(&file, text)?;
            Ok(file)
        };
        let child = Command::new(host_sim)
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "syslog"])
            .arg("--config")
            .arg(put("policy.json", POLICY)?)
            .arg("--zone")
            .arg(put("zone.yaml", ZONE)?)
            .arg("--module")
            .arg(module)
            .stdin(Stdio::null())
            .stdout(File::create(log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", host_sim.display()))?;
        // From here on dropping it stops the child.
        let mut screen = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        screen.address = until("host-sim listens", START_MAX, || {
            if let Some(status) = screen.child.try_wait()? {
                bail!("host-sim ended: {status}");
            }
            listening(&fs::read_to_string(log)?)
        })?;
        Ok(screen)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As the log names it.
    pub fn pid(&self) -> u32 {
        self.child.id()
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
