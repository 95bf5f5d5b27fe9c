//! Lists of networks and rules about them.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::Folder;

/// `permit_mynetworks`, `permit`, `reject` and `dunno` as they are; rules about networks become cidr tables, one for
/// all that follow each other.
pub(super) fn list(rules: &Value, tables: &Folder) -> Result<String> {
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

fn flush(table: &mut Vec<(String, String)>, words: &mut Vec<String>, tables: &Folder) -> Result<()> {
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
pub(super) fn map(value: &Value, tables: &Folder) -> Result<String> {
    let rules = value.as_array().context("expected a list of {cidr, keywords}")?;
    let entries = rules.iter().map(|rule| {
        let network = rule.get("cidr").and_then(Value::as_str).context("a rule lacks `cidr`")?;
        let words = super::text(rule.get("keywords").context("a rule lacks `keywords`")?)?;
        Ok((network.to_owned(), words))
    });
    tables.write("cidr", "ehlo", &entries.collect::<Result<Vec<_>>>()?)
}
