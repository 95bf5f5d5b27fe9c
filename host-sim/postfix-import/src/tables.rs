//! Lookup tables, as far as they can be read: `cidr:`, `inline:`, `static:`, `texthash:`, the sources of indexed files,
//! `pcre:` and `regexp:`, and `unionmap:` and `pipemap:` of them.

mod cidr;
mod combined;
mod regexps;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::addresses::Addresses;
use crate::context::{Context, shown};
use crate::files::{ConfigFile, ConfigPlace, LogicalLine, braced, entries, logical_lines};
use regexps::Regexps;

/// Types of tables that Postfix makes from a text file with the same name.
const INDEXED: [&str; 7] = ["btree", "cdb", "dbm", "hash", "lmdb", "sdbm", "texthash"];
/// Types of tables that can be read here, for guesses.
const TYPES: [&str; 14] = [
    "btree", "cdb", "cidr", "dbm", "hash", "inline", "lmdb", "pcre", "pipemap", "regexp", "sdbm", "static",
    "texthash", "unionmap",
];
/// The most tables within each other, as in `proxy:unionmap:{…}`.
const DEPTH_MAX: usize = 10;

/// A table.
pub enum LookupTable {
    /// Rules in order; the first that matches decides.
    Addresses(Vec<TableRule>),
    /// Keys and values; of a key that stands twice, the first counts.
    Keys(Vec<TableEntry>),
    /// One value for every key.
    Constant(String, ConfigPlace),
    /// Regular expressions.
    Regexps(Regexps),
    /// What all of these say, with commas between.
    Union(Vec<Self>),
    /// What each says is looked up in the next.
    Pipe(Vec<Self>),
}

/// A rule about addresses.
#[derive(Clone, Debug)]
pub struct TableRule {
    /// The network as one pattern of ours, if it can be written as one.
    pub pattern: Option<String>,
    pub matches: Addresses,
    pub value: String,
    pub place: ConfigPlace,
}

/// A key and its value.
pub struct TableEntry {
    pub key: String,
    pub value: String,
    pub place: ConfigPlace,
}

impl TableRule {
    /// The addresses as patterns of ours.
    pub fn patterns(&self) -> Vec<String> {
        match &self.pattern {
            Some(pattern) => vec![pattern.clone()],
            None => self.matches.networks().iter().map(ToString::to_string).collect(),
        }
    }
}

/// Reads the table that `token`, as `type:name`, names. The error is a sentence.
pub fn open(token: &str, context: &mut Context) -> Result<LookupTable, String> {
    open_within(token, DEPTH_MAX, context)
}

/// `depth` is how many tables may stand within each other.
fn open_within(token: &str, depth: usize, context: &mut Context) -> Result<LookupTable, String> {
    let (kind, name) = token.split_once(':').ok_or_else(|| format!("{} is no type:table.", shown(token)))?;
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("More than {DEPTH_MAX} tables stand within each other."));
    };
    Ok(match kind {
        "proxy" => return open_within(name, depth, context),
        "cidr" => LookupTable::Addresses(cidr::rules(&text_of(token, name, context)?, context)),
        "inline" => LookupTable::Keys(inline_keys(token, name, context)?),
        "static" => {
            let text = braced(name).map_or(name, |(inside, _)| inside).trim();
            let file = context.files.add(token.to_owned(), text.to_owned());
            LookupTable::Constant(text.to_owned(), ConfigPlace { span: 0..text.len(), file })
        }
        "pcre" | "regexp" => {
            let file = text_of(token, name, context)?;
            LookupTable::Regexps(Regexps::read(&file, kind == "pcre", context)?)
        }
        "unionmap" | "pipemap" => {
            let (inside, _) = braced(name).ok_or_else(|| format!("{} has no braces.", shown(token)))?;
            let tables = entries(inside).into_iter().map(|token| open_within(token, depth, context));
            let tables = tables.collect::<Result<_, _>>()?;
            if kind == "unionmap" { LookupTable::Union(tables) } else { LookupTable::Pipe(tables) }
        }
        _ if INDEXED.contains(&kind) => {
            let file = file(name, context)?;
            LookupTable::Keys(keys(&file, context))
        }
        _ => {
            let meant = postscreen_engine::advice::nearest(kind, TYPES);
            let guess = meant.map_or_else(String::new, |meant| format!(" Did you mean {meant}?"));
            return Err(format!("A table of type {} cannot be read here.{guess}", shown(kind)));
        }
    })
}

/// The text of a table of rules: a file, or what stands in main.cf itself.
fn text_of(token: &str, name: &str, context: &mut Context) -> Result<Arc<ConfigFile>, String> {
    match braced(name) {
        Some((inside, _)) => Ok(inline(token, inside, context)),
        None => file(name, context),
    }
}

/// A file with a table in it. One without an entry is told.
fn file(name: &str, context: &mut Context) -> Result<Arc<ConfigFile>, String> {
    let file = context.files.read(name)?;
    if logical_lines(&file.text).is_empty() {
        let place = ConfigPlace { file: file.clone(), span: 0..0 };
        let instead = "leave it at that, or check that this is the right file";
        context.warn_at(
            &place,
            "an empty table",
            "There is no entry in it: it says nothing about anybody.",
            instead,
        );
    }
    Ok(file)
}

/// A table that stands in main.cf itself, as `{{one}, {two}, three}`: as a text with one entry on each line.
fn inline(token: &str, inside: &str, context: &mut Context) -> Arc<ConfigFile> {
    let entry = |entry| braced(entry).map_or(entry, |(inside, _)| inside).trim();
    let lines: Vec<_> = entries(inside).into_iter().map(entry).collect();
    context.files.add(token.to_owned(), lines.join("\n") + "\n")
}

/// The entries of `inline:{key=value, {key = value}}`. Of a key that stands twice, the last counts.
fn inline_keys(token: &str, name: &str, context: &mut Context) -> Result<Vec<TableEntry>, String> {
    let (inside, _) = braced(name).ok_or_else(|| format!("{} has no braces.", shown(token)))?;
    let file = inline(token, inside, context);
    let mut entries: Vec<_> = logical_lines(&file.text)
        .into_iter()
        .filter_map(|line| {
            let (key, value) = line.text.split_once('=')?;
            Some(entry(key, value, &file, &line))
        })
        .collect();
    // The last first.
    entries.reverse();
    Ok(entries)
}

/// Lines of a key, blanks and a value. As in Postfix, a line without a value is left out with a warning.
fn keys(file: &Arc<ConfigFile>, context: &mut Context) -> Vec<TableEntry> {
    let mut entries = Vec::new();
    for line in logical_lines(&file.text) {
        if let Some((key, value)) = line.text.split_once(char::is_whitespace) {
            entries.push(entry(key, value, file, &line));
        } else {
            let place = ConfigPlace { file: file.clone(), span: line.span };
            let why = "It is left out: Postfix expects a key, blanks and a value.";
            context.warn_at(&place, &shown(&line.text), why, "write what the key stands for behind it");
        }
    }
    entries
}

fn entry(key: &str, value: &str, file: &Arc<ConfigFile>, line: &LogicalLine) -> TableEntry {
    let place = ConfigPlace { file: file.clone(), span: line.span.clone() };
    TableEntry { key: key.trim().to_owned(), value: value.trim().to_owned(), place }
}

impl LookupTable {
    /// What the table says about a key, as Postfix's `dict_get` would.
    pub fn lookup(&self, key: &str) -> Option<String> {
        match self {
            Self::Addresses(rules) => {
                let address = Addresses::of(IpNet::from(key.parse::<IpAddr>().ok()?));
                rules
                    .iter()
                    .find(|rule| !rule.matches.and(&address).is_empty())
                    .map(|rule| rule.value.clone())
            }
            Self::Keys(entries) => {
                let found = entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(key));
                found.map(|entry| entry.value.clone())
            }
            Self::Constant(value, _) => Some(value.clone()),
            Self::Regexps(rules) => rules.lookup(key),
            Self::Union(tables) => {
                let found: Vec<_> = tables.iter().filter_map(|table| table.lookup(key)).collect();
                (!found.is_empty()).then(|| found.join(","))
            }
            Self::Pipe(tables) => tables.iter().try_fold(key.to_owned(), |key, table| table.lookup(&key)),
        }
    }

    /// The table as rules about addresses. postscreen looks up the client's address as a whole: other keys never match.
    pub fn address_rules(self, context: &mut Context) -> Result<Vec<TableRule>, String> {
        Ok(match self {
            Self::Addresses(rules) => rules,
            Self::Constant(value, place) => {
                vec![TableRule { pattern: None, matches: Addresses::all(), value, place }]
            }
            Self::Keys(entries) => entries.into_iter().filter_map(|entry| entry.rule(context)).collect(),
            Self::Regexps(rules) => rules.address_rules()?,
            Self::Union(tables) => combined::union(tables, context)?,
            Self::Pipe(tables) => combined::pipe(tables, context)?,
        })
    }
}

impl TableEntry {
    fn rule(self, context: &mut Context) -> Option<TableRule> {
        let address = self.key.parse::<IpAddr>().ok().filter(|address| address.to_string() == self.key);
        let Some(address) = address else {
            context.warn_at(
                &self.place,
                &shown(&self.key),
                "postscreen looks up a client's whole address: this key never matches.",
                "write a network as a rule with \"cidr\"",
            );
            return None;
        };
        let network = IpNet::from(address);
        Some(TableRule {
            pattern: Some(network.to_string()),
            matches: Addresses::of(network),
            value: self.value,
            place: self.place,
        })
    }
}

#[cfg(test)]
mod tests;
