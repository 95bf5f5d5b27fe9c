//! What becomes of clients when the machine of their worker has failed.

use std::time::Duration;

/// `failure_policy` of the plugin, and the field that was there before it.
///
/// Whatever it is: a machine that trapped is called no more and does not tick, so a client that is held and stays
/// silent hangs. It is the clients that come or say something who meet the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// `FAIL_CLOSED`: a new client is closed at once, an old one at its next event.
    #[default]
    FailClosed,
    /// `FAIL_OPEN`: a new client is served as if there were no filter, an old one is closed at its next event.
    FailOpen,
    /// `FAIL_RELOAD`: a new client gets a new machine, unless the last one was made a short time ago; then it is
    /// closed at once. An old client is closed at its next event.
    FailReload {
        /// `reload_config.backoff.base_interval`. The time between two machines is drawn anew for each client, between
        /// this and half as much again.
        base_interval: Duration,
    },
    /// The older field `fail_open: true`: a new client is served as if there were no filter, and so is an old one from
    /// its next event on.
    LegacyFailOpen,
}

impl FailurePolicy {
    /// `FAIL_RELOAD` with Envoy's default of one second.
    pub const FAIL_RELOAD: Self = Self::FailReload { base_interval: Duration::from_secs(1) };

    /// What a reload must wait for since the last one, or `None` when there are no reloads.
    pub(crate) fn reload_interval(self, random: &mut fastrand::Rng) -> Option<Duration> {
        let Self::FailReload { base_interval } = self else { return None };
        let base = u64::try_from(base_interval.as_millis()).unwrap_or(u64::MAX);
        let jitter = random.u64(0..(base / 2).max(1));
        Some(Duration::from_millis(base.saturating_add(jitter)))
    }

    /// Whether a new client is served while the machine has failed.
    pub(crate) fn admits_without_filter(self) -> bool {
        matches!(self, Self::FailOpen | Self::LegacyFailOpen)
    }
}

#[cfg(test)]
mod tests;
