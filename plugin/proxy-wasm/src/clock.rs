//! The host's clocks, as the engine wants them, and the worker's tick timer: armed for the next deadline, silent when
//! nobody waits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use postscreen_engine::{Instant, Now};

use crate::host;

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

/// What the host's timer is set to.
#[derive(Debug, Default)]
pub struct Ticker {
    armed_for: Option<Instant>,
    /// A tick is running, after which the host would go on with the old period.
    fired: bool,
}

impl Ticker {
    /// A tick has come.
    pub fn fired(&mut self) {
        self.armed_for = None;
        self.fired = true;
    }

    /// Makes sure that a tick comes at `deadline`, or none at all.
    pub fn arm(&mut self, deadline: Option<Instant>, now: Instant) {
        let fired = std::mem::take(&mut self.fired);
        match (deadline, self.armed_for) {
            (Some(deadline), Some(armed_for)) if armed_for <= deadline => {}
            (Some(deadline), _) => {
                self.armed_for = Some(deadline);
                // A deadline that is further away than the longest period, 49 days, is armed again by that tick.
                let wait = deadline.as_millis().saturating_sub(now.as_millis());
                set_period(u32::try_from(wait).unwrap_or(u32::MAX).max(1));
            }
            (None, Some(_)) => {
                self.armed_for = None;
                set_period(0);
            }
            (None, None) if fired => set_period(0),
            (None, None) => {}
        }
    }
}

fn set_period(millis: u32) {
    if let Err(error) = host::set_tick_period(millis) {
        host::log(host::Level::Error, &format!("cannot set the timer: {error}"));
    }
}
