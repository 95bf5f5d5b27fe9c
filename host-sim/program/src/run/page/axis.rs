//! Time to the right, the same for all lanes of a story.
//!
//! Most of what happens happens in a few milliseconds between long waits. So the axis is not to scale: every moment at
//! which something happens has room, and a wait takes room by its order of magnitude. The ticks say what time it is.

use std::time::Duration;

use crate::run::record::PlayRecord;

/// Ticks are at least so far apart, as a part of the axis: a label of eight digits on the narrowest drawing.
pub(super) const TICK_GAP_MIN: f64 = 0.085;
/// The room of a moment, in orders of magnitude of a wait in milliseconds.
const MOMENT_ROOM: f64 = 0.6;

pub(super) struct Axis {
    /// Every moment with its place, 0 at the left end and 1 at the right one.
    moments: Vec<(Duration, f64)>,
}

// === impl Axis ===

impl Axis {
    pub(super) fn new(record: &PlayRecord) -> Self {
        let mut times: Vec<Duration> = record.events.iter().map(|event| event.at).collect();
        times.dedup();
        let mut place = 0.0;
        let mut moments: Vec<(Duration, f64)> = Vec::with_capacity(times.len());
        for time in times {
            if let Some((before, _)) = moments.last() {
                place += MOMENT_ROOM + (1.0 + time.saturating_sub(*before).as_secs_f64() * 1000.0).log10();
            }
            moments.push((time, place));
        }
        if place > 0.0 {
            for (_, at) in &mut moments {
                *at /= place;
            }
        }
        Self { moments }
    }

    /// Where a moment is. One at which nothing happened is where the last one before it is.
    pub(super) fn place(&self, time: Duration) -> f64 {
        let behind = self.moments.partition_point(|(moment, _)| *moment <= time);
        behind.checked_sub(1).and_then(|index| self.moments.get(index)).map_or(0.0, |(_, place)| *place)
    }

    /// The moments that are labelled: as many as have room, the last one always.
    pub(super) fn ticks(&self) -> Vec<(Duration, f64)> {
        let mut ticks: Vec<(Duration, f64)> = Vec::new();
        let last = self.moments.last().copied();
        for (time, place) in self.moments.iter().copied() {
            let behind = ticks.last().is_none_or(|(_, other)| place - other >= TICK_GAP_MIN);
            // The last label stands to the left of its tick.
            let before = last.is_none_or(|(end, other)| time == end || other - place >= 2.0 * TICK_GAP_MIN);
            if behind && before {
                ticks.push((time, place));
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests;
