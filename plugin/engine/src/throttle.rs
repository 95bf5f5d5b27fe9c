//! Keeps a failing DNS list from filling the log: a line about it is written at most once a minute, by all workers
//! together.

use crate::shared::{ABSENT, SharedData};

/// The least time between two lines about the same trouble, in seconds.
pub const REPEAT_AFTER_S: u64 = 60;

/// Whether a line about `list` (its public name) is to be written at Unix time `unix` (seconds).
///
/// When two workers want to, the one that changes the shared time does. A host that cannot share still gets its line,
/// and a wall clock that was set back by more than a minute does not silence it.
pub fn admit<S: SharedData>(shared: &S, list: &str, unix: u64) -> bool {
    let key = format!("postscreen.warned.{list}");
    let (written, version) = match shared.fetch(&key) {
        Ok(Some((bytes, version))) => (bytes.try_into().map(u64::from_be_bytes).ok(), version),
        Ok(None) | Err(_) => (None, ABSENT),
    };
    is_due(written, unix) && shared.store(&key, &unix.to_be_bytes(), version).unwrap_or(true)
}

/// Whether a line is to be written at `unix`, when one like it was last written at `last`. Workers do not read the
/// clock at the same moment, so a time that is a little ahead is no clock that was set back.
pub fn is_due(last: Option<u64>, unix: u64) -> bool {
    last.is_none_or(|last| last.abs_diff(unix) >= REPEAT_AFTER_S)
}

#[cfg(test)]
mod tests;
