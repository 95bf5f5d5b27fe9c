//! Lines that are worth saying now and then, however often there is a reason.

use crate::shared::{ABSENT, SharedData};

/// The least time between two lines about the same list, and about PROXY headers that are missing, in seconds.
pub const MINUTE_S: u64 = 60;
/// And between two about a client that may be a proxy.
pub const HOUR_S: u64 = 3_600;

/// Whether a line about `subject` is to be written at Unix time `unix` (seconds), with `period` seconds between two.
///
/// When two workers want to, the one that changes the shared time does. A host that cannot share still gets its line,
/// and a wall clock that was set back by more than the period does not silence it.
pub fn admit<S: SharedData>(shared: &S, subject: &str, period: u64, unix: u64) -> bool {
    let key = format!("postscreen.warned.{subject}");
    let (written, version) = match shared.fetch(&key) {
        Ok(Some((bytes, version))) => (bytes.try_into().map(u64::from_be_bytes).ok(), version),
        Ok(None) | Err(_) => (None, ABSENT),
    };
    is_due(written, period, unix) && shared.store(&key, &unix.to_be_bytes(), version).unwrap_or(true)
}

/// Whether a line is to be written at `unix`, when one like it was last written at `last`. Workers do not read the
/// clock at the same moment, so a time that is a little ahead is no clock that was set back.
fn is_due(last: Option<u64>, period: u64, unix: u64) -> bool {
    last.is_none_or(|last| last.abs_diff(unix) >= period)
}

#[cfg(test)]
mod tests;
