//! The command in docs/operating.md that makes a mail log of Envoy's log: run as it stands there.

use std::path::Path;

use anyhow::{Context, Result};

use crate::manual::{quoted_after, sed};

const MANUAL: &str = include_str!("../../../docs/operating.md");

/// What Envoy puts in front of a line that the module logs: the plugin's name, root id and vm id, if it has one.
const MODULE_PREFIXES: [&str; 2] =
    ["wasm log postscreen postscreen postscreen: ", "wasm log postscreen postscreen: "];

/// Lines of Envoy's own, which are not for a mail log.
const ENVOYS_OWN: [&str; 2] = ["starting main dispatch loop", "wasm log other other: CONNECT from nobody"];

/// The words of the manual that Envoy and sed(1) are started with.
pub struct Manual {
    /// `--log-format`, in spdlog's notation.
    format: &'static str,
    script: &'static str,
}

impl Manual {
    pub fn read() -> Result<Self> {
        Ok(Self { format: quoted_after(MANUAL, "--log-format ")?, script: quoted_after(MANUAL, "sed -nu ")? })
    }

    /// A mail log as Envoy would write it, with lines of its own around.
    pub fn as_envoy_writes(&self, mail_log: &str) -> Result<String> {
        let mut log = String::new();
        for (line, prefix) in mail_log.lines().zip(MODULE_PREFIXES.into_iter().cycle()) {
            let (stamp, rest) = line.split_once(' ').context("a line without a time")?;
            let (tag, text) = rest.split_once(": ").context("a line without a tag")?;
            let pid = tag.trim_end_matches(']').rsplit('[').next().unwrap_or_default();
            let module = format!("{prefix}{text}");
            for text in ENVOYS_OWN.into_iter().chain([module.as_str()]) {
                let header = self.format.replace("%Y-%m-%dT%T.%e%z", stamp).replace("%P", pid);
                log += &header.replace("%v", text);
                log.push('\n');
            }
        }
        Ok(log)
    }

    /// What sed makes of Envoy's log.
    pub fn mail_log(&self, envoy_log: &Path) -> Result<String> {
        sed("-nu", self.script, envoy_log)
    }
}

#[cfg(test)]
mod tests;
