//! Adding up what the lists say about one client.
//!
//! The sum is made anew each time somebody wants it, from what was heard: a list may be muted between its answer and
//! the verdict, and then its answer is worth nothing. Lists on trial ([`Zone::on_trial`]) are heard, and count nowhere
//! but in [`Tally::score_with_trials`].

use super::message::{BadAnswer, ParsedAnswer, ReversedName};
use super::site::Zone;
use crate::io::DnsFailure;
use crate::policy::Policy;
use std::fmt;

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Tally {
    standings: Vec<Standing>,
    /// Lists that have answered, in the order of arrival, with what they said; `None`: trouble.
    heard: Vec<(usize, Option<ParsedAnswer>)>,
}

/// How it stands with one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has not answered, and still may.
    Open,
    /// It did not answer in time.
    Silent,
    /// It has answered, or could not be asked.
    Answered,
}

/// What an answer turned out to be, for counters and log lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The client is listed.
    Listed(ParsedAnswer),
    /// It is not: the answer has no addresses.
    Unlisted(ParsedAnswer),
    /// The list did not answer in time. It does not count as answered: one dead list makes a client wait the whole
    /// time.
    TimedOut,
    /// The list could not be asked, or what came back was no answer.
    Trouble(Trouble),
    /// An answer to no question, or a second one: nothing changes.
    Ignored,
}

/// Why a list said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A message that is no answer.
    Bad(BadAnswer),
    /// An HTTP status other than 200.
    HttpStatus(u16),
    /// No way to the resolver.
    Unreachable,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(reason) => reason.fmt(f),
            Self::HttpStatus(status) => write!(f, "HTTP status {status}"),
            Self::Unreachable => f.write_str("cannot be reached"),
        }
    }
}

/// The sum over all lists, or over those that answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The sum of the weights.
    pub total: i32,
    /// The number of the zone whose single entry weighs most (first to answer on a tie), if the client is listed at
    /// all.
    pub heaviest_zone: Option<usize>,
    /// How long a pass with this score is valid, in seconds, between `dnsbl_min_ttl` and `dnsbl_max_ttl`.
    pub ttl: u64,
}

/// What a score leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// At or below `dnsbl_allowlist_threshold`.
    Allowlisted,
    /// Between the thresholds.
    Unremarkable,
    /// At or above `dnsbl_threshold`.
    Blocked,
}

impl Rank {
    /// Of this score.
    pub fn of(total: i32, policy: &Policy) -> Self {
        if total >= policy.dnsbl_threshold {
            Self::Blocked
        } else if policy.allowlist_threshold().is_some_and(|threshold| total <= threshold.get()) {
            Self::Allowlisted
        } else {
            Self::Unremarkable
        }
    }
}

impl Tally {
    /// No answers yet from `zones` lists.
    pub fn new(zones: usize) -> Self {
        Self { standings: vec![Standing::Open; zones], heard: Vec::new() }
    }

    /// Whether every list that counts has answered; an error is an answer, silence is not.
    pub fn is_complete(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> bool {
        let mut standings = self.standings.iter().enumerate();
        let matters = |list| counts(list) && is_decisive(policy, list);
        standings.all(|(list, &standing)| standing == Standing::Answered || !matters(list))
    }

    /// Takes the answer of one list.
    pub fn hear(
        &mut self,
        client: &ReversedName,
        index: usize,
        zone: &Zone,
        answer: Result<&[u8], DnsFailure>,
    ) -> Heard {
        let standing = match self.standings.get_mut(index) {
            None | Some(Standing::Answered) => return Heard::Ignored,
            Some(standing) => standing,
        };
        let reading = match answer {
            Ok(message) => zone.parse_answer(client, message).map_err(Trouble::Bad),
            Err(DnsFailure::Timeout) => {
                *standing = Standing::Silent;
                return Heard::TimedOut;
            }
            Err(DnsFailure::HttpStatus(status)) => Err(Trouble::HttpStatus(status)),
            Err(DnsFailure::Unreachable) => Err(Trouble::Unreachable),
        };
        *standing = Standing::Answered;
        self.heard.push((index, reading.clone().ok()));
        match reading {
            Err(trouble) => Heard::Trouble(trouble),
            Ok(answer) if answer.addresses.is_empty() => Heard::Unlisted(answer),
            Ok(answer) => Heard::Listed(answer),
        }
    }

    /// What a list answered.
    pub fn answer(&self, list: usize) -> Option<&ParsedAnswer> {
        self.heard.iter().find(|(heard, _)| *heard == list)?.1.as_ref()
    }

    /// Where the client is listed, in the order of arrival.
    pub fn listings(&self) -> impl Iterator<Item = (usize, &ParsedAnswer)> {
        let answered = self.heard.iter().filter_map(|(list, answer)| Some((*list, answer.as_ref()?)));
        answered.filter(|(_, answer)| !answer.addresses.is_empty())
    }

    /// How long all answers so far may be used again, in seconds: not at all after trouble, or where there is none.
    pub fn cache_ttl(&self, policy: &Policy) -> u32 {
        let ttl = |(_, answer): &(usize, Option<ParsedAnswer>)| answer.as_ref()?.cache_ttl;
        let heard = self.heard.iter().filter(|(list, _)| is_decisive(policy, *list));
        heard.map(|heard| ttl(heard).unwrap_or(0)).min().unwrap_or(0)
    }

    /// The score of the answers so far, of lists that count.
    pub fn score(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> Score {
        self.score_with_trials(policy, |list| counts(list) && is_decisive(policy, list))
    }

    /// What the score would be if lists on trial counted as the others do.
    pub fn score_with_trials(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> Score {
        let mut sum = Sum::default();
        for (list, answer) in self.heard.iter().filter(|&&(list, _)| counts(list)) {
            if let Some(zone) = policy.zones().get(*list) {
                sum.add(*list, zone, answer.as_ref());
            }
        }
        sum.score(policy)
    }

    /// The highest score that may come of it, from lists that count.
    pub fn highest(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> i32 {
        self.bounds(policy, counts).1
    }

    /// What the score leads to if no list that counts and may still answer can change that.
    pub fn certain_rank(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> Option<Rank> {
        let (lowest, highest) = self.bounds(policy, counts);
        let rank = Rank::of(lowest, policy);
        (rank == Rank::of(highest, policy)).then_some(rank)
    }

    /// The lowest and the highest score that may come of it.
    fn bounds(&self, policy: &Policy, counts: impl Fn(usize) -> bool) -> (i32, i32) {
        let total = self.score(policy, &counts).total;
        let (mut lowest, mut highest) = (total, total);
        for (list, zone) in policy.zones().iter().enumerate() {
            if self.standings.get(list) == Some(&Standing::Open) && !zone.on_trial && counts(list) {
                lowest = lowest.saturating_add(zone.lowest());
                highest = highest.saturating_add(zone.highest());
            }
        }
        (lowest, highest)
    }
}

/// Whether what a list says may change anything.
fn is_decisive(policy: &Policy, list: usize) -> bool {
    policy.zones().get(list).is_some_and(|zone| !zone.on_trial)
}

/// A sum in the making.
#[derive(Debug, Default)]
struct Sum {
    total: i32,
    heaviest: Option<(i32, usize)>,
    /// Validity of a pass, should the final score be positive; `None`: unknown.
    fail_ttl: Option<u32>,
    /// Validity of a pass otherwise.
    pass_ttl: Option<u32>,
}

impl Sum {
    fn add(&mut self, list: usize, zone: &Zone, answer: Option<&ParsedAnswer>) {
        let Some(answer) = answer else { return self.count_ttl(zone, false, None) };
        self.count_ttl(zone, !answer.addresses.is_empty(), answer.ttl);
        for weight in zone.matching_weights(&answer.addresses) {
            self.total = self.total.saturating_add(weight);
            if self.heaviest.is_none_or(|(heaviest, _)| weight > heaviest) {
                self.heaviest = Some((weight, list));
            }
        }
    }

    fn score(&self, policy: &Policy) -> Score {
        let ttl = if self.total > 0 { self.fail_ttl } else { self.pass_ttl };
        let ttl = u64::from(ttl.unwrap_or(0));
        Score {
            total: self.total,
            heaviest_zone: self.heaviest.map(|(_, index)| index),
            // Postfix's order: raise, then cap.
            ttl: ttl.max(policy.dnsbl_min_ttl.as_secs()).min(policy.dnsbl_max_ttl.as_secs()),
        }
    }

    /// A listing may end, a non-listing may begin: each limits how long the opposite conclusion is worth something.
    ///
    /// The rule is postscreen's: per entry of the zone, whether or not its filter matched; an unknown TTL after a known
    /// one makes the minimum unknown, a known one after an unknown one replaces it.
    fn count_ttl(&mut self, zone: &Zone, listed: bool, ttl: Option<u32>) {
        for weight in zone.weights() {
            let minimum = if (weight > 0) == listed { &mut self.fail_ttl } else { &mut self.pass_ttl };
            *minimum = match (*minimum, ttl) {
                (Some(lowest), Some(ttl)) => Some(lowest.min(ttl)),
                (None, ttl) => ttl,
                (Some(_), None) => None,
            };
        }
    }
}

#[cfg(test)]
mod tests;
