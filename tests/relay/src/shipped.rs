//! The configurations for Envoy that we ship.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::client::Route;
use crate::screen::{ScreenProgram, ShippedScreen};

/// Where the configurations are that we ship.
const SHIPPED: &str = "deploy/envoy";
/// The one whose listener is in another file, which it finds in /etc/envoy/lds.
const WITH_LISTENER_FILE: &str = "deploy/envoy/lds/envoy.yaml";
/// What a configuration has that is for a host behind a balancer.
const PROXY_HEADERS: &str = "name: envoy.filters.listener.proxy_protocol";

/// An Envoy with one of them.
pub fn screen(configuration: &Path, envoy: &Path) -> Result<ShippedScreen> {
    let name = configuration.display();
    let text = fs::read_to_string(configuration).with_context(|| format!("cannot read {name}"))?;
    let route = if text.contains(PROXY_HEADERS) { Route::Balancer } else { Route::Direct };
    let name = format!("{name}, Envoy {}", version(envoy)?);
    let program = ScreenProgram::Envoy { envoy: envoy.to_owned(), configuration: configuration.to_owned() };
    Ok(ShippedScreen { name, program, route })
}

/// `1.40.0`, of `bin/envoy  version: 5c8d…/1.40.0/Clean/RELEASE/BoringSSL`.
fn version(envoy: &Path) -> Result<String> {
    let output = Command::new(envoy).arg("--version").output();
    let output = output.with_context(|| format!("cannot run {}", envoy.display()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = version_in(&said).with_context(|| format!("{} is no Envoy: {said}", envoy.display()))?;
    Ok(version.to_owned())
}

/// The program's path stands before it.
fn version_in(said: &str) -> Option<&str> {
    let (_, version) = said.split_once("  version: ")?;
    version.split('/').nth(1)
}

/// Every configuration for Envoy that we ship, so that a new one is tested without anybody's doing.
pub fn all() -> Result<Vec<PathBuf>> {
    let folder = Path::new(SHIPPED);
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {SHIPPED}"))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut configurations: Vec<_> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|name| name == "yaml")).collect();
    configurations.push(WITH_LISTENER_FILE.into());
    configurations.sort_unstable();
    ensure!(!configurations.is_empty(), "there is no configuration in {SHIPPED}");
    Ok(configurations)
}

#[cfg(test)]
mod tests;
