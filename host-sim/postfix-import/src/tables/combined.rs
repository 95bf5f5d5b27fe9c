//! `unionmap:` and `pipemap:` of tables about addresses, as one list of rules of which the first that matches decides.

use super::{LookupTable, TableRule};
use crate::addresses::Addresses;
use crate::context::Context;

/// The most rules that two tables may become together.
const RULES_MAX: usize = 100_000;

/// What both tables say, with a comma between; or what one of them says.
pub fn union(tables: Vec<LookupTable>, context: &mut Context) -> Result<Vec<TableRule>, String> {
    let mut all: Vec<TableRule> = Vec::new();
    for table in tables {
        let rules = disjoint(table.address_rules(context)?);
        if all.len().saturating_mul(rules.len()) > RULES_MAX {
            return Err(format!("Tables of a unionmap that make more than {RULES_MAX} rules together."));
        }
        let both = all.iter().flat_map(|first| {
            let value = |second: &TableRule| format!("{},{}", first.value, second.value);
            rules.iter().map(move |second| narrowed(first, first.matches.and(&second.matches), value(second)))
        });
        let both: Vec<_> = both.filter(|rule| !rule.matches.is_empty()).collect();
        let only = |rules: &[TableRule], others: &[TableRule]| {
            let rest = |rule: &TableRule| {
                others.iter().fold(rule.matches.clone(), |left, other| left.minus(&other.matches))
            };
            rules.iter().map(|rule| narrowed(rule, rest(rule), rule.value.clone())).collect::<Vec<_>>()
        };
        let (before, new) = (only(&all, &rules), only(&rules, &all));
        all = both.into_iter().chain(before).chain(new).filter(|rule| !rule.matches.is_empty()).collect();
    }
    Ok(all)
}

/// The first table's addresses, with what the others say about what the one before says.
pub fn pipe(tables: Vec<LookupTable>, context: &mut Context) -> Result<Vec<TableRule>, String> {
    let mut tables = tables.into_iter();
    let Some(first) = tables.next() else { return Ok(Vec::new()) };
    let rules = disjoint(first.address_rules(context)?);
    let tables: Vec<_> = tables.collect();
    let looked_up = rules.into_iter().filter_map(|rule| {
        let value = tables.iter().try_fold(rule.value.clone(), |key, table| table.lookup(&key))?;
        Some(TableRule { value, ..rule })
    });
    Ok(looked_up.collect())
}

/// The same rules, none of which speaks of what one above it decides.
fn disjoint(rules: Vec<TableRule>) -> Vec<TableRule> {
    let mut seen = Addresses::default();
    let mut disjoint = Vec::new();
    for rule in rules {
        let left = narrowed(&rule, rule.matches.minus(&seen), rule.value.clone());
        seen.add(&rule.matches);
        if !left.matches.is_empty() {
            disjoint.push(left);
        }
    }
    disjoint
}

/// A rule about some of its addresses.
fn narrowed(rule: &TableRule, matches: Addresses, value: String) -> TableRule {
    let pattern = rule.pattern.clone().filter(|_| matches == rule.matches);
    TableRule { pattern, matches, value, place: rule.place.clone() }
}
