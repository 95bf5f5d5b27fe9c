//! How long clients wait, and how long the screen waits for them.

use super::pair::Pair;
use super::{Difference, Topic};
use crate::record::Test;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    [greet_wait(pair), dnsbl_timeout(pair), early_verdict(pair), command_time_limit(pair)]
        .into_iter()
        .flatten()
        .collect()
}

fn greet_wait(pair: Pair<'_>) -> Option<Difference> {
    let tests = pair.new.enabled_tests();
    pair.stress_span(
        Topic::Waits,
        "greet_wait",
        |policy| policy.greet_wait,
        |now| {
            vec![if tests.contains(Test::Pregreet) {
                format!("An unknown client waits {now} for its turn, once.")
            } else if tests.contains(Test::Dnsbl) {
                format!("An unknown client waits until the lists have answered, at most {now}.")
            } else {
                "Nobody waits (greet_banner and dnsbl_sites are empty), so this has no effect yet.".to_owned()
            }]
        },
    )
}

fn dnsbl_timeout(pair: Pair<'_>) -> Option<Difference> {
    pair.span(
        Topic::Waits,
        "dnsbl_timeout",
        |policy| policy.dnsbl_timeout,
        |now| {
            let meaning = format!("A list or sender that has not answered after {now} counts for nothing.");
            vec![pair.without_effect_unless_asking().unwrap_or(meaning)]
        },
    )
}

fn early_verdict(pair: Pair<'_>) -> Option<Difference> {
    let on = "A client is refused or served as soon as no list that has not answered could change that.";
    let off =
        "A client that the lists have decided about waits for all of them, and for its turn, all the same.";
    let field = "dnsbl_early_verdict_enable";
    pair.switch_of(Test::Dnsbl, Topic::Waits, field, |policy| policy.dnsbl_early_verdict_enable, [on, off])
}

fn command_time_limit(pair: Pair<'_>) -> Option<Difference> {
    pair.stress_span(
        Topic::Waits,
        "command_time_limit",
        |policy| policy.command_time_limit,
        |now| {
            vec![format!("A client that the screen talks to has {now} for each command, then it is closed.")]
        },
    )
}
