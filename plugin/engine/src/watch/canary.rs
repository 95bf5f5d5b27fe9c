//! One check of one list: what is asked, and what follows from the answers.

use super::board::Change;
use super::health::{Family, Finding};
use crate::dnsbl::{BadAnswer, Zone, reversed};
use crate::io::DnsFailure;
use crate::policy::Policy;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

const LISTED_BY_ALL: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const LISTED_BY_NONE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A question to a list to which the answer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canary {
    /// The number of the list ([`Zone::id`]).
    pub list: u64,
    family: Family,
    must_be_listed: bool,
}

impl Canary {
    /// All that a check of a list asks.
    pub(super) fn all(list: u64) -> [Self; 4] {
        [(Family::V4, true), (Family::V4, false), (Family::V6, true), (Family::V6, false)]
            .map(|(family, must_be_listed)| Self { list, family, must_be_listed })
    }

    pub(super) fn question(self, zone: &Zone) -> Option<Vec<u8>> {
        zone.question(&reversed(self.address()))
    }

    fn address(self) -> IpAddr {
        let address = if self.must_be_listed { LISTED_BY_ALL } else { LISTED_BY_NONE };
        match self.family {
            Family::V4 => address.into(),
            // RFC 5782 writes ::FFFF:7F00:2: as IPv6, and asked for in nibbles.
            Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(address.to_ipv6_mapped().to_bits())),
        }
    }

    fn place(self) -> usize {
        let all = Self::all(self.list);
        all.iter().position(|&other| other == self).unwrap_or_default()
    }
}

/// What a list said to a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// It lists the address, in a way that adds to a score or takes from it.
    Listed,
    /// It lists the address in another way, or not at all.
    Unlisted {
        at_all: bool,
    },
    Error(BadAnswer),
    Silence,
    /// It was not the list that failed.
    NotAsked,
}

/// A check under way.
#[derive(Debug)]
pub(super) struct Check {
    pub policy: Arc<Policy>,
    /// The list's number in that policy.
    pub list: usize,
    said: [Option<Said>; 4],
}

impl Check {
    pub fn new(policy: Arc<Policy>, list: usize) -> Self {
        Self { policy, list, said: [None; 4] }
    }

    pub fn hear(&mut self, canary: Canary, answer: Result<&[u8], DnsFailure>) {
        let Some(zone) = self.policy.zones().get(self.list) else { return };
        let said = match answer.map(|message| zone.parse_answer(&reversed(canary.address()), message)) {
            Ok(Ok(answer)) if zone.matching_weights(&answer.addresses).next().is_some() => Said::Listed,
            Ok(Ok(answer)) => Said::Unlisted { at_all: answer.addresses.is_empty() },
            Ok(Err(bad)) => Said::Error(bad),
            Err(DnsFailure::Timeout) => Said::Silence,
            Err(DnsFailure::Unreachable | DnsFailure::HttpStatus(_)) => Said::NotAsked,
        };
        if let Some(place) = self.said.get_mut(canary.place()) {
            *place = Some(said);
        }
    }

    /// What follows, once everything is answered.
    pub fn conclusion(&self) -> Option<Conclusion> {
        let &[Some(yes_v4), Some(no_v4), Some(yes_v6), Some(no_v6)] = &self.said else { return None };
        let error = |said| match said {
            Said::Error(bad) => Some(bad),
            _ => None,
        };
        Some(Conclusion {
            v4: finding(yes_v4, no_v4),
            // A list that knows no IPv6 is no worse for it.
            v6: finding(yes_v6, no_v6)
                .map(|found| if found == Finding::Blank { Finding::Well } else { found }),
            error_v4: error(yes_v4),
            error_v6: error(yes_v6),
        })
    }
}

/// `None`: that says nothing about the list.
fn finding(must_be: Said, must_not_be: Said) -> Option<Finding> {
    match (must_be, must_not_be) {
        (_, Said::Listed) => Some(Finding::World),
        (Said::Listed | Said::Unlisted { at_all: false }, _) => Some(Finding::Well),
        (Said::Error(_), _) => Some(Finding::Errors),
        (Said::Silence, Said::Silence) => Some(Finding::Silence),
        (Said::Unlisted { .. }, Said::Unlisted { .. }) => Some(Finding::Blank),
        _ => None,
    }
}

/// What a check has found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conclusion {
    v4: Option<Finding>,
    v6: Option<Finding>,
    error_v4: Option<BadAnswer>,
    error_v6: Option<BadAnswer>,
}

impl Conclusion {
    pub fn findings(&self) -> [(Family, Option<Finding>); 2] {
        [(Family::V4, self.v4), (Family::V6, self.v6)]
    }

    /// What the log says of a change; `None`: nothing.
    pub fn line(&self, list: &str, change: Change) -> Option<String> {
        let (whose, no_ipv6, error) = match change.family {
            Family::V4 => ("", "", self.error_v4),
            Family::V6 => (" about IPv6 clients", " IPv6", self.error_v6),
        };
        let until = format!("muted: what it says{whose} counts for nothing until it is well again");
        let canary = Canary { list: 0, family: change.family, must_be_listed: false }.address();
        let (before, after) = (change.before, change.after);
        if before.is_muted() && !after.is_muted() {
            return Some(format!("list {list} is well again: what it says{whose} counts"));
        }
        if after.is_muted() && !before.is_muted() {
            return match (after.finding, error) {
                (Finding::World, _) => {
                    Some(format!("warning: list {list} lists {canary}, and so everybody; {until}"))
                }
                (Finding::Errors, Some(error)) => Some(format!(
                    "warning: list {list} answers{no_ipv6} questions with errors ({error}); {until}"
                )),
                _ => Some(format!("warning: list {list} does not answer{no_ipv6} questions; {until}")),
            };
        }
        if after.finding == Finding::Blank && before.finding != Finding::Blank {
            return Some(format!(
                "warning: list {list} does not list {LISTED_BY_ALL}, as every list should (RFC 5782, section 5): does \
                 it still exist? What it says counts as before"
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests;
