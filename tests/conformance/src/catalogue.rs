//! All probes, with what happens to them.

mod bytes;
mod callouts;
mod lives;
mod modules;
mod restricted;
mod statuses;
mod table;
mod third_party;

use crate::probe::Probe;

/// Every play, in the order in which they are told.
pub(crate) fn all() -> Vec<Probe> {
    [
        statuses::all(),
        bytes::all(),
        callouts::all(),
        lives::all(),
        modules::all(),
        restricted::all(),
        table::all(),
        third_party::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
