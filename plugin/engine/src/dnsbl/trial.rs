//! What lists on trial would have changed: whom they would have blocked or spared, had they been in `dnsbl_sites`.

use super::tally::{Rank, Tally};
use crate::metric::Counter;
use crate::policy::Policy;
use std::fmt;

/// A client that would have fared otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The score without the lists on trial.
    pub total: i32,
    /// The score with them.
    pub total_with_trials: i32,
    /// What that would have meant.
    pub effect: TrialEffect,
    /// The numbers of the lists on trial that add to the score or take from it, in the order of arrival.
    pub lists: Vec<usize>,
}

/// What lists on trial would have done to a client, whatever `dnsbl_action` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialEffect {
    /// Its score would have been at or above `dnsbl_threshold`.
    Blocked,
    /// It would not have been there any more.
    NotBlocked,
    /// Its score would have been at or below `dnsbl_allowlist_threshold`.
    Allowlisted,
    /// It would not have been there any more.
    NotAllowlisted,
}

impl Trial {
    /// What is on trial in what was heard so far, of lists that count. `None`: it would change nothing.
    pub fn of(tally: &Tally, policy: &Policy, counts: impl Fn(usize) -> bool) -> Option<Self> {
        let total = tally.score(policy, &counts).total;
        let total_with_trials = tally.score_with_trials(policy, &counts).total;
        let effect = TrialEffect::of(Rank::of(total, policy), Rank::of(total_with_trials, policy))?;
        let lists = tally.listings().filter(|&(list, answer)| {
            let zone = policy.zones().get(list).filter(|zone| zone.on_trial && counts(list));
            zone.is_some_and(|zone| zone.matching_weights(&answer.addresses).any(|weight| weight != 0))
        });
        Some(Self { total, total_with_trials, effect, lists: lists.map(|(list, _)| list).collect() })
    }
}

impl TrialEffect {
    /// Of this rank, which would have been the other one.
    fn of(is: Rank, would_be: Rank) -> Option<Self> {
        match (is, would_be) {
            (Rank::Allowlisted, Rank::Allowlisted)
            | (Rank::Unremarkable, Rank::Unremarkable)
            | (Rank::Blocked, Rank::Blocked) => None,
            (_, Rank::Blocked) => Some(Self::Blocked),
            (_, Rank::Allowlisted) => Some(Self::Allowlisted),
            (Rank::Blocked, Rank::Unremarkable) => Some(Self::NotBlocked),
            (Rank::Allowlisted, Rank::Unremarkable) => Some(Self::NotAllowlisted),
        }
    }

    /// By what it is counted.
    pub const fn counter(self) -> Counter {
        match self {
            Self::Blocked => Counter::TrialBlocked,
            Self::NotBlocked => Counter::TrialNotBlocked,
            Self::Allowlisted => Counter::TrialAllowlisted,
            Self::NotAllowlisted => Counter::TrialNotAllowlisted,
        }
    }
}

impl fmt::Display for TrialEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocked => "would be blocked",
            Self::NotBlocked => "would not be blocked",
            Self::Allowlisted => "would be allowlisted",
            Self::NotAllowlisted => "would not be allowlisted",
        })
    }
}

#[cfg(test)]
mod tests;
