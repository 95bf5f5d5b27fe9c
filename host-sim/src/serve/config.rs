//! From the command line to the host's settings.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use miette::{IntoDiagnostic, LabeledSpan, NamedSource, WrapErr, miette};
use postscreen_scenario::{Mistake, Zones, parse};

use crate::{Cluster, HttpCluster, Settings};

/// Every client on loopback, and short waits.
pub(super) const BUILT_IN_POLICY: &str = include_str!("policy.json");
const BUILT_IN_ZONES: &str = include_str!("zone.yaml");

/// The module's configuration, and what to call it in a diagnostic.
pub(super) struct Policy {
    pub name: String,
    pub text: String,
}

pub(super) fn policy(file: Option<&Path>) -> miette::Result<Policy> {
    match file {
        Some(file) => {
            let (name, text) = (file.display().to_string(), read(file)?);
            not_empty(&text).map_err(|why| miette!("{name}: {why}"))?;
            Ok(Policy { name, text })
        }
        None => Ok(Policy { name: "built-in configuration".into(), text: BUILT_IN_POLICY.into() }),
    }
}

/// A file with nothing in it is one that somebody is about to write, or that a full disk has cut short. The module
/// would take it for its defaults, and forget whom it must let through.
pub(super) fn not_empty(policy: &str) -> Result<(), &'static str> {
    if policy.trim().is_empty() {
        return Err("the file is empty: expected a JSON object; {} stands for every default");
    }
    Ok(())
}

pub(crate) fn zones(file: Option<&Path>) -> miette::Result<Zones> {
    let (name, text) = match file {
        Some(file) => (file.display().to_string(), read(file)?),
        None => ("built-in zones".into(), BUILT_IN_ZONES.into()),
    };
    parse_zones(&name, &text).map_err(|mistake| {
        let at = super::refusal::offset(&text, mistake.line, mistake.column).unwrap_or(0);
        let label = LabeledSpan::at_offset(at, mistake.message);
        miette!(labels = vec![label], "{name}:{}:{}: no zones", mistake.line, mistake.column)
            .with_source_code(NamedSource::new(name.clone(), text.clone()))
    })
}

/// The story that is put around the zones: the language of scenarios knows them only as a part of one.
const STORY: &str = "about: zones\nclients: { nobody: { from: 192.0.2.1, script: [] } }\ndns:\n";
const INDENT: &str = "  ";

/// The zones in `text`, in the form that they have under `dns` in a story. A mistake's place is that in `text`.
fn parse_zones(name: &str, text: &str) -> Result<Zones, Mistake> {
    let content = |line: &str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    if !text.lines().any(content) {
        return Ok(Zones::default());
    }
    let indented: String = text.lines().map(|line| INDENT.to_owned() + line + "\n").collect();
    let story = parse(name, &(STORY.to_owned() + &indented)).map_err(|mistake| Mistake {
        line: mistake.line.saturating_sub(STORY.lines().count() as u64),
        column: mistake.column.saturating_sub(INDENT.len() as u64),
        ..mistake
    })?;
    Ok(story.dns)
}

/// A whole file.
pub(crate) fn read(file: &Path) -> miette::Result<String> {
    fs::read_to_string(file).into_diagnostic().wrap_err_with(|| format!("cannot read {}", file.display()))
}

/// The names that a configuration gives the resolver and the speaker, where it gives any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub resolver: Option<String>,
    pub speaker: Option<String>,
}

pub(super) fn names(policy: &str) -> Names {
    // What cannot be read here is refused by the module, which says why.
    let json: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
    let name = |pointer: &str| json.pointer(pointer).and_then(|name| name.as_str()).map(str::to_owned);
    Names { resolver: name("/resolver/cluster"), speaker: name("/lane/speaker_cluster") }
}

/// The inline lane. A configuration may give the resolver and the speaker names of its own, as an Envoy's clusters
/// would have them; here they are the same two things under any name.
pub(super) fn settings(policy: &str, workers: NonZeroUsize, connect_timeout: Duration) -> Settings {
    let mut settings = Settings { workers, ..Settings::postscreen(policy) };
    settings.tcp_proxy.connect_timeout = connect_timeout;
    let names = names(policy);
    if let Some(resolver) = names.resolver {
        settings.http_clusters.insert(resolver, HttpCluster::Up);
    }
    if let Some(speaker) = names.speaker {
        settings.clusters.insert(speaker, Cluster::Speaker);
    }
    settings
}

#[cfg(test)]
mod tests;
