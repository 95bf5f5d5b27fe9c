//! Keeps a failing DNS list from filling the log.

/// The least time between two lines about the same trouble, in seconds.
pub const REPEAT_AFTER_S: u64 = 60;

/// Whether a [`crate::Repeat::OncePerMinute`] line is to be written at `unix`, when one with the same number was last
/// written at `last`. A wall clock that was set back does not silence it.
pub fn is_due(last: Option<u64>, unix: u64) -> bool {
    last.is_none_or(|last| unix < last || unix - last >= REPEAT_AFTER_S)
}

#[cfg(test)]
mod tests;
