//! From a file to a [`Scenario`], or to the place of the first mistake.

mod dns;
mod mistake;
mod names;
mod raw;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Budget, Spanned};

pub use mistake::Mistake;

use crate::story::{Backend, Client, HostKind, Scenario};

/// The largest scenario file, in bytes. The longest story so far has a fiftieth of it.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// The most aliases (`*NAME`) of a file. Of this and all that follows nobody writes more by hand, and a file that
/// unfolds into more is no story.
const ALIASES_MAX: usize = 100;
/// The most anchors (`&NAME`) of a file.
const ANCHORS_MAX: usize = 100;
/// How deep values may be nested.
const DEPTH_MAX: usize = 24;
/// The most values of a file, with those that aliases stand for. The longest story so far has some hundred.
const NODES_MAX: usize = 50_000;

/// Reads one story from the bytes of a file. `file` is only used to name the file in a mistake.
///
/// # Errors
///
/// As [`parse`], and when the file is empty, longer than [`FILE_BYTES_MAX`] or not UTF-8.
pub fn parse_file(file: &str, bytes: &[u8]) -> Result<Scenario, Mistake> {
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes: expected at most {FILE_BYTES_MAX}", bytes.len());
        return Err(Mistake::whole(message).in_file(file, ""));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        not_utf8(bytes, error.valid_up_to()).in_file(file, &String::from_utf8_lossy(bytes))
    })?;
    parse(file, text)
}

/// Reads one story. `file` is only used to name the file in a mistake.
///
/// # Errors
///
/// On the first mistake: bad YAML, an unknown field, a value that is none, a name that no client has, or hosts that
/// cannot play it.
pub fn parse(file: &str, yaml: &str) -> Result<Scenario, Mistake> {
    let content = |line: &str| !matches!(line.trim_start().chars().next(), None | Some('#'));
    if !yaml.lines().any(content) {
        return Err(Mistake::whole("the file is empty: expected `about:` and `clients:`").in_file(file, yaml));
    }
    let raw = serde_saphyr::from_str_with_options::<raw::Scenario>(yaml, within_budget());
    raw.map_err(|error| Mistake::of_yaml(&error))
        .and_then(scenario)
        .map_err(|mistake| mistake.in_file(file, yaml))
}

/// What the reader of YAML is told.
fn within_budget() -> serde_saphyr::Options {
    let budget: Option<Budget> = serde_saphyr::budget! {
        max_aliases: ALIASES_MAX,
        max_anchors: ANCHORS_MAX,
        max_depth: DEPTH_MAX,
        max_nodes: NODES_MAX,
    };
    serde_saphyr::options! { budget: budget }
}

/// What was too much, in words.
fn beyond_budget(breach: &BudgetBreach) -> String {
    let (what, most) = match breach {
        BudgetBreach::Aliases { .. } => ("aliases", ALIASES_MAX),
        BudgetBreach::Anchors { .. } => ("anchors", ANCHORS_MAX),
        BudgetBreach::Depth { .. } => ("levels of nesting", DEPTH_MAX),
        BudgetBreach::Nodes { .. } => ("values, those behind aliases included", NODES_MAX),
        _ => return "the text unfolds into too much: expected a story that a person could write".to_owned(),
    };
    format!("the text has too many {what}: expected at most {most}")
}

fn not_utf8(bytes: &[u8], valid: usize) -> Mistake {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default()).into_owned();
    let line = 1 + before.matches('\n').count() as u64;
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let message =
        format!("the byte {byte:#04x} is no UTF-8: expected text, with \\x{byte:02x} for this byte");
    Mistake::at_place(line, column, message)
}

fn scenario(raw: raw::Scenario) -> Result<Scenario, Mistake> {
    if raw.clients.value.is_empty() {
        return Err(Mistake::of(&raw.clients, "the story has no client: expected at least one"));
    }
    let workers = world::workers(raw.workers.as_ref(), &raw)?;
    let mut clients = BTreeMap::new();
    for (name, client) in &raw.clients.value {
        let start = names::start_of(&raw.clients.value, client)?;
        let script = client.script.iter().map(|step| step.0.clone()).collect();
        let worker = client.worker.as_ref().and_then(|worker| usize::try_from(worker.value).ok());
        clients.insert(name.clone(), Client { from: client.from.0, worker, start, script });
    }
    names::circle_free(&raw.clients.value)?;
    let backend = match &raw.backend {
        None => None,
        Some(raw::Backend::Untouched) => Some(Backend::Untouched),
        Some(raw::Backend::Sessions(listed)) => Some(Backend::Sessions(names::known(listed, &clients)?)),
    };
    let dials = raw.dials.as_ref().map(|dials| names::keys(dials, &clients)).transpose()?;
    let dials = dials.map(|dials| dials.iter().map(|(name, all)| (name.clone(), all.0.clone())).collect());
    let finally = names::finally(&raw.finally, &clients)?;
    let (traps, failure_policy) = world::traps(&raw)?;
    let reconfigure = world::reconfigure(&raw)?;
    let mut scenario = Scenario {
        about: raw.about.0,
        policy: raw.policy,
        dns: dns::zones(raw.dns)?,
        clients,
        backend,
        log: raw.log.map(|lines| lines.into_iter().map(|line| line.0).collect()),
        metrics: raw.metrics,
        dials,
        finally,
        mail_server: raw.mail_server.map_or_else(Default::default, |server| server.0),
        resolver: raw.resolver.map(|outage| outage.value.0),
        workers,
        traps,
        failure_policy,
        reconfigure,
        host_log: raw.host_log.into_iter().map(|line| line.0).collect(),
        hosts: HostKind::ALL.into(),
        refused: raw.refused.map(|words| words.0),
        delta: raw.delta.map(|slug| slug.0),
    };
    scenario.hosts = hosts_of(raw.hosts.as_ref(), &scenario)?;
    Ok(scenario)
}

/// The hosts that are named, or all that can play the story.
fn hosts_of(
    hosts: Option<&Spanned<Vec<Spanned<raw::HostKind>>>>,
    scenario: &Scenario,
) -> Result<BTreeSet<HostKind>, Mistake> {
    let able: BTreeSet<_> =
        HostKind::ALL.into_iter().filter(|host| scenario.too_much_for(*host).is_none()).collect();
    let Some(hosts) = hosts else { return Ok(able) };
    if hosts.value.is_empty() {
        return Err(Mistake::of(hosts, "no host can play the story: expected at least one"));
    }
    let host = |raw: &Spanned<raw::HostKind>| {
        let host = match raw.value {
            raw::HostKind::Native => HostKind::Native,
            raw::HostKind::Component => HostKind::Component,
            raw::HostKind::ProxyWasm => HostKind::ProxyWasm,
            raw::HostKind::Envoy => HostKind::Envoy,
            raw::HostKind::Postscreen => HostKind::Postscreen,
        };
        let Some(what) = scenario.too_much_for(host) else { return Ok(host) };
        let able: Vec<_> = able.iter().map(ToString::to_string).collect();
        let message = format!("{host} cannot {what}: expected only {}", able.join(", "));
        Err(Mistake::of(raw, message))
    };
    hosts.value.iter().map(host).collect()
}

#[cfg(test)]
mod tests;
