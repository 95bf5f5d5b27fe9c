//! Names of clients: each must be one, and nobody may wait for himself.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::Spanned;

use super::mistake::{Mistake, suggestion};
use super::raw;
use crate::story::{Client, Finally, Start};

type Clients = BTreeMap<String, Client>;

pub(super) fn start_of(
    clients: &BTreeMap<String, raw::Client>,
    client: &raw::Client,
) -> Result<Start, Mistake> {
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
                return Err(no_client(after, clients.keys()));
            }
            let wait = wait.as_ref().map_or_else(Default::default, |wait| wait.value.0);
            Ok(Start::After { client: after.value.clone(), wait })
        }
    }
}

/// Each client must start some time: `after` may not lead back to the client itself.
pub(super) fn circle_free(clients: &BTreeMap<String, raw::Client>) -> Result<(), Mistake> {
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

/// The names of a list.
pub(super) fn known(names: &[Spanned<String>], clients: &Clients) -> Result<Vec<String>, Mistake> {
    let name = |name: &Spanned<String>| {
        let known = clients.contains_key(&name.value);
        if known { Ok(name.value.clone()) } else { Err(no_client(name, clients.keys())) }
    };
    names.iter().map(name).collect()
}

/// A mapping whose keys are names.
pub(super) fn keys<'a, T>(
    map: &'a Spanned<BTreeMap<String, T>>,
    clients: &Clients,
) -> Result<&'a BTreeMap<String, T>, Mistake> {
    match map.value.keys().find(|name| !clients.contains_key(*name)) {
        None => Ok(&map.value),
        Some(name) => Err(Mistake::of(map, no_client_is(name, clients.keys()))),
    }
}

pub(super) fn finally(raw: &raw::Finally, clients: &Clients) -> Result<Finally, Mistake> {
    let open = raw.open.as_deref().map(|names| known(names, clients)).transpose()?;
    let verdicts = raw.verdicts.as_ref().map(|verdicts| keys(verdicts, clients)).transpose()?;
    let records = raw.records.as_ref().map(|records| keys(records, clients)).transpose()?;
    let records = records.into_iter().flatten().map(|(name, record)| (name.clone(), record.0.clone()));
    let tests = |tests: &Vec<raw::Test>| tests.iter().map(|test| test.name().to_owned()).collect();
    Ok(Finally {
        open: open.map(BTreeSet::from_iter),
        passes: raw.passes.iter().map(|(client, passed)| (client.0, tests(passed))).collect(),
        verdicts: verdicts.cloned().unwrap_or_default(),
        records: records.collect(),
    })
}

fn no_client<'a>(name: &Spanned<String>, known: impl Iterator<Item = &'a String>) -> Mistake {
    Mistake::of(name, no_client_is(&name.value, known))
}

fn no_client_is<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let hint = suggestion(name, known.map(String::as_str));
    format!("no client is named `{name}`: expected a name under `clients`{hint}")
}
