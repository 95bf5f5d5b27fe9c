//! Which lists and senders are asked, and which of their answers count.

use super::entries::Changes;
use super::memory::are_passes_void;
use super::names::name;
use super::pair::{Pair, count};
use super::{Difference, Topic, sites};
use crate::dnsbl::{DomainName, ErrorReply};
use crate::policy::Policy;
use crate::record::{Test, TestSet};

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    [sites::difference(pair), error_replies(pair), watch(pair), frugal(pair), allow_spf(pair)]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether answers are no errors, of which list, and which; `None` is `known`.
type Rule = Option<(bool, Option<DomainName>, String)>;

fn error_replies(pair: Pair<'_>) -> Option<Difference> {
    let rules = |policy: &Policy| policy.dnsbl_error_replies.iter().map(rule).collect::<Vec<_>>();
    let (old, new) = (rules(pair.old), rules(pair.new));
    // The order matters only where some say what is an error and some say what is none, as those of `known` do.
    let says_what_is_none = |rule: &Rule| rule.as_ref().is_none_or(|(excluded, ..)| *excluded);
    let changes = if old.iter().chain(&new).any(says_what_is_none) {
        Changes::of_sequences(&old, &new)
    } else {
        Changes::of_sets(old, new)
    };
    if changes.is_empty() {
        return None;
    }
    let effect =
        "An answer by which a list says that it does not answer is no listing: it adds nothing to a score.";
    let effect = pair.without_effect_unless(Test::Dnsbl).unwrap_or_else(|| effect.to_owned());
    let shown = |rule: &Rule| match rule {
        None => "known (what is known of lists)".to_owned(),
        Some((excluded, list, answers)) => {
            let list = list.as_ref().map_or_else(|| "every list".to_owned(), |list| name(pair, list));
            let what = if *excluded { "a listing" } else { "an error" };
            format!("{answers} of {list} is {what}")
        }
    };
    let size = |policy: &Policy| count(policy.dnsbl_error_replies.len(), "rule");
    Some(Difference {
        topic: Topic::Asked,
        field: "dnsbl_error_replies",
        old: size(pair.old),
        new: size(pair.new),
        meaning: [vec![effect], changes.sentences(shown)].concat(),
    })
}

fn rule(reply: &ErrorReply) -> Rule {
    match reply {
        ErrorReply::Known => None,
        ErrorReply::Rule(rule) => {
            let (excluded, list, answers) = rule.parts();
            Some((excluded, list.cloned(), answers.merged().to_string()))
        }
    }
}

fn watch(pair: Pair<'_>) -> Option<Difference> {
    let on =
        "The lists are asked whether they are well; one that lists everybody or nobody counts for nothing.";
    let off = "Nobody looks whether the lists are well: one that lists everybody counts like any other.";
    pair.switch_of(
        Test::Dnsbl,
        Topic::Asked,
        "dnsbl_watch_enable",
        |policy| policy.dnsbl_watch_enable,
        [on, off],
    )
}

fn frugal(pair: Pair<'_>) -> Option<Difference> {
    let on = "Only as many lists are asked about a client as it takes to decide.";
    let off = "All lists are asked about a client at once.";
    pair.switch_of(
        Test::Dnsbl,
        Topic::Asked,
        "dnsbl_frugal_enable",
        |policy| policy.dnsbl_frugal_enable,
        [on, off],
    )
}

fn allow_spf(pair: Pair<'_>) -> Option<Difference> {
    let senders = |policy: &Policy| policy.allow_spf.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (old, new) = (senders(pair.old), senders(pair.new));
    let changes = Changes::of_sets(old.clone(), new.clone());
    let rewritten = old != new && are_passes_void(pair);
    if changes.is_empty() && !rewritten {
        return None;
    }
    let early = TestSet::from(Test::Pregreet) | Test::Dnsbl.into();
    let effect = if (pair.new.enabled_tests() & early).is_empty() {
        "Nobody waits (greet_banner and dnsbl_sites are empty), so this has no effect yet."
    } else if new.is_empty() {
        "No SPF record is asked for: clients of big senders are tested like all others."
    } else if changes.is_empty() {
        "The same senders, in another order or spelling."
    } else {
        "Clients of these senders, by their SPF records, need no test and do not wait."
    };
    Some(Difference {
        topic: Topic::Asked,
        field: "allow_spf",
        old: count(old.len(), "sender"),
        new: count(new.len(), "sender"),
        meaning: [vec![effect.to_owned()], changes.sentences(String::clone)].concat(),
    })
}
