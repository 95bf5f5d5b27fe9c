//! The host's clocks, as the engine wants them.

use postscreen_engine::{Instant, Now};
use std::time::{SystemTime, UNIX_EPOCH};

/// This worker's clocks.
#[derive(Debug)]
pub struct Clock {
    origin: std::time::Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Clock {
    /// The time on both clocks.
    pub fn now(&self) -> Now {
        let millis = self.origin.elapsed().as_millis();
        // A wall clock before 1970 makes every pass look valid for long: nobody is refused by that.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { instant: Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)), unix }
    }
}
