//! Lookup tables whose entries can be read: `cidr:`, `inline:`, `static:`, `texthash:`, and the sources of indexed
//! files. The rules of `cidr_table(5)` are `pattern result`, `!pattern result`, `if pattern` … `endif`.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use postscreen_engine::access::{Pattern, PatternError};

use super::addresses::Addresses;
use super::context::Context;
use super::files::{ConfigFile, ConfigPlace, LogicalLine, braced, entries, logical_lines};

/// Types of tables that Postfix makes from a text file with the same name.
const INDEXED: [&str; 7] = ["btree", "cdb", "dbm", "hash", "lmdb", "sdbm", "texthash"];

/// A table.
pub enum LookupTable {
    /// Rules in order; the first that matches decides.
    Addresses(Vec<TableRule>),
    /// Keys and values.
    Keys(Vec<TableEntry>),
    /// One value for every key.
    Constant(String, ConfigPlace),
}

/// A rule about addresses.
#[derive(Debug)]
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
    let (kind, name) = token.split_once(':').ok_or_else(|| format!("{token} is no type:table."))?;
    match kind {
        "proxy" => open(name, context),
        "cidr" => {
            let file = match braced(name) {
                Some((inside, _)) => inline(token, inside, context),
                None => context.files.read(name)?,
            };
            Ok(LookupTable::Addresses(cidr_rules(&file, context)))
        }
        "inline" => {
            let (inside, _) = braced(name).ok_or_else(|| format!("{token} has no braces."))?;
            let file = inline(token, inside, context);
            Ok(LookupTable::Keys(keys(&file, '=')))
        }
        "static" => {
            let text = braced(name).map_or(name, |(inside, _)| inside).trim();
            let file = context.files.add(token.to_owned(), text.to_owned());
            Ok(LookupTable::Constant(text.to_owned(), ConfigPlace { span: 0..text.len(), file }))
        }
        _ if INDEXED.contains(&kind) => {
            let file = context.files.read(name)?;
            Ok(LookupTable::Keys(keys(&file, ' ')))
        }
        _ => Err(format!("A table of type {kind} cannot be read here.")),
    }
}

/// A table that stands in main.cf itself, as `{{one}, {two}, three}`: as a text with one entry on each line.
fn inline(token: &str, inside: &str, context: &mut Context) -> Arc<ConfigFile> {
    let entry = |entry| braced(entry).map_or(entry, |(inside, _)| inside).trim();
    let lines: Vec<_> = entries(inside).into_iter().map(entry).collect();
    context.files.add(token.to_owned(), lines.join("\n") + "\n")
}

/// Lines of a key, a separator and a value. (Postfix's file tables take any blank for a separator.)
fn keys(file: &Arc<ConfigFile>, separator: char) -> Vec<TableEntry> {
    let apart = |c: char| if separator == ' ' { c.is_whitespace() } else { c == separator };
    let entry = |line: LogicalLine| {
        let (key, value) = line.text.split_once(apart)?;
        let place = ConfigPlace { file: file.clone(), span: line.span };
        Some(TableEntry { key: key.trim().to_owned(), value: value.trim().to_owned(), place })
    };
    logical_lines(&file.text).into_iter().filter_map(entry).collect()
}

impl LookupTable {
    /// The table as rules about addresses. postscreen looks up the client's address as a whole: other keys never match.
    pub fn address_rules(self, context: &mut Context) -> Vec<TableRule> {
        match self {
            Self::Addresses(rules) => rules,
            Self::Constant(value, place) => {
                vec![TableRule { pattern: None, matches: Addresses::all(), value, place }]
            }
            Self::Keys(entries) => entries.into_iter().filter_map(|entry| entry.rule(context)).collect(),
        }
    }
}

impl TableEntry {
    fn rule(self, context: &mut Context) -> Option<TableRule> {
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
        Some(TableRule {
            pattern: Some(network.to_string()),
            matches: Addresses::of(network),
            value: self.value,
            place: self.place,
        })
    }
}

/// A pattern: as one of ours, and what it matches.
type MatchedPattern = (String, Addresses);

/// The rules of a `cidr:` table, those inside `if` narrowed to what the conditions leave. As in Postfix, a rule that
/// cannot be read is left out with a warning.
fn cidr_rules(file: &Arc<ConfigFile>, context: &mut Context) -> Vec<TableRule> {
    let mut rules = Vec::new();
    let mut conditions = vec![Addresses::all()];
    for line in logical_lines(&file.text) {
        let place = ConfigPlace { file: file.clone(), span: line.span };
        let mut left_out = |why: &str, instead: &str| context.warn_at(&place, &line.text, why, instead);
        let inside = conditions.last().cloned().unwrap_or_default();
        match statement(&line.text) {
            Ok(Statement::If((_, matches))) => conditions.push(inside.and(&matches)),
            Ok(Statement::Endif) if conditions.len() > 1 => drop(conditions.pop()),
            Ok(Statement::Endif) => left_out("Postfix ignores an endif without an if.", "leave it out"),
            Ok(Statement::Rule((pattern, all), value)) => {
                let matches = all.and(&inside);
                let pattern = (matches == all).then_some(pattern);
                if !matches.is_empty() {
                    rules.push(TableRule { pattern, matches, value: value.to_owned(), place });
                }
            }
            Err((why, opens)) => {
                let block = if opens { ", and everything up to its endif with it" } else { "" };
                left_out(&format!("It is left out{block}: {why}."), "correct it, or leave it out");
                if opens {
                    // Postfix would apply the rules of this block to everybody.
                    conditions.push(Addresses::default());
                }
            }
        }
    }
    rules
}

enum Statement<'a> {
    If(MatchedPattern),
    Endif,
    Rule(MatchedPattern, &'a str),
}

/// Reads a line; an error says why not, and whether the line was to open a block.
fn statement(line: &str) -> Result<Statement<'_>, (String, bool)> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if word.eq_ignore_ascii_case("endif") {
        return Ok(Statement::Endif);
    }
    if word.eq_ignore_ascii_case("if") {
        return pattern(rest.trim()).map(Statement::If).map_err(|why| (why, true));
    }
    // Blanks may follow the "!".
    let negations = line.len() - line.trim_start_matches(|c: char| c == '!' || c.is_whitespace()).len();
    let end = line[negations..].find(char::is_whitespace).map_or(line.len(), |at| negations + at);
    let (text, value) = line.split_at(end);
    if value.trim().is_empty() {
        return Err(("it has no result".to_owned(), false));
    }
    let matches = pattern(text).map_err(|why| (why, false))?;
    Ok(Statement::Rule(matches, value.trim()))
}

fn pattern(text: &str) -> Result<MatchedPattern, String> {
    let network = text.trim_start_matches(|c: char| c == '!' || c.is_whitespace());
    let negated = text[..text.len() - network.len()].matches('!').count() % 2 == 1;
    let plain: Pattern = network.parse().map_err(|why: PatternError| why.to_string())?;
    let plain = plain.to_string();
    let network: IpNet = plain.parse().map_err(|_| format!("{plain} is no network"))?;
    Ok(if negated {
        (format!("!{plain}"), Addresses::all_but(network))
    } else {
        (plain, Addresses::of(network))
    })
}

#[cfg(test)]
mod tests;
