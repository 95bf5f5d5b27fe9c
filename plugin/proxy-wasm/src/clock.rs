//! The host's clocks, as the engine wants them.

use postscreen_engine::{Instant, Now};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often the wall clock is looked at. In between it goes as fast as the other one.
const WALL_EVERY: Duration = Duration::from_mins(1);

/// This worker's clocks.
#[derive(Debug)]
pub struct Clock {
    origin: std::time::Instant,
    /// The wall clock, in time since 1970, when the other one showed this.
    wall: Option<(Duration, Duration)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { origin: std::time::Instant::now(), wall: None }
    }
}

impl Clock {
    /// The time on both clocks.
    pub fn now(&mut self) -> Now {
        let elapsed = self.origin.elapsed();
        let fresh = self.wall.filter(|&(_, at)| elapsed.saturating_sub(at) < WALL_EVERY);
        let (wall, at) = fresh.unwrap_or_else(|| {
            // A wall clock before 1970 makes every pass look valid for long: nobody is refused by that.
            (SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(), elapsed)
        });
        self.wall = Some((wall, at));
        let unix = wall.saturating_add(elapsed.saturating_sub(at)).as_secs();
        Now { instant: Instant::from_millis(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)), unix }
    }
}
