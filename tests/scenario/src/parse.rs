//! From YAML to a [`Scenario`], or to the place of the first mistake.

mod raw;
mod shapes;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde_saphyr::{Location, Spanned};

use crate::dns::{Listing, Zone, Zones};
use crate::story::{Backend, Client, HostKind, MailServer, Scenario, Start};

/// A mistake in a scenario file, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct Mistake {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// Column in characters, from 1; 0 where the file as a whole is meant.
    pub column: u64,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Reads one story. `file` is only used to name the file in a mistake.
///
/// # Errors
///
/// On the first mistake: bad YAML, an unknown field, a value that is none, or a name that no client has.
pub fn parse(file: &str, yaml: &str) -> Result<Scenario, Mistake> {
    let raw: raw::Scenario = serde_saphyr::from_str(yaml).map_err(|error| {
        let plain = error.without_snippet();
        let message = plain.to_string();
        let location = plain.location();
        // The message may end with the place, which a mistake shows in front.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Mistake::at(location, message).in_file(file)
    })?;
    scenario(raw).map_err(|mistake| mistake.in_file(file))
}

fn scenario(raw: raw::Scenario) -> Result<Scenario, Mistake> {
    let zones = raw.dns.into_iter().map(|(name, zone)| (name.0, zone_of(zone))).collect();
    if raw.clients.value.is_empty() {
        return Err(Mistake::of(&raw.clients, "the story has no client: expected at least one"));
    }
    let mut clients = BTreeMap::new();
    for (name, client) in &raw.clients.value {
        let start = start_of(&raw.clients.value, client)?;
        let script = client.script.iter().map(|step| step.0.clone()).collect();
        clients.insert(name.clone(), Client { from: client.from.0, start, script });
    }
    circle_free(&raw.clients.value)?;
    let backend = match raw.backend {
        None => None,
        Some(raw::Backend::Untouched) => Some(Backend::Untouched),
        Some(raw::Backend::Sessions(names)) => {
            let names = names.into_iter().map(|name| {
                if clients.contains_key(&name.value) { Ok(name.value) } else { Err(no_client(&name)) }
            });
            Some(Backend::Sessions(names.collect::<Result<_, _>>()?))
        }
    };
    Ok(Scenario {
        about: raw.about.0,
        policy: raw.policy,
        dns: Zones(zones),
        clients,
        backend,
        log: raw.log.map(|lines| lines.into_iter().map(|line| line.0).collect()),
        metrics: raw.metrics,
        mail_server: match raw.mail_server {
            raw::MailServer::Friendly => MailServer::Friendly,
            raw::MailServer::Busy => MailServer::Busy,
            raw::MailServer::Refuses => MailServer::Refuses,
        },
        hosts: hosts_of(raw.hosts)?,
        refused: raw.refused.map(|words| words.0),
        delta: raw.delta.map(|slug| slug.0),
    })
}

fn hosts_of(hosts: Option<Spanned<Vec<raw::HostKind>>>) -> Result<BTreeSet<HostKind>, Mistake> {
    let Some(hosts) = hosts else { return Ok(HostKind::ALL.into()) };
    if hosts.value.is_empty() {
        return Err(Mistake::of(&hosts, "no host can play the story: expected at least one"));
    }
    let host = |raw: &raw::HostKind| match raw {
        raw::HostKind::Native => HostKind::Native,
        raw::HostKind::ProxyWasm => HostKind::ProxyWasm,
        raw::HostKind::Envoy => HostKind::Envoy,
        raw::HostKind::Postscreen => HostKind::Postscreen,
    };
    Ok(hosts.value.iter().map(host).collect())
}

fn zone_of(zone: raw::Zone) -> Zone {
    let records = |records: raw::Records| -> Vec<Ipv4Addr> { records.0 };
    let listed = |map: BTreeMap<raw::Address, raw::Records>| {
        map.into_iter().map(|(client, found)| (client.0, records(found))).collect()
    };
    match zone {
        raw::Zone::Servfail => Zone::Servfail,
        raw::Zone::Timeout => Zone::Timeout,
        raw::Zone::Short(map) => Zone::Listing(Listing { listed: listed(map), ..Listing::default() }),
        raw::Zone::Long(long) => Zone::Listing(Listing {
            ttl: long.ttl.map_or(crate::DEFAULT_TTL, |ttl| ttl.0),
            soa_ttl: long.soa_ttl.map_or(crate::DEFAULT_TTL, |ttl| ttl.0),
            listed: listed(long.listed),
        }),
    }
}

fn start_of(clients: &BTreeMap<String, raw::Client>, client: &raw::Client) -> Result<Start, Mistake> {
    match (&client.at, &client.after, &client.wait) {
        (at, None, None) => Ok(Start::At(at.as_ref().map_or_else(Default::default, |at| at.value.0))),
        (Some(at), Some(_), _) => {
            Err(Mistake::of(at, "`at` and `after` exclude each other: expected one of them"))
        }
        (_, None, Some(wait)) => {
            Err(Mistake::of(wait, "`wait` here goes with `after`: expected `after` beside it"))
        }
        (None, Some(after), wait) => {
            if !clients.contains_key(&after.value) {
                return Err(no_client(after));
            }
            let wait = wait.as_ref().map_or_else(Default::default, |wait| wait.value.0);
            Ok(Start::After { client: after.value.clone(), wait })
        }
    }
}

/// Each client must start some time: `after` may not lead back to the client itself.
fn circle_free(clients: &BTreeMap<String, raw::Client>) -> Result<(), Mistake> {
    for name in clients.keys() {
        let mut seen = BTreeSet::from([name.as_str()]);
        let mut at = name.as_str();
        while let Some(after) = clients.get(at).and_then(|client| client.after.as_ref()) {
            at = after.value.as_str();
            if !seen.insert(at) {
                let message =
                    format!("`after: {at}` leads in a circle: expected a client that starts by itself");
                return Err(Mistake::of(after, message));
            }
        }
    }
    Ok(())
}

fn no_client(name: &Spanned<String>) -> Mistake {
    Mistake::of(name, format!("no client is named `{}`: expected a name under `clients`", name.value))
}

// === impl Mistake ===

impl Mistake {
    fn at(location: Option<Location>, message: String) -> Self {
        let (line, column) = location.map_or((0, 0), |location| (location.line(), location.column()));
        Self { file: String::new(), line, column, message }
    }

    fn of<T>(value: &Spanned<T>, message: impl Into<String>) -> Self {
        Self::at(Some(value.referenced), message.into())
    }

    fn in_file(self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self }
    }
}

#[cfg(test)]
mod tests;
