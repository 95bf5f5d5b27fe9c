//! What the workers of a host have found out about the lists, as bytes.
//!
//! ```text
//! board = version (1 byte) { entry }
//! entry = list (8 bytes), checked at (4), next check (4), under way (1), IPv4: health (2), IPv6: health (2);
//!         big endian
//! under way = 1 from the beginning of a check to its end, else 0
//! health = finding (1), bad checks in a row (1)
//! ```

use super::health::{EVERY_S, Family, Finding, Health, RECHECK_S, WORLD_PAUSE_MAX_S};
use crate::policy::{SITES_MAX, TRIAL_SITES_MAX};
use std::collections::BTreeMap;

/// Where the board hangs in the shared data.
pub(super) const KEY: &str = "postscreen.lists";
/// The most lists on the board: those of a policy, and of the one before. Those that were not looked at for the longest
/// time make room.
pub const ENTRIES_MAX: usize = 2 * (SITES_MAX + TRIAL_SITES_MAX);
/// The most bytes of a board.
pub const BOARD_LEN_MAX: usize = 1 + ENTRIES_MAX * ENTRY_LEN;

const ENTRY_LEN: usize = 21;
const VERSION: u8 = 1;

/// The lists, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    entries: BTreeMap<u64, Entry>,
    /// Whether some list is muted.
    has_muted: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Entry {
    /// In Unix seconds, as the next one.
    checked_at: u32,
    next_check: u32,
    /// Somebody checks it.
    is_under_way: bool,
    v4: Health,
    v6: Health,
}

/// That a check has found a list otherwise than the one before, or the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub family: Family,
    pub before: Health,
    pub after: Health,
}

impl Change {
    /// Whether the same has become of the list for the other family.
    pub fn is_like(self, other: Self) -> bool {
        (self.before, self.after) == (other.before, other.after)
    }
}

impl Board {
    /// Reads what [`Board::encode`] wrote. Anything else reads as empty: then all lists are checked.
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&VERSION, entries)) = bytes.split_first() else { return Self::default() };
        let entries = entries.chunks_exact(ENTRY_LEN).take(ENTRIES_MAX).filter_map(decode_entry).collect();
        Self::of(entries)
    }

    fn of(entries: BTreeMap<u64, Entry>) -> Self {
        let has_muted = entries.values().any(|entry| entry.v4.is_muted() || entry.v6.is_muted());
        Self { entries, has_muted }
    }

    /// The board as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.entries.len() * ENTRY_LEN);
        bytes.push(VERSION);
        for (list, entry) in self.entries.iter().take(ENTRIES_MAX) {
            bytes.extend_from_slice(&list.to_be_bytes());
            bytes.extend_from_slice(&entry.checked_at.to_be_bytes());
            bytes.extend_from_slice(&entry.next_check.to_be_bytes());
            bytes.push(entry.is_under_way.into());
            for health in [entry.v4, entry.v6] {
                bytes.extend([health.finding.number(), health.bad_checks]);
            }
        }
        bytes
    }

    /// Whether no list is muted.
    pub fn is_quiet(&self) -> bool {
        !self.has_muted
    }

    /// Whether a list is muted for the clients of a family.
    pub fn is_muted(&self, list: u64, family: Family) -> bool {
        self.entries.get(&list).is_some_and(|entry| entry.health(family).is_muted())
    }

    /// Whether a list is to be checked at `unix`. A wall clock that was set back does not put that off.
    pub fn is_due(&self, list: u64, unix: u64) -> bool {
        self.entries.get(&list).is_none_or(|entry| {
            let next = u64::from(entry.next_check);
            next <= unix || next > unix.saturating_add(WORLD_PAUSE_MAX_S)
        })
    }

    /// Whether the last check of a list was begun `age` seconds ago, or before. One that is muted is checked when it
    /// is due, and no earlier.
    pub fn is_older(&self, list: u64, age: u64, unix: u64) -> bool {
        self.entries.get(&list).is_none_or(|entry| {
            unix.abs_diff(u64::from(entry.checked_at)) >= age && !(entry.v4.is_muted() && entry.v6.is_muted())
        })
    }

    /// Whether somebody checks a list, or has died with it.
    pub fn is_under_way(&self, list: u64) -> bool {
        self.entries.get(&list).is_some_and(|entry| entry.is_under_way)
    }

    /// Somebody checks a list, and has so many seconds to do it.
    pub fn claim(&mut self, list: u64, unix: u64, for_s: u64) {
        if !self.entries.contains_key(&list) && self.entries.len() >= ENTRIES_MAX {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.checked_at).map(|(&list, _)| list);
            oldest.map(|oldest| self.entries.remove(&oldest));
        }
        let entry = self.entries.entry(list).or_default();
        entry.checked_at = stored(unix);
        entry.next_check = stored(unix.saturating_add(for_s));
        entry.is_under_way = true;
    }

    /// Notes what a check has found, and when the next one is due. What it could not find out stays as it was.
    pub(super) fn conclude(
        &mut self,
        list: u64,
        findings: &[(Family, Option<Finding>)],
        unix: u64,
    ) -> Vec<Change> {
        let entry = self.entries.entry(list).or_default();
        entry.is_under_way = false;
        let mut changes = Vec::new();
        for &(family, finding) in findings {
            let before = entry.health(family);
            let after = finding.map_or(before, |finding| before.after(finding));
            *entry.health_mut(family) = after;
            changes.push(Change { family, before, after });
        }
        let is_unclear = findings.iter().any(|(_, finding)| finding.is_none());
        // The family that is ill says when.
        let pauses =
            [entry.v4, entry.v6].into_iter().filter_map(Health::pause).chain(is_unclear.then_some(RECHECK_S));
        entry.next_check = stored(unix.saturating_add(pauses.min().unwrap_or(EVERY_S)));
        *self = Self::of(std::mem::take(&mut self.entries));
        changes
    }
}

impl Entry {
    fn health(&self, family: Family) -> Health {
        match family {
            Family::V4 => self.v4,
            Family::V6 => self.v6,
        }
    }

    fn health_mut(&mut self, family: Family) -> &mut Health {
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }
}

fn decode_entry(bytes: &[u8]) -> Option<(u64, Entry)> {
    let (&list, rest) = bytes.split_first_chunk::<8>()?;
    let (&checked_at, rest) = rest.split_first_chunk::<4>()?;
    let (&next_check, rest) = rest.split_first_chunk::<4>()?;
    let &[is_under_way, finding_v4, bad_v4, finding_v6, bad_v6] = rest else { return None };
    let health = |finding, bad_checks| Health { finding: Finding::from_number(finding), bad_checks };
    let entry = Entry {
        checked_at: u32::from_be_bytes(checked_at),
        next_check: u32::from_be_bytes(next_check),
        is_under_way: is_under_way == 1,
        v4: health(finding_v4, bad_v4),
        v6: health(finding_v6, bad_v6),
    };
    Some((u64::from_be_bytes(list), entry))
}

/// Unix time as it is stored: until 2106.
fn stored(unix: u64) -> u32 {
    u32::try_from(unix).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
