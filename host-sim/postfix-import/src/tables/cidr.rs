//! `cidr:` tables. The rules of `cidr_table(5)` are `pattern result`, `!pattern result`, `if pattern` … `endif`.

use std::sync::Arc;

use ipnet::IpNet;
use postscreen_engine::access::{Pattern, PatternError};

use super::TableRule;
use crate::addresses::Addresses;
use crate::context::{Context, shown};
use crate::files::{ConfigFile, ConfigPlace, logical_lines};
use crate::slips;

/// A pattern: as one of ours, and what it matches.
type MatchedPattern = (String, Addresses);

/// The rules of a `cidr:` table, those inside `if` narrowed to what the conditions leave. As in Postfix, a rule that
/// cannot be read is left out with a warning.
pub fn rules(file: &Arc<ConfigFile>, context: &mut Context) -> Vec<TableRule> {
    let mut rules = Vec::new();
    let mut conditions = vec![Addresses::all()];
    for line in logical_lines(&file.text) {
        let place = ConfigPlace { file: file.clone(), span: line.span };
        let mut left_out =
            |why: &str, instead: &str| context.warn_at(&place, &shown(&line.text), why, instead);
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
                let end = if why.ends_with('?') { "" } else { "." };
                left_out(&format!("It is left out{block}: {why}{end}"), "correct it, or leave it out");
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
    let wrong = |why: PatternError| {
        let guess = slips::meant(network).map(|meant| format!("; did you mean {meant}?"));
        slips::without_guess(&why) + &guess.unwrap_or_default()
    };
    let plain: Pattern = network.parse().map_err(wrong)?;
    let plain = plain.to_string();
    let network: IpNet = plain.parse().map_err(|_| format!("{plain} is no network"))?;
    Ok(if negated {
        (format!("!{plain}"), Addresses::all_but(network))
    } else {
        (plain, Addresses::of(network))
    })
}
