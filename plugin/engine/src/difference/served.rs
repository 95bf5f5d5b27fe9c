//! Who is let in, and who is refused, whatever the tests say: by address, by score, and by sender.

use super::addresses::moved;
use super::entries::Changes;
use super::pair::{Pair, count, fate};
use super::sites::out_of_reach;
use super::{Difference, Topic};
use crate::access::{AccessList, Decision, Networks, Rule, Verb, decide};
use crate::policy::Policy;
use crate::record::Test;
use std::net::IpAddr;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let found = [
        mynetworks(pair),
        access_list(pair),
        denylist_action(pair),
        allowlist_interfaces(pair),
        threshold(pair),
        allowlist_threshold(pair),
        allow_spf_listed(pair),
    ];
    found.into_iter().flatten().collect()
}

fn mynetworks(pair: Pair<'_>) -> Option<Difference> {
    let (old, new) = (&*pair.old.mynetworks, &*pair.new.mynetworks);
    let list = &*pair.old.access_list;
    networks(Topic::Served, "mynetworks", old, new, || {
        if !pair.new.access_list.contains(&Rule::PermitMynetworks) {
            return vec!["No rule of access_list asks for mynetworks, so this has no effect yet.".to_owned()];
        }
        let starts = list.starts().chain(old.starts()).chain(new.starts());
        decided_otherwise(starts, (list, old), (list, new))
    })
}

/// With the new `mynetworks` on both sides: what those change is told where they are.
fn access_list(pair: Pair<'_>) -> Option<Difference> {
    let (old, new) = (&*pair.old.access_list, &*pair.new.access_list);
    let home = &*pair.new.mynetworks;
    let rules = |list: &AccessList| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = Changes::of_sequences(&rules(old), &rules(new));
    if changes.is_empty() {
        return None;
    }
    let starts = old.starts().chain(new.starts()).chain(home.starts());
    let effect = decided_otherwise(starts, (old, home), (new, home));
    if changes.is_order_only() && effect.is_empty() {
        return None;
    }
    let nobody = || vec!["No client is treated otherwise: other rules decide, or the tests.".to_owned()];
    let effect = if effect.is_empty() { nobody() } else { effect };
    let size = |list: &AccessList| count(list.len(), "rule");
    Some(Difference {
        topic: Topic::Served,
        field: "access_list",
        old: size(old),
        new: size(new),
        meaning: [effect, changes.sentences(String::clone)].concat(),
    })
}

/// How many addresses two access lists, each with its `mynetworks`, decide about otherwise, one sentence for each kind.
fn decided_otherwise(
    starts: impl Iterator<Item = IpAddr>,
    (old, old_home): (&AccessList, &Networks),
    (new, new_home): (&AccessList, &Networks),
) -> Vec<String> {
    let word = |decision| match decision {
        Decision::Permit => "served untested",
        Decision::Reject => "rejected",
        Decision::Undecided => "tested",
    };
    let before = |client| word(decide(old, old_home, client));
    let now = |client| word(decide(new, new_home, client));
    let kinds = moved(starts, before, now).into_iter();
    kinds
        .map(|((before, now), addresses)| {
            let mut verb = now.to_owned();
            if let Some(first) = verb.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{verb} now, before {before}: {}.", addresses.in_words())
        })
        .collect()
}

/// A list of networks in which the first match decides. `effect` is asked for only if something has changed.
pub fn networks(
    topic: Topic,
    field: &'static str,
    old: &Networks,
    new: &Networks,
    effect: impl FnOnce() -> Vec<String>,
) -> Option<Difference> {
    let entries = |networks: &Networks| networks.iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = Changes::of_sequences(&entries(old), &entries(new));
    let starts = || old.starts().chain(new.starts());
    let same = || moved(starts(), |client| old.contain(client), |client| new.contain(client)).is_empty();
    let effect = match changes.is_empty() || same() {
        true if changes.is_order_only() => return None,
        true => vec!["The same addresses as before are in these networks.".to_owned()],
        false => effect(),
    };
    let size = |networks: &Networks| count(networks.len(), "network");
    let meaning = [effect, changes.sentences(String::clone)].concat();
    Some(Difference { topic, field, old: size(old), new: size(new), meaning })
}

fn denylist_action(pair: Pair<'_>) -> Option<Difference> {
    let rejects = |rule: &Rule| matches!(rule, Rule::Always(Verb::Reject) | Rule::Cidr(_, Verb::Reject));
    let nobody = !pair.new.access_list.iter().any(rejects);
    let without = nobody.then(|| "No rule rejects anybody, so this has no effect yet.".to_owned());
    pair.plain(
        Topic::Served,
        "denylist_action",
        |policy| policy.denylist_action,
        |before, now| {
            let (now, before) = (fate(now, pair.new), fate(before, pair.old));
            vec![without.unwrap_or_else(|| {
                format!("Clients that the access list rejects {now}; before, they {before}.")
            })]
        },
    )
}

fn allowlist_interfaces(pair: Pair<'_>) -> Option<Difference> {
    let (old, new) = (&*pair.old.allowlist_interfaces, &*pair.new.allowlist_interfaces);
    let what = "Server addresses where no pass is earned defer the mail of all clients that have none.";
    networks(Topic::Served, "allowlist_interfaces", old, new, || vec![what.to_owned()])
}

fn threshold(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Served,
        "dnsbl_threshold",
        |policy| policy.dnsbl_threshold,
        |before, now| {
            if let Some(off) = pair.without_effect_unless(Test::Dnsbl) {
                return vec![off];
            }
            let concerned = scores(before.min(now), before.max(now).saturating_sub(1));
            let fate = fate(pair.new.dnsbl_action, pair.new);
            let was_on = pair.old.enabled_tests().contains(Test::Dnsbl);
            let mut meaning = vec![match was_on {
                false => format!("Clients with a score of {now} or more are blocked now: they {fate}."),
                true if now < before => {
                    format!("Clients with a score of {concerned} are blocked now: they {fate}.")
                }
                true => format!("Clients with a score of {concerned} are not blocked any more."),
            }];
            meaning.extend(out_of_reach(pair.new));
            meaning
        },
    )
}

fn allowlist_threshold(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Served,
        "dnsbl_allowlist_threshold",
        |policy| policy.dnsbl_allowlist_threshold,
        |before, now| {
            let meaning = match (before, now) {
                (_, 0) => "No score spares a client the other tests any more.".to_owned(),
                (0, _) => format!("Clients with a score of {now} or less need no other test now."),
                _ if now > before => {
                    let concerned = scores(before.saturating_add(1), now);
                    format!("Clients with a score of {concerned} need no other test now.")
                }
                _ => {
                    let concerned = scores(now.saturating_add(1), before);
                    format!("Clients with a score of {concerned} must pass the other tests now.")
                }
            };
            vec![pair.without_effect_unless(Test::Dnsbl).unwrap_or(meaning)]
        },
    )
}

/// `2`, `2 or 3`, `2 to 4`
fn scores(low: i32, high: i32) -> String {
    match high.saturating_sub(low) {
        ..=0 => low.to_string(),
        1 => format!("{low} or {high}"),
        _ => format!("{low} to {high}"),
    }
}

fn allow_spf_listed(pair: Pair<'_>) -> Option<Difference> {
    let on = "A client that a sender of allow_spf vouches for is served now even if the lists block it.";
    let off =
        "A client that the lists block is not served any more because a sender of allow_spf vouches for it.";
    let nobody = "No sender vouches (allow_spf is empty), so this has no effect yet.";
    let words = if pair.new.allow_spf.is_empty() { [nobody, nobody] } else { [on, off] };
    let value = |policy: &Policy| policy.allow_spf_listed;
    pair.switch_of(Test::Dnsbl, Topic::Served, "allow_spf_listed", value, words)
}
