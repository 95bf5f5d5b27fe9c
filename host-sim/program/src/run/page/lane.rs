//! One client: its line from connect to close, and what happened to it, hung below it; and the axis of time.
//!
//! The places are parts of the width, so that a wide window has a wide drawing. Rows are chosen for the narrowest one
//! at which there is a drawing at all: wider, everything only moves apart. Below that width, and on paper, the style
//! makes a list of it.

use std::fmt::Write as _;
use std::time::Duration;

use super::escape;
use crate::run::record::{Event, Lane, PlayRecord, What};
use crate::run::words::{self, Words, seconds};

/// The width of the narrowest drawing in pixels, as in the style.
const DRAWING_PX_MIN: f64 = 800.0;
/// What one character of an event takes, and what its edges take.
const CHAR_PX: f64 = 7.3;
const EDGES_PX: f64 = 26.0;
/// An event of a client is no wider; the style cuts what is longer.
pub(super) const EVENT_PX_MAX: f64 = 300.0;
/// Between two events in a row.
const BETWEEN_PX: f64 = 6.0;

/// An event with its place.
struct Placed<'a> {
    event: &'a Event,
    words: Words,
    place: f64,
    row: usize,
    /// It hangs to the left of its moment, because there is no room to the right.
    flipped: bool,
    /// Its end is only seen when it is pointed at, or has the focus.
    cut: bool,
}

/// The lane at `index`.
pub(super) fn section(record: &PlayRecord, index: usize, axis: &Axis) -> String {
    let Some(lane) = record.lanes.get(index) else { return String::new() };
    let verdict = lane.verdict.as_ref().map_or_else(String::new, |verdict| {
        format!(" <span class=\"found\">{}</span>", escape(&words::clean(verdict)))
    });
    let events = record.events.iter().filter(|event| event.lane == Some(index));
    let worker =
        record.worker(lane).map_or_else(String::new, |worker| format!(" <small>worker {worker}</small>"));
    let head = format!(
        "<h3>{} <small>{}</small>{worker}{verdict}</h3>\n",
        escape(&words::clean(&lane.name)),
        escape(&lane.client.to_string())
    );
    let struck = bands(record, axis, |event| record.is_struck(event, index));
    let placed = place(events, axis, beside_others);
    track("lane", &head, &(struck + &line(record, lane, index, axis)), &placed)
}

/// What is about many clients at once, if there is anything. It stands above their lanes.
pub(super) fn many(record: &PlayRecord, axis: &Axis) -> String {
    let events = record.events.iter().filter(|event| event.what.is_for_many());
    let bands = bands(record, axis, |event| event.what.is_for_many());
    shared("<h3>host <small>configurations, traps</small></h3>\n", &bands, events, axis)
}

/// What is about no client, if there is anything.
pub(super) fn nobody(record: &PlayRecord, axis: &Axis) -> String {
    let own = |event: &&Event| {
        event.lane.is_none() && !event.what.is_for_many() && !matches!(event.what, What::Logged(_))
    };
    let events = record.events.iter().filter(own);
    let bands = bands(record, axis, |event| matches!(event.what, What::Reconfigured { .. }));
    shared("<h3>call-outs <small>about no client</small></h3>\n", &bands, events, axis)
}

/// A lane that is no client's, if there is anything on it.
fn shared<'a>(head: &str, bands: &str, events: impl Iterator<Item = &'a Event>, axis: &Axis) -> String {
    let placed = place(events, axis, on_its_own);
    if placed.is_empty() { String::new() } else { track("lane shared", head, bands, &placed) }
}

/// Lines from top to bottom where something strikes this lane. What it is is an event above the lanes; who points at a
/// line is told, too.
fn bands(record: &PlayRecord, axis: &Axis, strikes: impl Fn(&Event) -> bool) -> String {
    let band = |event: &Event| {
        let words = words::of(&event.what);
        format!(
            "<li class=\"band {}\" style=\"--x:{:.2}%\" title=\"{} {}\" aria-hidden=\"true\"></li>\n",
            words.sort,
            axis.place(event.at) * 100.0,
            seconds(event.at),
            escape(&words.line())
        )
    };
    record.events.iter().filter(|event| strikes(event)).map(band).collect()
}

fn track(class: &str, head: &str, lines: &str, placed: &[Placed<'_>]) -> String {
    let rows = placed.iter().map(|placed| placed.row + 1).max().unwrap_or(0);
    let items: String = placed.iter().map(item).collect();
    format!(
        "<section class=\"{class}\">\n{head}<ol class=\"track\" style=\"--rows:{rows}\">\n{lines}{items}</ol>\n\
         </section>\n"
    )
}

/// From connect to close: held by the module until it was sent to a server, then served.
fn line(record: &PlayRecord, lane: &Lane, index: usize, axis: &Axis) -> String {
    let end = lane.ended.unwrap_or_else(|| record.end());
    let dialled = record
        .events
        .iter()
        .find(|event| event.lane == Some(index) && matches!(event.what, What::Dialled { .. }));
    let part = |class: &str, from, to| {
        let (from, to) = (axis.place(from) * 100.0, axis.place(to) * 100.0);
        format!(
            "<li class=\"line {class}\" style=\"--x:{from:.2}%;--to:{:.2}%\" aria-hidden=\"true\"></li>\n",
            to - from
        )
    };
    match dialled {
        Some(event) => part("held", lane.began, event.at) + &part("served", event.at, end),
        None => part("held", lane.began, end),
    }
}

fn item(placed: &Placed<'_>) -> String {
    let Placed { event, words, place, row, flipped, cut } = placed;
    let mut item = format!(
        "<li class=\"e {}{}\" style=\"--x:{:.2}%;--r:{row}\"{}><span><time>{}</time> <b>{}</b>",
        words.sort,
        if *flipped { " flip" } else { "" },
        if *flipped { (1.0 - place) * 100.0 } else { place * 100.0 },
        if *cut { " tabindex=\"0\"" } else { "" },
        seconds(event.at),
        escape(&words.verb),
    );
    // Writing into a string does not fail.
    if !words.object.is_empty() {
        let _ = write!(item, " <code>{}</code>", escape(&words.object));
    }
    if !words.rest.is_empty() {
        let _ = write!(item, " {}", escape(&words.rest));
    }
    item + "</span></li>\n"
}

/// How wide an event at `x` may be, and whether it hangs to the left. Both in pixels of the narrowest drawing.
type Room = fn(x: f64) -> (f64, bool);

/// Where many events stand close together.
fn beside_others(x: f64) -> (f64, bool) {
    (EVENT_PX_MAX, x + EVENT_PX_MAX > DRAWING_PX_MIN)
}

/// Where there are few: to the end of the drawing, on the side with more room.
fn on_its_own(x: f64) -> (f64, bool) {
    let flipped = x > DRAWING_PX_MIN / 2.0;
    (if flipped { x } else { DRAWING_PX_MIN - x }, flipped)
}

/// Gives each event the first row in which it does not touch another one. Log lines stand elsewhere.
fn place<'a>(events: impl Iterator<Item = &'a Event>, axis: &Axis, room: Room) -> Vec<Placed<'a>> {
    let mut rows: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut before: Option<(Duration, usize)> = None;
    let shown = events.filter(|event| !matches!(event.what, What::Logged(_)));
    shown
        .map(|event| {
            let words = words::of(&event.what);
            let place = axis.place(event.at);
            let x = place * DRAWING_PX_MIN;
            let chars = words.line().chars().count();
            // A line of text has far fewer characters than a float has digits.
            #[expect(clippy::cast_precision_loss, reason = "a width in pixels")]
            let whole = EDGES_PX + CHAR_PX * chars as f64;
            let (width_max, flipped) = room(x);
            let (width, cut) = (whole.min(width_max), whole > width_max);
            let (left, right) = if flipped { (x - width, x) } else { (x, x + width) };
            let free = |row: &Vec<(f64, f64)>| {
                row.iter().all(|(from, to)| right + BETWEEN_PX <= *from || *to + BETWEEN_PX <= left)
            };
            // What happens at one moment stands in its order, from top to bottom.
            let first = before.filter(|(at, _)| *at == event.at).map_or(0, |(_, row)| row + 1);
            let row = (first..rows.len()).find(|row| free(&rows[*row])).unwrap_or(rows.len());
            before = Some((event.at, row));
            rows.resize_with(rows.len().max(row + 1), Vec::new);
            rows[row].push((left, right));
            Placed { event, words, place, row, flipped, cut }
        })
        .collect()
}

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
