//! Debian's packages: what a task lacks is installed, never silently.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{capture, run, succeeds};

/// Where invoke-rc.d asks whether a package may start its service.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// The answer to a question that a package's installer would ask, as debconf-set-selections(1) takes it.
pub struct Answer {
    pub package: &'static str,
    pub question: &'static str,
    pub kind: &'static str,
    pub value: &'static str,
}

/// Makes sure that the packages are installed. `why` says what needs them.
pub fn ensure(packages: &[&str], why: &str) -> Result<()> {
    ensure_with(packages, &[], why)
}

/// The same for packages that ask questions.
pub fn ensure_with(packages: &[&str], answers: &[Answer], why: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !succeeds(Command::new("apt-get").arg("--version")) {
        bail!("{why} needs {list}, Debian packages, and this machine has no apt-get");
    }
    if capture(Command::new("id").arg("-u"))? != "0" {
        bail!("{why} needs Debian packages; install them with: sudo apt-get install {list}");
    }
    println!("    {why} needs {list}: installing from Debian with apt-get (services are not started)");
    let _quiet = NoServices::ensure()?;
    for answer in answers {
        answer.give().with_context(|| format!("{why} needs {}, which asks questions", answer.package))?;
    }
    run(apt_get().arg("update"))?;
    run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(&missing))
        .with_context(|| format!("{why} needs {list}, and apt-get could not install it"))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.arg("-qq").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn installed(package: &str) -> bool {
    capture(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

impl Answer {
    fn give(&self) -> Result<()> {
        let Self { package, question, kind, value } = self;
        let line = format!("{package} {question} {kind} {value}\n");
        let mut debconf =
            Command::new("debconf-set-selections").stdin(Stdio::piped()).spawn().context("no debconf")?;
        if let Some(mut input) = debconf.stdin.take() {
            input.write_all(line.as_bytes())?;
        }
        let status = debconf.wait()?;
        ensure!(status.success(), "debconf-set-selections: {status}: {line}");
        Ok(())
    }
}

/// While it lives, packages may not start their services: the suites start their own servers, on ports of their own.
struct NoServices {
    ours: bool,
}

impl NoServices {
    fn ensure() -> Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            // 101 is "action not allowed" in Debian's invoke-rc.d interface.
            fs::write(POLICY, "#!/bin/sh\nexit 101\n").with_context(|| format!("cannot write {POLICY}"))?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { ours })
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(POLICY)
        {
            eprintln!("warning: {POLICY} stays behind: {error}");
        }
    }
}
