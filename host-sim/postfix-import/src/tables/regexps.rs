//! `pcre:` and `regexp:` tables (`pcre_table(5)`, `regexp_table(5)`): `/pattern/flags result`, `!/pattern/ result`,
//! `if /pattern/` … `endif`. The first rule that matches decides; `$1`, `${1}` and `$(1)` are what a group matched.

mod address;
mod syntax;

use std::sync::Arc;

use fancy_regex::{Captures, Regex, RegexBuilder};

use super::TableRule;
use crate::context::{Context, shown};
use crate::files::{ConfigFile, ConfigPlace, logical_lines};
use syntax::{Pattern, Statement};

/// The most rules of one table.
const RULES_MAX: usize = 10_000;
/// The most steps back in one search, and the most bytes of a compiled expression.
const BACKTRACK_MAX: usize = 100_000;
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// The rules of a table.
pub struct Regexps {
    rules: Vec<Rule>,
    /// The lines that could not be read: with such a line it is not certain who a later rule is about.
    unread: usize,
}

/// `/pattern/ result`, or a condition.
struct Rule {
    regex: Regex,
    /// As it is written.
    pattern: Pattern,
    /// `None`: the rules up to `end` hold if it matches.
    result: Option<String>,
    /// The first rule behind the block.
    end: usize,
    place: ConfigPlace,
}

impl Regexps {
    /// As in Postfix, a rule that cannot be read is left out with a warning.
    pub fn read(file: &Arc<ConfigFile>, pcre: bool, context: &mut Context) -> Result<Self, String> {
        let mut rules: Vec<Rule> = Vec::new();
        let mut unread = 0;
        // The rules that open a block; `None`: what is in the block is left out.
        let mut blocks: Vec<Option<usize>> = Vec::new();
        for line in logical_lines(&file.text) {
            if rules.len() >= RULES_MAX {
                return Err(format!("{} has more than {RULES_MAX} rules.", file.name));
            }
            let place = ConfigPlace { file: file.clone(), span: line.span };
            let mut left_out = |why: &str| {
                unread += 1;
                let why = format!("It is left out: {why}.");
                context.warn_at(&place, &shown(&line.text), &why, "correct it, or leave it out");
            };
            let inside = !blocks.contains(&None);
            match syntax::statement(&line.text, pcre).and_then(|statement| compiled(statement, pcre)) {
                Ok(Compiled::Endif) => match blocks.pop() {
                    Some(Some(open)) => rules[open].end = rules.len(),
                    Some(None) => {}
                    None => left_out("an endif without an if"),
                },
                Ok(Compiled::Rule(..)) if !inside => {}
                Ok(Compiled::Rule(regex, pattern, result)) => {
                    if result.is_none() {
                        blocks.push(Some(rules.len()));
                    }
                    rules.push(Rule { regex, pattern, result, end: usize::MAX, place });
                }
                Err(why) => {
                    left_out(&why);
                    if syntax::opens_block(&line.text) {
                        blocks.push(None);
                    }
                }
            }
        }
        Ok(Self { rules, unread })
    }

    /// What the table says about a key.
    pub fn lookup(&self, key: &str) -> Option<String> {
        let mut at = 0;
        while let Some(rule) = self.rules.get(at) {
            let found = rule.regex.captures(key).ok().flatten();
            at += 1;
            match (&rule.result, found.is_some() != rule.pattern.negated) {
                (Some(result), true) => {
                    return Some(syntax::filled_in(result, |group| part(found.as_ref(), group)));
                }
                (None, false) => at = rule.end,
                _ => {}
            }
        }
        None
    }

    /// The same as rules about addresses, where each pattern is that of a network.
    pub fn address_rules(self) -> Result<Vec<TableRule>, String> {
        let no_list = "A table of patterns is no list of addresses";
        if self.unread > 0 {
            return Err(format!("{no_list}, and a line of it cannot be read."));
        }
        let rule = |rule: Rule| {
            let network = rule.result.is_some().then(|| address::network(&rule.pattern)).flatten();
            match (network, rule.result) {
                (Some((pattern, matches)), Some(value)) => {
                    let value = syntax::filled_in(&value, |_| None);
                    Ok(TableRule { pattern, matches, value, place: rule.place })
                }
                _ => Err(format!("{no_list}: {} is not that of a network.", shown(&rule.pattern.text))),
            }
        };
        self.rules.into_iter().map(rule).collect()
    }
}

/// What a group matched; `None` if there is nothing.
fn part<'t>(found: Option<&Captures<'t, str>>, group: usize) -> Option<&'t str> {
    found?.get(group).map(|part| part.as_str()).filter(|part| !part.is_empty())
}

enum Compiled {
    Rule(Regex, Pattern, Option<String>),
    Endif,
}

fn compiled(statement: Statement, pcre: bool) -> Result<Compiled, String> {
    let (pattern, result) = match statement {
        Statement::Endif => return Ok(Compiled::Endif),
        Statement::If(pattern) => (pattern, None),
        Statement::Rule(pattern, result) => (pattern, Some(result)),
    };
    let source = if pcre { pattern.text.clone() } else { syntax::from_posix(&pattern.text) };
    let regex = RegexBuilder::new(&source)
        .case_insensitive(!pattern.case_sensitive)
        .ignore_whitespace(pattern.extended)
        .backtrack_limit(BACKTRACK_MAX)
        .delegate_size_limit(COMPILED_BYTES_MAX)
        .max_prog_size(COMPILED_BYTES_MAX)
        .build()
        .map_err(|_| "its pattern cannot be read here".to_owned())?;
    let groups = result.as_deref().map(syntax::groups).transpose()?.unwrap_or_default();
    match groups.into_iter().max() {
        Some(_) if pattern.negated => Err("a pattern that does not match has no groups".to_owned()),
        Some(group) if group >= regex.captures_len() => Err(format!("there is no group {group}")),
        _ => Ok(Compiled::Rule(regex, pattern, result)),
    }
}

#[cfg(test)]
mod tests;
