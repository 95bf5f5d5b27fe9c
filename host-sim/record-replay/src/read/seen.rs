//! Whose record was there already.

use crate::reference;
use postscreen_engine::client_record::ClientRecord;
use std::collections::{BTreeSet, VecDeque};

/// Among how many clients, the last ones, each counts once. Some 30 MB.
pub const SEEN_MAX: usize = 1 << 20;

/// The references of the last records.
#[derive(Debug, Default)]
pub(super) struct Seen {
    references: BTreeSet<u64>,
    order: VecDeque<u64>,
}

impl Seen {
    /// Whether no record of this client was there, among the last [`SEEN_MAX`]. One without a reference is always new.
    pub fn is_new(&mut self, record: &ClientRecord) -> bool {
        let Some(reference) = reference::number(&record.reference) else { return true };
        if !self.references.insert(reference) {
            return false;
        }
        self.order.push_back(reference);
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.references.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u64) -> ClientRecord {
        let reference = postscreen_engine::client_record::Reference::of(number).to_string();
        ClientRecord { reference, ..ClientRecord::default() }
    }

    #[test]
    fn the_last_ones_are_known_and_no_more() {
        let mut seen = Seen::default();
        let max = u64::try_from(SEEN_MAX).unwrap();
        assert!((0..max).all(|number| seen.is_new(&record(number))));
        assert!(!seen.is_new(&record(0)), "the limit is reached, not passed");
        assert!(seen.is_new(&record(max)));
        assert!(!seen.is_new(&record(1)), "still among the last");
        assert!(seen.is_new(&record(0)), "no longer");
        assert_eq!((seen.references.len(), seen.order.len()), (SEEN_MAX, SEEN_MAX));
    }

    #[test]
    fn one_without_a_reference_is_always_new() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&ClientRecord::default()) && seen.is_new(&ClientRecord::default()));
    }
}
