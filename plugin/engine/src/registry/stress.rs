//! Stress mode: with nearly all screening ports busy, postscreen waits less for each client.

/// Whether there is stress with `sessions` open sessions, when `stressed` says whether there was.
///
/// It begins with 90 % of `pre_queue_limit` and ends with 70 %, so that one session more or less does not flip it.
/// A limit of 0 is none, and never stress. Under a limit of 4 both shares are the same number; there it ends below it.
pub fn is_stressed(stressed: bool, sessions: u32, pre_queue_limit: u32) -> bool {
    if pre_queue_limit == 0 {
        return false;
    }
    // The session that is being opened is counted, so postscreen never begins with none.
    let high = share(0.9, pre_queue_limit).max(1);
    let low = share(0.7, pre_queue_limit);
    sessions >= high || (stressed && sessions > low)
}

/// The log line of a change to `stressed`.
pub fn announcement(stressed: bool, sessions: u32) -> String {
    let verb = if stressed { "entering" } else { "leaving" };
    format!("{verb} STRESS mode with {sessions} connections")
}

/// As Postfix computes it, in floating point: of 90, seven tenths are 62.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a u32 is one, and Postfix cuts the fraction off"
)]
fn share(part: f64, limit: u32) -> u32 {
    (part * f64::from(limit)) as u32
}

#[cfg(test)]
mod tests;
