//! The time that the dashboard shows, and how finely.

use std::time::{Duration, SystemTime};

/// In how many steps. A picture has a column for each.
pub const COLUMNS: u32 = 60;
/// In less there are too few clients for a rate.
const RATE_INTERVAL_MIN: Duration = Duration::from_secs(30);
/// So that no step is 0.
const LENGTH_MIN: Duration = Duration::from_secs(1);

/// From when to when.
#[derive(Clone, Copy, Debug)]
pub struct TimeShown {
    begin: SystemTime,
    end: SystemTime,
}

// === impl TimeShown ===

impl TimeShown {
    /// A second at least.
    pub fn new(begin: SystemTime, end: SystemTime) -> Self {
        Self { begin, end: end.max(begin + LENGTH_MIN) }
    }

    /// The last moment.
    pub fn end(&self) -> SystemTime {
        self.end
    }

    /// All of it.
    pub fn length(&self) -> Duration {
        self.end.duration_since(self.begin).unwrap_or(LENGTH_MIN)
    }

    /// The time between two values.
    pub fn step(&self) -> Duration {
        self.length() / COLUMNS
    }

    /// Over what rates are taken: as in Grafana more than a step, so that nothing falls between two.
    pub fn rate_interval(&self) -> Duration {
        (self.step() + Duration::from_secs(1)).max(RATE_INTERVAL_MIN)
    }

    /// The time of the first value: each is at the end of its step.
    pub(super) fn first(&self) -> f64 {
        unix(self.begin + self.step())
    }

    /// The times of all values, of which there is one at each or none.
    pub(super) fn times(&self) -> impl Iterator<Item = f64> {
        let [first, step] = [self.first(), self.step().as_secs_f64()];
        (0..COLUMNS).map(move |column| first + f64::from(column) * step)
    }
}

/// The shortest time until now.
impl Default for TimeShown {
    fn default() -> Self {
        let now = SystemTime::now();
        Self::new(now, now)
    }
}

/// Seconds since 1970.
pub(super) fn unix(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
