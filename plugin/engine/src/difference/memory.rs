//! Who is remembered, and for how long.

use super::pair::Pair;
use super::{Difference, Topic};
use crate::policy::{Period, Policy};
use crate::record::Test;
use crate::registry::places;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let found = [
        ttl(pair, "greet_ttl", Test::Pregreet, |policy| policy.greet_ttl),
        dnsbl_min_ttl(pair),
        dnsbl_max_ttl(pair),
        ttl(pair, "pipelining_ttl", Test::Pipelining, |policy| policy.pipelining_ttl),
        ttl(pair, "non_smtp_command_ttl", Test::NonSmtpCommand, |policy| policy.non_smtp_command_ttl),
        ttl(pair, "bare_newline_ttl", Test::BareNewline, |policy| policy.bare_newline_ttl),
        change_voids_passes(pair),
        retention_time(pair),
        prefix_length(pair, "client_ipv4_prefix_length", "IPv4", |policy| policy.client_ipv4_prefix_length),
        prefix_length(pair, "client_ipv6_prefix_length", "IPv6", |policy| policy.client_ipv6_prefix_length),
        buckets(pair),
    ];
    found.into_iter().flatten().collect()
}

/// Whether passes are forgotten because the lists that gave them, or what these are worth, are others now.
pub fn are_passes_void(pair: Pair<'_>) -> bool {
    let gave_passes = pair.old.enabled_tests().contains(Test::Dnsbl) || !pair.old.allow_spf.is_empty();
    gave_passes && pair.new.dnsbl_change_voids_passes && pair.old.lists_id() != pair.new.lists_id()
}

/// Says that once, with the first difference that makes it so.
pub fn tell_of_void_passes(pair: Pair<'_>, found: &mut [Difference]) {
    /// What [`Policy::lists_id`] is made of.
    const FIELDS: [&str; 5] =
        ["dnsbl_sites", "dnsbl_threshold", "dnsbl_allowlist_threshold", "allow_spf", "allow_spf_listed"];
    if !are_passes_void(pair) {
        return;
    }
    let first =
        FIELDS.into_iter().find_map(|field| found.iter().position(|difference| difference.field == field));
    if let Some(difference) = first.and_then(|first| found.get_mut(first)) {
        let again = match pair.without_effect_unless_asking() {
            None => "asked about",
            Some(_) => "tested",
        };
        let void = format!("Passes that the old lists gave are void: known clients are {again} again.");
        difference.meaning.push(void);
    }
}

fn ttl(
    pair: Pair<'_>,
    field: &'static str,
    test: Test,
    value: impl Fn(&Policy) -> Period,
) -> Option<Difference> {
    pair.span(Topic::Memory, field, value, |now| {
        let meaning = format!("A client that passes from now on is tested again after {now}.");
        vec![pair.without_effect_unless(test).unwrap_or(meaning)]
    })
}

fn dnsbl_min_ttl(pair: Pair<'_>) -> Option<Difference> {
    pair.span(
        Topic::Memory,
        "dnsbl_min_ttl",
        |policy| policy.dnsbl_min_ttl,
        |now| {
            let meaning = format!("A client that passes from now on is not asked about again within {now}.");
            vec![pair.without_effect_unless_asking().unwrap_or(meaning)]
        },
    )
}

fn dnsbl_max_ttl(pair: Pair<'_>) -> Option<Difference> {
    pair.span(
        Topic::Memory,
        "dnsbl_max_ttl",
        |policy| policy.dnsbl_max_ttl,
        |now| {
            let meaning =
                format!("A client that passes from now on is asked about again after {now} at the latest.");
            vec![pair.without_effect_unless_asking().unwrap_or(meaning)]
        },
    )
}

fn change_voids_passes(pair: Pair<'_>) -> Option<Difference> {
    let on = "Passes that other lists gave than those that are asked now are void.";
    let off = "Passes stay valid when the lists, their weights or the thresholds change.";
    pair.switch(
        Topic::Memory,
        "dnsbl_change_voids_passes",
        |policy| policy.dnsbl_change_voids_passes,
        [on, off],
    )
}

fn retention_time(pair: Pair<'_>) -> Option<Difference> {
    pair.span(
        Topic::Memory,
        "cache_retention_time",
        |policy| policy.cache_retention_time,
        |now| vec![format!("A client is a new one again {now} after its last pass has ended.")],
    )
}

fn prefix_length(
    pair: Pair<'_>,
    field: &'static str,
    family: &str,
    value: impl Fn(&Policy) -> u8,
) -> Option<Difference> {
    pair.plain(Topic::Memory, field, value, |_, now| {
        vec![
            format!("Passes, and client_connection_count_limit, are for all of a /{now} of {family}."),
            format!("What is remembered of other networks is not found: known {family} clients are tested once more."),
        ]
    })
}

/// A client's place is its hash modulo the number of buckets, and so the same for both numbers where the hash modulo
/// their least common multiple is below the smaller one.
fn buckets(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(Topic::Memory, "cache.buckets", |policy| policy.cache.buckets, |before, now| {
        let (more, less) = (before.max(now).get(), before.min(now).get());
        let one_in = more / greatest_common_divisor(more, less);
        let room = places(pair.new.cache.buckets);
        vec![
            format!("There is room for {room} clients that have passed."),
            format!(
                "Clients are kept elsewhere: one known client in {one_in} is found, the others are tested once more."
            ),
        ]
    })
}

fn greatest_common_divisor(mut more: u32, mut less: u32) -> u32 {
    while let Some(rest) = more.checked_rem(less) {
        (more, less) = (less, rest);
    }
    more
}
