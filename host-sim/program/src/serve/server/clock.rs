//! Time as the host wants it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use envoy_sim::Now;

/// The only clock of `serve`.
pub(in crate::serve) struct Clock(Instant);

// === impl Clock ===

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { monotonic: self.0.elapsed(), wall }
    }
}
