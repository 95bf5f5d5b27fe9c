//! `postscreen_access_list`: one list of ours from a list of commands and tables.
//!
//! In Postfix the first rule of a table that matches gives the table's result, of which the first word that decides
//! counts, and after `dunno` the search goes on behind the table. In our list `dunno` ends the search. So the
//! addresses of such a rule are taken out of the rules below it in the same table, and the rule itself is left out,
//! unless nothing follows the table.

use postscreen_engine::advice::nearest;
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::context::{Context, Setting, shown};
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
            "permit_mynetworks" => list.push(Rule::Mynetworks),
            "permit" | "reject" | "dunno" => {
                list.push(Rule::Everybody(word));
                break;
            }
            _ if token.contains(':') => {
                let rules = tables::open(token, context).and_then(|table| table.address_rules(context));
                match rules {
                    Ok(rules) => {
                        let at_end = rest.iter().all(|token| token.eq_ignore_ascii_case("dunno"));
                        add_table(&rules, at_end, &mut list, context);
                    }
                    Err(why) => {
                        let why = format!("{why}{}", remainder(rest));
                        let instead = "write its entries into access_list as rules with \"cidr\"";
                        context.warn(setting, token, &why, instead);
                        break;
                    }
                }
            }
            _ => {
                let why = format!("Postfix does not know this word.{}", remainder(rest));
                context.warn(
                    setting,
                    token,
                    &why,
                    &meant(token, "correct the list; until then clients are tested"),
                );
                break;
            }
        }
    }
    without_idle(&mut list, &context.mynetworks);
    json!(list.into_iter().map(Rule::json).collect::<Vec<_>>())
}

fn remainder(rest: &[&str]) -> String {
    if rest.is_empty() {
        return String::new();
    }
    let rest = shown(&rest.join(", "));
    format!(" What follows in the list is left out, and these clients are tested: {rest}.")
}

/// What to do about a word that Postfix does not know.
fn meant(word: &str, otherwise: &str) -> String {
    let plain = word.to_ascii_lowercase();
    let of_another_table = OTHER_WORDS.into_iter().find(|&(other, _)| plain == other).map(|(_, meant)| meant);
    let meant =
        of_another_table.or_else(|| nearest(word, ["permit_mynetworks", "permit", "reject", "dunno"]));
    meant.map_or_else(|| otherwise.to_owned(), |meant| format!("did you mean {meant}?"))
}

/// Words of Postfix's access(5), and of other programs, for what postscreen calls otherwise.
const OTHER_WORDS: [(&str, &str); 7] = [
    ("ok", "permit"),
    ("allow", "permit"),
    ("accept", "permit"),
    ("relay", "permit"),
    ("deny", "reject"),
    ("drop", "reject"),
    ("discard", "reject"),
];

/// One rule of our list.
enum Rule {
    Mynetworks,
    Everybody(String),
    /// Addresses, the pattern that matches them, and what becomes of them.
    Some(Addresses, String, &'static str),
}

impl Rule {
    fn json(self) -> Value {
        match self {
            Self::Mynetworks => json!("permit_mynetworks"),
            Self::Everybody(word) => json!(word),
            Self::Some(_, pattern, action) => json!({"cidr": pattern, "action": action}),
        }
    }
}

/// Leaves out each `dunno` of addresses about which nothing below it decides.
fn without_idle(list: &mut Vec<Rule>, mynetworks: &Addresses) {
    let mut below = Addresses::default();
    let mut kept: Vec<_> = std::mem::take(list).into_iter().rev().collect();
    kept.retain(|rule| {
        match rule {
            Rule::Some(addresses, _, "dunno") => return !addresses.and(&below).is_empty(),
            Rule::Some(addresses, ..) => below.add(addresses),
            Rule::Mynetworks => below.add(mynetworks),
            Rule::Everybody(word) if word == "dunno" => {}
            Rule::Everybody(_) => below = Addresses::all(),
        }
        true
    });
    list.extend(kept.into_iter().rev());
}

/// Adds the rules of a table; `at_end` when nothing behind it decides about anybody.
fn add_table(rules: &[TableRule], at_end: bool, list: &mut Vec<Rule>, context: &mut Context) {
    // Addresses that a rule above has sent on to what follows the table.
    let mut sent_on = Addresses::default();
    for rule in rules {
        let mut left = Left::of(rule, &sent_on);
        for command in entries(&rule.value) {
            match command.to_ascii_lowercase().as_str() {
                "permit_mynetworks" => left.part(&context.mynetworks, "permit", list),
                "permit" => left.all("permit", list),
                "reject" => left.all("reject", list),
                "dunno" => {}
                // A table within a table: Postfix goes on behind this one.
                table if table.contains(':') => warn_of_result(rule, command, context),
                _ => {
                    warn_of_result(rule, command, context);
                    left.all("dunno", list);
                }
            }
            // What follows is of no account: a comment, or the text of a reply.
            if !command.eq_ignore_ascii_case("permit_mynetworks") {
                break;
            }
        }
        if at_end {
            left.all("dunno", list);
        } else {
            sent_on.add(&left.addresses);
        }
    }
}

fn warn_of_result(rule: &TableRule, command: &str, context: &mut Context) {
    let why = "Postfix does not know this result, or does not take it in a table: such clients are tested.";
    context.warn_at(&rule.place, &shown(command), why, &meant(command, "write permit, reject or dunno"));
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
    fn all(&mut self, action: &'static str, list: &mut Vec<Rule>) {
        let addresses = std::mem::take(&mut self.addresses);
        match self.pattern.take() {
            Some(pattern) => list.push(Rule::Some(addresses, pattern, action)),
            None => list.extend(
                addresses
                    .networks()
                    .into_iter()
                    .map(|network| Rule::Some(Addresses::of(network), network.to_string(), action)),
            ),
        }
    }

    /// Decides about those that are in `some`.
    fn part(&mut self, some: &Addresses, action: &'static str, list: &mut Vec<Rule>) {
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
