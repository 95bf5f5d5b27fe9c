//! Debian's packages that conflict with one that is installed: unpacked into a folder of their own below target.
//! Nothing of them is configured, and none of their scripts is run.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{apt_get, debian, packages};
use crate::process::{capture, run, succeeds};

/// Packages that are unpacked together.
pub struct UnpackedPackages {
    pub packages: &'static [&'static str],
    /// What these depend on, as far as it is no part of every Debian: installed as usual.
    pub libraries: &'static [&'static str],
}

impl UnpackedPackages {
    /// Unpacks the newest versions that apt knows into `home`, once for each of them. `why` says what needs them.
    pub fn unpack(&self, home: &Path, why: &str) -> Result<()> {
        debian(self.libraries, why)?;
        let list = self.packages.join(" ");
        if !succeeds(Command::new("apt-get").arg("--version")) {
            bail!("{why} needs {list}, Debian packages, and this machine has no apt-get");
        }
        if self.versions()?.is_some_and(|versions| packages::has(home, &versions)) {
            return Ok(());
        }
        println!("    {why} needs {list}: unpacking into {} with apt-get and dpkg-deb", home.display());
        run(apt_get().arg("update"))?;
        let versions = self.versions()?.with_context(|| format!("{why} needs {list}, and apt has none"))?;
        packages::anew(home, &versions, |home| {
            // Apt's own user may not be able to reach the folder.
            let as_we_are = ["-o", "APT::Sandbox::User=root"];
            run(apt_get().current_dir(home).args(as_we_are).arg("download").args(versions.lines()))?;
            for entry in fs::read_dir(home)?.collect::<Result<Vec<_>, _>>()? {
                let archive = entry.path();
                if archive.extension() == Some(OsStr::new("deb")) {
                    run(Command::new("dpkg-deb").arg("--extract").arg(&archive).arg(home))?;
                    fs::remove_file(archive)?;
                }
            }
            Ok(())
        })
        .with_context(|| format!("{why} needs {list}, and they cannot be unpacked"))
    }

    /// `package=version`, one on a line; none when apt has no lists yet, or does not know one of them.
    fn versions(&self) -> Result<Option<String>> {
        let version = |package: &&str| {
            let policy =
                capture(Command::new("apt-cache").env("LC_ALL", "C.UTF-8").args(["policy", package]))?;
            Ok(candidate(&policy).map(|version| format!("{package}={version}\n")))
        };
        self.packages.iter().map(version).collect()
    }
}

/// The version that apt would install, out of what `apt-cache policy` says.
fn candidate(policy: &str) -> Option<&str> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then_some(version)
}

#[cfg(test)]
mod tests;
