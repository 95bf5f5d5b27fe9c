//! The tracks of the clients that are connected: each takes the leftmost free place, and gives it back.

use super::is_last;
use crate::run::record::{Event, Record, What};

/// The most tracks side by side; clients beyond them have a name but no track.
pub(super) const TRACKS_MAX: usize = 12;

pub(super) struct Tracks<'a> {
    record: &'a Record,
    width: usize,
    /// Which lane has which place.
    places: [Option<usize>; TRACKS_MAX],
}

// === impl Tracks ===

impl<'a> Tracks<'a> {
    pub(super) fn new(record: &'a Record) -> Self {
        let mut tracks = Self { record, width: TRACKS_MAX, places: [None; TRACKS_MAX] };
        // Once without a drawing, to know how wide it gets.
        let mut width = 0;
        for event in &record.events {
            tracks.enter(event);
            width = width.max(tracks.places.iter().rposition(Option::is_some).map_or(0, |last| last + 1));
            tracks.after(event);
        }
        Self { record, width, places: [None; TRACKS_MAX] }
    }

    /// A row in which nothing happens to anybody.
    pub(super) fn pass(&self, line: char) -> String {
        self.cells(|_| line)
    }

    /// A row with `glyph` on the track of the event.
    pub(super) fn event(&mut self, event: &Event, glyph: char) -> String {
        self.enter(event);
        self.cells(|lane| if event.lane == Some(lane) { glyph } else { '│' })
    }

    /// A client that has ended gives its place back.
    pub(super) fn after(&mut self, event: &Event) {
        if is_last(event, self.record) {
            for place in &mut self.places {
                if *place == event.lane {
                    *place = None;
                }
            }
        }
    }

    fn enter(&mut self, event: &Event) {
        if matches!(event.what, What::Connected { .. })
            && let Some(place) = self.places.iter_mut().find(|place| place.is_none())
        {
            *place = event.lane;
        }
    }

    fn cells(&self, sign: impl Fn(usize) -> char) -> String {
        let cell = |place: &Option<usize>| place.map_or(' ', &sign);
        let cells: Vec<String> =
            self.places[..self.width].iter().map(|place| cell(place).to_string()).collect();
        cells.join(" ")
    }
}
