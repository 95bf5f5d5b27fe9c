//! Which lists are asked next, when no more are to be asked than it takes to decide.
//!
//! Allowlists first, because nobody may be refused whom one of them could save; with them, and then batch by batch, the
//! fewest of the heaviest lists that could block the client together.

use crate::dnsbl::Zone;
use crate::policy::Policy;

/// The lists that count, in the order in which they are to be asked: those of `dnsbl_sites`, or the heaviest first.
pub(super) fn first_lists(policy: &Policy, counts: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut lists = lists(policy, false, counts);
    if policy.dnsbl_frugal_enable {
        lists.sort_by_key(|&list| std::cmp::Reverse(highest(policy, list)));
    }
    lists
}

/// The lists on trial that count.
pub(super) fn trial_lists(policy: &Policy, counts: impl Fn(usize) -> bool) -> Vec<usize> {
    lists(policy, true, counts)
}

fn lists(policy: &Policy, on_trial: bool, counts: impl Fn(usize) -> bool) -> Vec<usize> {
    let zones = policy.zones().iter().enumerate().filter(|(_, zone)| zone.on_trial == on_trial);
    zones.map(|(list, _)| list).filter(|&list| counts(list)).collect()
}

/// Takes the next batch out of `rest`, which has the heaviest lists first, for a client with this score so far.
pub(super) fn take(rest: &mut Vec<usize>, policy: &Policy, total: i32) -> Vec<usize> {
    let mut missing = i64::from(policy.dnsbl_threshold) - i64::from(total);
    let mut is_next = |list: usize| {
        if is_allowlist(policy, list) {
            return true;
        }
        let reached = missing <= 0;
        if !reached {
            missing -= i64::from(highest(policy, list));
        }
        !reached
    };
    let (next, later) = rest.iter().partition(|&&list| is_next(list));
    *rest = later;
    next
}

fn is_allowlist(policy: &Policy, list: usize) -> bool {
    policy.zones().get(list).is_some_and(|zone| zone.lowest() < 0)
}

fn highest(policy: &Policy, list: usize) -> i32 {
    policy.zones().get(list).map_or(0, Zone::highest)
}

#[cfg(test)]
mod tests;
