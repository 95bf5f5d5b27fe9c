//! One client: its line from connect to close, and what happened to it, hung below it.
//!
//! The places are parts of the width, so that a wide window has a wide drawing. Rows are chosen for the narrowest one
//! at which there is a drawing at all: wider, everything only moves apart. Below that width, and on paper, the style
//! makes a list of it.

use std::fmt::Write as _;
use std::time::Duration;

use super::axis::Axis;
use super::html::escape;
use crate::run::record::{Event, Lane, Record, What};
use crate::run::words::{self, Words, seconds};

/// The width of the narrowest drawing in pixels, as in the style.
const DRAWING_PX_MIN: f64 = 800.0;
/// What one character of an event takes, and what its edges take.
const CHAR_PX: f64 = 7.3;
const EDGES_PX: f64 = 26.0;
/// An event is no wider; the style cuts what is longer.
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
}

/// The lane at `index`.
pub(super) fn section(record: &Record, index: usize, axis: &Axis) -> String {
    let Some(lane) = record.lanes.get(index) else { return String::new() };
    let verdict = lane.verdict.as_ref().map_or_else(String::new, |verdict| {
        format!(" <span class=\"found\">{}</span>", escape(&words::clean(verdict)))
    });
    let events = record.events.iter().filter(|event| event.lane == Some(index));
    let head = format!(
        "<h3>{} <small>{}</small>{verdict}</h3>\n",
        escape(&words::clean(&lane.name)),
        escape(&lane.client.to_string())
    );
    track(&head, &line(record, lane, index, axis), events, axis)
}

/// What is about no client, if there is anything.
pub(super) fn host(record: &Record, axis: &Axis) -> String {
    let events = || {
        let own = |event: &&Event| event.lane.is_none() && !matches!(event.what, What::Logged(_));
        record.events.iter().filter(own)
    };
    if events().next().is_none() {
        return String::new();
    }
    track("<h3>host <small>about no client</small></h3>\n", "", events(), axis)
}

fn track<'a>(head: &str, line: &str, events: impl Iterator<Item = &'a Event>, axis: &Axis) -> String {
    let placed = place(events, axis);
    let rows = placed.iter().map(|placed| placed.row + 1).max().unwrap_or(0);
    let items: String = placed.iter().map(item).collect();
    format!(
        "<section class=\"lane\">\n{head}<ol class=\"track\" style=\"--rows:{rows}\">\n{line}{items}</ol>\n</section>\n"
    )
}

/// From connect to close: held by the module until it was sent to a server, then served.
fn line(record: &Record, lane: &Lane, index: usize, axis: &Axis) -> String {
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
    let Placed { event, words, place, row, flipped } = placed;
    let mut item = format!(
        "<li class=\"e {}{}\" style=\"--x:{:.2}%;--r:{row}\"><span><time>{}</time> <b>{}</b>",
        words.sort,
        if *flipped { " flip" } else { "" },
        if *flipped { (1.0 - place) * 100.0 } else { place * 100.0 },
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

/// Gives each event the first row in which it does not touch another one. Events near the right end hang to the left.
/// Log lines stand elsewhere.
fn place<'a>(events: impl Iterator<Item = &'a Event>, axis: &Axis) -> Vec<Placed<'a>> {
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
            let width = (EDGES_PX + CHAR_PX * chars as f64).min(EVENT_PX_MAX);
            let flipped = x + EVENT_PX_MAX > DRAWING_PX_MIN;
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
            Placed { event, words, place, row, flipped }
        })
        .collect()
}

#[cfg(test)]
mod tests;
