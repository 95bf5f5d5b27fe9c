//! The worker's tick timer: armed for the next deadline, silent when nobody waits.

use crate::host;
use postscreen_engine::Instant;

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
