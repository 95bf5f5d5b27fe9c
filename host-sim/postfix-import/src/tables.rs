//! Lookup tables whose entries can be read: `cidr:`, `inline:`, `static:`, `texthash:`, and the sources of indexed
//! files.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::addresses::Addresses;
use super::cidr;
use super::context::Context;
use super::source::{LogicalLine, Place, Source, logical_lines};
use super::split::{braced, entries};

/// Types of tables that Postfix makes from a text file with the same name.
const INDEXED: [&str; 7] = ["btree", "cdb", "dbm", "hash", "lmdb", "sdbm", "texthash"];

/// A table.
pub enum Table {
    /// Rules in order; the first that matches decides.
    Addresses(Vec<Rule>),
    /// Keys and values.
    Keys(Vec<Entry>),
    /// One value for every key.
    Constant(String, Place),
}

/// A rule about addresses.
#[derive(Debug)]
pub struct Rule {
    /// The network as one pattern of ours, if it can be written as one.
    pub pattern: Option<String>,
    pub matches: Addresses,
    pub value: String,
    pub place: Place,
}

/// A key and its value.
pub struct Entry {
    pub key: String,
    pub value: String,
    pub place: Place,
}

impl Rule {
    /// The addresses as patterns of ours.
    pub fn patterns(&self) -> Vec<String> {
        match &self.pattern {
            Some(pattern) => vec![pattern.clone()],
            None => self.matches.networks().iter().map(ToString::to_string).collect(),
        }
    }
}

/// Reads the table that `token`, as `type:name`, names. The error is a sentence.
pub fn open(token: &str, context: &mut Context) -> Result<Table, String> {
    let (kind, name) = token.split_once(':').ok_or_else(|| format!("{token} is no type:table."))?;
    match kind {
        "proxy" => open(name, context),
        "cidr" => {
            let source = match braced(name) {
                Some((inside, _)) => inline(token, inside, context),
                None => context.files.read(name)?,
            };
            Ok(Table::Addresses(cidr::rules(&source, context)))
        }
        "inline" => {
            let (inside, _) = braced(name).ok_or_else(|| format!("{token} has no braces."))?;
            let source = inline(token, inside, context);
            Ok(Table::Keys(keys(&source, '=')))
        }
        "static" => {
            let text = braced(name).map_or(name, |(inside, _)| inside).trim();
            let source = context.files.source(token.to_owned(), text.to_owned());
            Ok(Table::Constant(text.to_owned(), Place { span: 0..text.len(), source }))
        }
        _ if INDEXED.contains(&kind) => {
            let source = context.files.read(name)?;
            Ok(Table::Keys(keys(&source, ' ')))
        }
        _ => Err(format!("A table of type {kind} cannot be read here.")),
    }
}

/// A table that stands in main.cf itself, as `{{one}, {two}, three}`: as a text with one entry on each line.
fn inline(token: &str, inside: &str, context: &mut Context) -> Arc<Source> {
    let entry = |entry| braced(entry).map_or(entry, |(inside, _)| inside).trim();
    let lines: Vec<_> = entries(inside).into_iter().map(entry).collect();
    context.files.source(token.to_owned(), lines.join("\n") + "\n")
}

/// Lines of a key, a separator and a value. (Postfix's file tables take any blank for a separator.)
fn keys(source: &Arc<Source>, separator: char) -> Vec<Entry> {
    let apart = |c: char| if separator == ' ' { c.is_whitespace() } else { c == separator };
    let entry = |line: LogicalLine| {
        let (key, value) = line.text.split_once(apart)?;
        let place = Place { source: source.clone(), span: line.span };
        Some(Entry { key: key.trim().to_owned(), value: value.trim().to_owned(), place })
    };
    logical_lines(&source.text).into_iter().filter_map(entry).collect()
}

impl Table {
    /// The table as rules about addresses. postscreen looks up the client's address as a whole: other keys never match.
    pub fn address_rules(self, context: &mut Context) -> Vec<Rule> {
        match self {
            Self::Addresses(rules) => rules,
            Self::Constant(value, place) => {
                vec![Rule { pattern: None, matches: Addresses::all(), value, place }]
            }
            Self::Keys(entries) => entries.into_iter().filter_map(|entry| entry.rule(context)).collect(),
        }
    }
}

impl Entry {
    fn rule(self, context: &mut Context) -> Option<Rule> {
        let address = self.key.parse::<IpAddr>().ok().filter(|address| address.to_string() == self.key);
        let Some(address) = address else {
            context.warn_at(
                &self.place,
                &self.key,
                "postscreen looks up a client's whole address: this key never matches.",
                "write a network as a rule with \"cidr\"",
            );
            return None;
        };
        let network = IpNet::from(address);
        Some(Rule {
            pattern: Some(network.to_string()),
            matches: Addresses::of(network),
            value: self.value,
            place: self.place,
        })
    }
}

#[cfg(test)]
mod tests;
