//! Lists of entries: what was added, removed and moved.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most entries that are named for one field: more of them nobody reads.
pub const NAMED_MAX: usize = 20;

/// From one list to the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes<T> {
    /// In the order of the new list.
    pub added: Vec<T>,
    /// In the order of the old list.
    pub removed: Vec<T>,
    /// The fewest that must move for the others to stay where they are, in the order of the new list.
    pub moved: Vec<T>,
}

impl<T: Clone + Ord> Changes<T> {
    /// Of lists whose order matters. Equal entries are told apart by their order.
    pub fn of_sequences(old: &[T], new: &[T]) -> Self {
        let mut places: BTreeMap<&T, VecDeque<usize>> = BTreeMap::new();
        for (place, entry) in old.iter().enumerate() {
            places.entry(entry).or_default().push_back(place);
        }
        let (mut added, mut kept) = (Vec::new(), Vec::new());
        for entry in new {
            match places.get_mut(entry).and_then(VecDeque::pop_front) {
                Some(place) => kept.push((place, entry)),
                None => added.push(entry.clone()),
            }
        }
        let left: BTreeSet<usize> = places.into_values().flatten().collect();
        let removed = left.into_iter().filter_map(|place| old.get(place).cloned()).collect();
        let in_order = in_order(kept.iter().map(|&(place, _)| place));
        let is_elsewhere = |&(place, _): &(usize, &T)| !in_order.contains(&place);
        let moved = kept.into_iter().filter(is_elsewhere).map(|(_, entry)| entry.clone()).collect();
        Self { added, removed, moved }
    }

    /// Of lists whose order means nothing, nor how often an entry stands there.
    pub fn of_sets(old: impl IntoIterator<Item = T>, new: impl IntoIterator<Item = T>) -> Self {
        let (old, new): (BTreeSet<T>, BTreeSet<T>) = (old.into_iter().collect(), new.into_iter().collect());
        Self {
            added: new.difference(&old).cloned().collect(),
            removed: old.difference(&new).cloned().collect(),
            moved: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.is_order_only() && self.moved.is_empty()
    }

    /// Whether no entry is another one.
    pub fn is_order_only(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// A sentence for each entry, up to [`NAMED_MAX`].
    pub fn sentences(&self, shown: impl Fn(&T) -> String) -> Vec<String> {
        let kinds = [("Added", &self.added), ("Removed", &self.removed), ("Moved", &self.moved)];
        let entries =
            kinds.into_iter().flat_map(|(kind, entries)| entries.iter().map(move |entry| (kind, entry)));
        limited(entries.map(|(kind, entry)| format!("{kind}: {}.", shown(entry))))
    }
}

/// At most [`NAMED_MAX`] of the sentences, and how many more there are.
pub fn limited(sentences: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut sentences = sentences.into_iter();
    let mut told: Vec<String> = sentences.by_ref().take(NAMED_MAX).collect();
    match sentences.count() {
        0 => {}
        more => told.push(format!("And {more} more.")),
    }
    told
}

/// The most of `places`, each of which stands there once, that are in rising order.
fn in_order(places: impl Iterator<Item = usize>) -> BTreeSet<usize> {
    // The lowest place that can end a rising row of each length; and the longest row that ends with each place.
    let mut ends: Vec<usize> = Vec::new();
    let mut lengths = Vec::new();
    for place in places {
        let length = ends.partition_point(|&end| end < place);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
        lengths.push((place, length));
    }
    let (mut wanted, mut below) = (ends.len(), usize::MAX);
    let mut row = BTreeSet::new();
    for (place, length) in lengths.into_iter().rev() {
        if length.saturating_add(1) == wanted && place < below {
            row.insert(place);
            (wanted, below) = (length, place);
        }
    }
    row
}

#[cfg(test)]
mod tests;
