//! `postscreen_access_list`: one list of ours from a list of commands and tables.
//!
//! In Postfix the first rule of a table that matches gives the table's result, and after `dunno` the search goes on
//! behind the table. In our list `dunno` ends the search. So the addresses of such a rule are taken out of the rules
//! below it in the same table, and the rule itself is left out, unless nothing follows the table.

use serde_json::{Value, json};

use super::addresses::Addresses;
use super::context::{Context, Setting};
use super::files::entries;
use super::tables::{self, TableRule};

/// The rules of the list. Where Postfix would give up with an error, and test the client, the list ends.
pub fn rules(setting: &Setting, context: &mut Context) -> Value {
    let mut list = Vec::new();
    let tokens = entries(&setting.value);
    for (at, &token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        let word = token.to_ascii_lowercase();
        match word.as_str() {
            "permit_mynetworks" => list.push(json!(word)),
            "permit" | "reject" | "dunno" => {
                list.push(json!(word));
                break;
            }
            _ if token.contains(':') => match tables::open(token, context) {
                Ok(table) => {
                    let rules = table.address_rules(context);
                    let at_end = rest.iter().all(|token| token.eq_ignore_ascii_case("dunno"));
                    add_table(&rules, at_end, &mut list, context);
                }
                Err(why) => {
                    let why = format!("{why}{}", remainder(rest));
                    context.warn(
                        setting,
                        token,
                        &why,
                        "write its entries into access_list as rules with \"cidr\"",
                    );
                    break;
                }
            },
            _ => {
                let why = format!("Postfix does not know this word.{}", remainder(rest));
                context.warn(setting, token, &why, "correct the list; until then clients are tested");
                break;
            }
        }
    }
    json!(list)
}

fn remainder(rest: &[&str]) -> String {
    match rest {
        [] => String::new(),
        rest => format!(
            " What follows in the list is left out, and these clients are tested: {}.",
            rest.join(", ")
        ),
    }
}

/// Adds the rules of a table; `at_end` when nothing behind it decides about anybody.
fn add_table(rules: &[TableRule], at_end: bool, list: &mut Vec<Value>, context: &mut Context) {
    // Addresses that a rule above has sent on to what follows the table.
    let mut sent_on = Addresses::default();
    for rule in rules {
        let mut left = Left::of(rule, &sent_on);
        for command in entries(&rule.value) {
            match command.to_ascii_lowercase().as_str() {
                "permit_mynetworks" => left.part(&context.mynetworks, "permit", list),
                word @ ("permit" | "reject") => left.all(word, list),
                "dunno" => break,
                _ => {
                    context.warn_at(
                        &rule.place,
                        command,
                        "Postfix does not know this result, or does not take it in a table: such clients are tested.",
                        "write permit, reject or dunno",
                    );
                    left.all("dunno", list);
                }
            }
        }
        if at_end {
            left.all("dunno", list);
        } else {
            sent_on.add(&left.addresses);
        }
    }
}

/// Addresses that a rule has not decided about yet.
struct Left {
    addresses: Addresses,
    /// The same as one pattern.
    pattern: Option<String>,
}

impl Left {
    fn of(rule: &TableRule, sent_on: &Addresses) -> Self {
        let addresses = rule.matches.minus(sent_on);
        let pattern = rule.pattern.clone().filter(|_| addresses == rule.matches);
        Self { addresses, pattern }
    }

    /// Decides about all of them.
    fn all(&mut self, action: &str, list: &mut Vec<Value>) {
        let patterns = match self.pattern.take() {
            Some(pattern) => vec![pattern],
            None => self.addresses.networks().iter().map(ToString::to_string).collect(),
        };
        list.extend(patterns.into_iter().map(|cidr| json!({"cidr": cidr, "action": action})));
        self.addresses = Addresses::default();
    }

    /// Decides about those that are in `some`.
    fn part(&mut self, some: &Addresses, action: &str, list: &mut Vec<Value>) {
        let part = self.addresses.and(some);
        if !part.is_empty() {
            let rest = self.addresses.minus(&part);
            let pattern = self.pattern.take().filter(|_| rest.is_empty());
            Self { addresses: part, pattern }.all(action, list);
            *self = Self { addresses: rest, pattern: None };
        }
    }
}

#[cfg(test)]
mod tests;
