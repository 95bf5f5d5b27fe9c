//! Adding up what the lists say about one client.

use super::message::{BadAnswer, ParsedAnswer, ReversedName};
use super::site::Zone;
use crate::io::DnsFailure;
use crate::policy::Policy;
use std::fmt;

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Tally {
    answered: Vec<bool>,
    total: i32,
    heaviest: Option<(i32, usize)>,
    /// Validity of a pass, should the final score be positive; `None`: unknown.
    fail_ttl: Option<u32>,
    /// Validity of a pass otherwise.
    pass_ttl: Option<u32>,
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

impl Tally {
    /// No answers yet from `zones` lists.
    pub fn new(zones: usize) -> Self {
        Self { answered: vec![false; zones], total: 0, heaviest: None, fail_ttl: None, pass_ttl: None }
    }

    /// Whether every list has answered; an error is an answer, silence is not.
    pub fn is_complete(&self) -> bool {
        self.answered.iter().all(|&answered| answered)
    }

    /// Takes the answer of one list.
    pub fn hear(
        &mut self,
        client: &ReversedName,
        index: usize,
        zone: &Zone,
        answer: Result<&[u8], DnsFailure>,
    ) -> Heard {
        let Some(answered @ false) = self.answered.get_mut(index) else { return Heard::Ignored };
        let reading = match answer {
            Ok(message) => zone.parse_answer(client, message).map_err(Trouble::Bad),
            Err(DnsFailure::Timeout) => return Heard::TimedOut,
            Err(DnsFailure::HttpStatus(status)) => Err(Trouble::HttpStatus(status)),
            Err(DnsFailure::Unreachable) => Err(Trouble::Unreachable),
        };
        *answered = true;
        match reading {
            Err(trouble) => {
                self.count_ttl(zone, false, None);
                Heard::Trouble(trouble)
            }
            Ok(answer) => {
                let listed = !answer.addresses.is_empty();
                self.count_ttl(zone, listed, answer.ttl);
                for weight in zone.matching_weights(&answer.addresses) {
                    self.total = self.total.saturating_add(weight);
                    if self.heaviest.is_none_or(|(heaviest, _)| weight > heaviest) {
                        self.heaviest = Some((weight, index));
                    }
                }
                if listed { Heard::Listed(answer) } else { Heard::Unlisted(answer) }
            }
        }
    }

    /// The score of the answers so far.
    pub fn score(&self, policy: &Policy) -> Score {
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
