//! Lookup tables that parameters refer to, and the rules about networks that become some.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::place::StoryPlace;
use super::settings::text;

/// Where the tables of one story are written.
#[derive(Clone, Debug)]
pub(crate) struct TableFolder {
    path: PathBuf,
    place: StoryPlace,
}

// === impl TableFolder ===

impl TableFolder {
    pub(crate) fn new(path: PathBuf, place: StoryPlace) -> Self {
        Self { path, place }
    }

    /// Writes a table, one entry per line, and says how a parameter names it: `cidr:FILE`.
    pub(crate) fn write(&self, kind: &str, what: &str, entries: &[(String, String)]) -> Result<String> {
        let mut text = String::new();
        for (key, value) in entries {
            let plain = |text: &str| !text.contains(['\n', '\r']) && !text.starts_with('#');
            ensure!(
                plain(key) && plain(value) && !key.contains(' '),
                "`{key} {value}` cannot stand in a table of Postfix"
            );
            let _ = writeln!(text, "{key} {value}");
        }
        let file = self.path.join(self.place.table(what));
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(format!("{kind}:{}", file.display()))
    }
}

/// `permit_mynetworks`, `permit`, `reject` and `dunno` as they are; rules about networks become cidr tables, one for
/// all that follow each other.
pub(super) fn access_list(rules: &Value, tables: &TableFolder) -> Result<String> {
    let rules = rules.as_array().context("expected a list")?;
    let mut words = Vec::new();
    let mut table: Vec<(String, String)> = Vec::new();
    for rule in rules {
        match rule {
            Value::String(word) => {
                flush(&mut table, &mut words, tables)?;
                words.push(word.clone());
            }
            Value::Object(rule) if rule.len() == 2 => {
                let part = |name: &str| {
                    rule.get(name).and_then(Value::as_str).with_context(|| format!("a rule lacks `{name}`"))
                };
                table.push((part("cidr")?.to_owned(), part("action")?.to_owned()));
            }
            _ => bail!("expected a word or {{cidr, action}}, got {rule}"),
        }
    }
    flush(&mut table, &mut words, tables)?;
    Ok(words.join(" "))
}

fn flush(table: &mut Vec<(String, String)>, words: &mut Vec<String>, tables: &TableFolder) -> Result<()> {
    if !table.is_empty() {
        let name = format!("access{}-", words.len());
        words.push(tables.write("cidr", &name, table)?);
        table.clear();
    }
    Ok(())
}

/// Networks; Postfix wants IPv6 in brackets there.
pub(super) fn networks(value: &Value) -> Result<String> {
    let patterns = value.as_array().context("expected a list")?;
    let patterns = patterns.iter().map(|pattern| {
        let pattern = pattern.as_str().context("expected networks")?;
        let (not, network) = pattern.strip_prefix('!').map_or(("", pattern), |network| ("!", network));
        if !network.contains(':') || network.starts_with('[') {
            return Ok(pattern.to_owned());
        }
        let (address, length) = network.split_once('/').unwrap_or((network, "128"));
        Ok(format!("{not}[{address}]/{length}"))
    });
    Ok(patterns.collect::<Result<Vec<_>>>()?.join(" "))
}

/// What belongs to networks, in order: `{cidr, keywords}` becomes an entry of a cidr table.
pub(super) fn ehlo_map(value: &Value, tables: &TableFolder) -> Result<String> {
    let rules = value.as_array().context("expected a list of {cidr, keywords}")?;
    let entries = rules.iter().map(|rule| {
        let network = rule.get("cidr").and_then(Value::as_str).context("a rule lacks `cidr`")?;
        let words = text(rule.get("keywords").context("a rule lacks `keywords`")?)?;
        Ok((network.to_owned(), words))
    });
    tables.write("cidr", "ehlo", &entries.collect::<Result<Vec<_>>>()?)
}
