//! Who was served and refused over time.

use super::{Both, Ending, Sums};
use std::collections::BTreeMap;

/// The most parts that the time is divided into.
pub const BUCKETS_MAX: usize = 200;

/// How long a part is at first, in seconds, and then: each is a multiple of the one before.
const WIDTHS: [u64; 7] = [60, 300, 900, 3_600, 21_600, 86_400, 604_800];

/// Time in parts of the same length: a minute, or more where there would be more than [`BUCKETS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    width: u64,
    buckets: BTreeMap<u64, Both<Sums>>,
}

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its beginning, in Unix seconds.
    pub from: u64,
    /// The clients that came in it.
    pub ends: Both<Sums>,
}

impl Default for Hours {
    fn default() -> Self {
        Self { width: WIDTHS[0], buckets: BTreeMap::new() }
    }
}

impl Hours {
    /// How long a part is, in seconds.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// The same in at most so many parts; two are the fewest.
    #[must_use]
    pub fn in_parts(&self, max: usize) -> Self {
        let mut coarser = self.clone();
        while coarser.buckets().len() > max.max(2) {
            coarser.widen();
        }
        coarser
    }

    /// The parts in which somebody came; those between them as well, unless that would be too many.
    pub fn buckets(&self) -> Vec<Bucket> {
        let bucket = |slot: u64| {
            let ends = self.buckets.get(&slot).copied().unwrap_or_default();
            Bucket { from: slot.saturating_mul(self.width), ends }
        };
        let (Some((first, _)), Some((last, _))) =
            (self.buckets.first_key_value(), self.buckets.last_key_value())
        else {
            return Vec::new();
        };
        if last - first < BUCKETS_MAX as u64 {
            (*first..=*last).map(bucket).collect()
        } else {
            self.buckets.keys().copied().map(bucket).collect()
        }
    }

    pub(super) fn add(&mut self, time: u64, before: Ending, after: Ending) {
        let ends = self.buckets.entry(time / self.width).or_default();
        ends.before.add(before);
        ends.after.add(after);
        while self.buckets.len() > BUCKETS_MAX {
            self.widen();
        }
    }

    fn widen(&mut self) {
        let wider = WIDTHS.into_iter().find(|width| *width > self.width);
        let wider = wider.unwrap_or_else(|| self.width.saturating_mul(2));
        let times = wider / self.width;
        self.width = wider;
        for (slot, ends) in std::mem::take(&mut self.buckets) {
            let sum = self.buckets.entry(slot / times).or_default();
            sum.before += ends.before;
            sum.after += ends.after;
        }
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.served += other.served;
        self.refused += other.refused;
        self.left += other.left;
    }
}
