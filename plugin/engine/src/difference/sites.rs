//! `dnsbl_sites`: which lists are asked, and what their answers are worth.

use super::actions::test_turned;
use super::entries::limited;
use super::memory::are_passes_void;
use super::names::name;
use super::pair::{Pair, count};
use super::{Difference, Topic};
use crate::dnsbl::{DomainName, Zone};
use crate::policy::Policy;
use crate::record::Test;
use std::collections::{BTreeMap, BTreeSet};

/// What each list's answers are worth, by the filter that takes them (empty: any listing). Of entries with the same
/// filter both count.
type Lists<'a> = BTreeMap<&'a DomainName, BTreeMap<String, i64>>;

pub fn difference(pair: Pair<'_>) -> Option<Difference> {
    let renamed = renamed(pair);
    let old = lists(pair.old, &BTreeMap::new());
    let new = lists(pair.new, &renamed);
    let names: BTreeSet<&DomainName> = old.keys().chain(new.keys()).copied().collect();
    let other_domains = renamed.values().map(|list| {
        format!(
            "{} is asked under another domain, such as one with a key, or with another one.",
            name(pair, list)
        )
    });
    let other_worth = names.iter().filter_map(|&list| list_change(pair, list, old.get(list), new.get(list)));
    let mut meaning = limited(other_domains.chain(other_worth));
    if meaning.is_empty() {
        let written =
            |policy: &Policy| policy.dnsbl_sites.iter().map(ToString::to_string).collect::<Vec<_>>();
        if written(pair.old) == written(pair.new) || !are_passes_void(pair) {
            return None;
        }
        meaning.push("The same lists with the same weights, in another order or spelling.".to_owned());
    }
    meaning.splice(..0, test_turned(pair, Test::Dnsbl));
    let told_elsewhere = pair.old.dnsbl_threshold != pair.new.dnsbl_threshold;
    meaning.extend(out_of_reach(pair.new).filter(|_| !told_elsewhere && out_of_reach(pair.old).is_none()));
    let size = |policy: &Policy| count(decisive(policy).count(), "list");
    Some(Difference {
        topic: Topic::Asked,
        field: "dnsbl_sites",
        old: size(pair.old),
        new: size(pair.new),
        meaning,
    })
}

/// A sentence where the lists cannot block anybody, though they are asked.
pub fn out_of_reach(policy: &Policy) -> Option<String> {
    let highest = decisive(policy).map(Zone::highest).fold(0, i32::saturating_add);
    let threshold = policy.dnsbl_threshold;
    (decisive(policy).next().is_some() && highest < threshold).then(|| {
        format!(
            "No client is blocked: all lists together come to {highest}, and dnsbl_threshold is {threshold}."
        )
    })
}

/// The lists that are not on trial.
fn decisive(policy: &Policy) -> impl Iterator<Item = &Zone> {
    policy.zones().iter().filter(|zone| !zone.on_trial)
}

fn lists<'a>(policy: &'a Policy, renamed: &BTreeMap<&'a DomainName, &'a DomainName>) -> Lists<'a> {
    let mut lists = Lists::new();
    for site in policy.dnsbl_sites.iter() {
        let list = renamed.get(&site.domain).copied().unwrap_or(&site.domain);
        let filter = site.filter.as_ref().map(|filter| filter.merged().to_string()).unwrap_or_default();
        *lists.entry(list).or_default().entry(filter).or_default() += i64::from(site.weight);
    }
    lists
}

/// New domains of lists that are still called the same, each with its old one.
fn renamed<'a>(pair: Pair<'a>) -> BTreeMap<&'a DomainName, &'a DomainName> {
    let asked = |policy: &'a Policy, list: &DomainName| decisive(policy).any(|zone| zone.domain == *list);
    let domains = |policy: &'a Policy, other: &'a Policy| {
        let only_here = decisive(policy).map(|zone| &zone.domain).filter(move |list| !asked(other, list));
        only_here.collect::<Vec<_>>()
    };
    let mut gone = domains(pair.old, pair.new);
    let mut renamed = BTreeMap::new();
    for list in domains(pair.new, pair.old) {
        if let Some(place) = gone.iter().position(|gone| name(pair, gone) == name(pair, list)) {
            renamed.insert(list, gone.remove(place));
        }
    }
    renamed
}

/// A sentence, if something about a list is otherwise.
fn list_change(
    pair: Pair<'_>,
    list: &DomainName,
    old: Option<&BTreeMap<String, i64>>,
    new: Option<&BTreeMap<String, i64>>,
) -> Option<String> {
    let nothing = BTreeMap::new();
    let (before, now) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let filters: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let clauses = filters.into_iter().filter_map(|filter| {
        let answer =
            if filter.is_empty() { "a listing".to_owned() } else { format!("a listing as {filter}") };
        Some(match (before.get(filter), now.get(filter)) {
            (None, Some(&weight)) => format!("{answer} {}", worth(weight)),
            (Some(&weight), None) if new.is_none() => format!("{answer} {}", was_worth(weight)),
            (Some(&weight), None) => format!("{answer} counts no more (it {})", was_worth(weight)),
            (Some(before), Some(now)) if before != now => {
                format!("{answer} weighs {now} in place of {before}")
            }
            _ => return None,
        })
    });
    let clauses: Vec<_> = clauses.collect();
    let what = match (old, new) {
        (None, _) => " was added",
        (_, None) => " was removed",
        _ => "",
    };
    (!clauses.is_empty()).then(|| format!("{}{what}: {}.", name(pair, list), clauses.join("; ")))
}

fn worth(weight: i64) -> String {
    match weight {
        0 => "is worth nothing".to_owned(),
        1.. => format!("is worth {weight}"),
        _ => format!("takes {} from the score", weight.unsigned_abs()),
    }
}

fn was_worth(weight: i64) -> String {
    match weight {
        0 => "was worth nothing".to_owned(),
        1.. => format!("was worth {weight}"),
        _ => format!("took {} from the score", weight.unsigned_abs()),
    }
}
