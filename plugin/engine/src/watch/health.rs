//! How a list is, by what its checks have found.

use std::net::IpAddr;

/// The time between two checks of a list that is well, in seconds.
pub const EVERY_S: u64 = 600;
/// The time until a list is looked at again of which a check has found something bad, or nothing, in seconds. It
/// doubles with each check that does.
pub const RECHECK_S: u64 = 60;
/// The longest time between two checks of a list that lists the world, in seconds: it has ended, as a rule.
pub const WORLD_PAUSE_MAX_S: u64 = 3_600;
/// The longest time between two checks of a list that does not answer, or answers errors, in seconds: that may be the
/// resolver, which somebody is about to mend.
pub const TROUBLE_PAUSE_MAX_S: u64 = 240;
/// So many checks in a row must find a list in trouble before it is muted: an answer may get lost.
const TROUBLE_CHECKS: u8 = 2;

/// The clients that a list may know. Many lists know no IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    pub(super) fn of(client: IpAddr) -> Self {
        if client.is_ipv6() { Self::V6 } else { Self::V4 }
    }
}

/// What a check has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finding {
    /// It lists what it must, and not what it may not.
    #[default]
    Well,
    /// It lists nothing, not even 127.0.0.2. That harms nobody, and small lists of one's own often do not have it.
    Blank,
    /// It lists 127.0.0.1, so everybody.
    World,
    /// It answers errors.
    Errors,
    /// It does not answer.
    Silence,
}

impl Finding {
    /// All of them, in the order of their numbers on the board.
    const ALL: [Self; 5] = [Self::Well, Self::Blank, Self::World, Self::Errors, Self::Silence];

    pub(super) fn number(self) -> u8 {
        self as u8
    }

    pub(super) fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or_default()
    }

    fn is_bad(self) -> bool {
        !matches!(self, Self::Well | Self::Blank)
    }
}

/// How a list is, for the clients of one family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// What the last check has found.
    pub finding: Finding,
    /// How many checks in a row have found something bad.
    pub bad_checks: u8,
}

impl Health {
    /// After one more check.
    #[must_use]
    pub fn after(self, finding: Finding) -> Self {
        let bad_checks = if finding.is_bad() { self.bad_checks.saturating_add(1) } else { 0 };
        Self { finding, bad_checks }
    }

    /// Whether the list is worth nothing.
    pub fn is_muted(self) -> bool {
        match self.finding {
            Finding::Well | Finding::Blank => false,
            Finding::World => true,
            Finding::Errors | Finding::Silence => self.bad_checks >= TROUBLE_CHECKS,
        }
    }

    /// How long the next check of a list that is ill may wait, in seconds; `None`: it is not.
    pub fn pause(self) -> Option<u64> {
        let max = match self.finding {
            Finding::Well | Finding::Blank => return None,
            Finding::World => WORLD_PAUSE_MAX_S,
            Finding::Errors | Finding::Silence => TROUBLE_PAUSE_MAX_S,
        };
        let doublings = u32::from(self.bad_checks.saturating_sub(1)).min(16);
        Some((RECHECK_S << doublings).min(max))
    }
}

#[cfg(test)]
mod tests;
