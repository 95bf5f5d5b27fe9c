//! The tracks of the clients that are connected: each takes the leftmost free place, and gives it back.

use std::collections::BTreeMap;

use crate::run::record::{Event, PlayRecord, What};

/// The most tracks side by side; clients beyond them have a name but no track.
pub(super) const TRACKS_MAX: usize = 12;

pub(super) struct Tracks {
    /// The events after which a track ends, with its lane: later ones are about a client that is gone.
    ends: BTreeMap<usize, usize>,
    width: usize,
    /// Which lane has which place.
    places: [Option<usize>; TRACKS_MAX],
}

// === impl Tracks ===

impl Tracks {
    pub(super) fn new(record: &PlayRecord) -> Self {
        let mut tracks = Self { ends: ends(record), width: TRACKS_MAX, places: [None; TRACKS_MAX] };
        // Once without a drawing, to know how wide it gets.
        let mut width = 0;
        for (index, event) in record.events.iter().enumerate() {
            tracks.enter(event);
            width = width.max(tracks.places.iter().rposition(Option::is_some).map_or(0, |last| last + 1));
            tracks.after(index);
        }
        Self { width, places: [None; TRACKS_MAX], ..tracks }
    }

    /// A row in which nothing happens to anybody.
    pub(super) fn pass(&self, line: char) -> String {
        self.cells(|_| line)
    }

    /// A row with `glyph` on the tracks that the event is about. What is about everybody is a line across all tracks.
    pub(super) fn event(&mut self, record: &PlayRecord, event: &Event, glyph: char) -> String {
        self.enter(event);
        if matches!(event.what, What::Reconfigured { .. }) {
            return self.across(glyph);
        }
        let about = |lane| event.lane == Some(lane) || record.is_struck(event, lane);
        self.cells(|lane| if about(lane) { glyph } else { '│' })
    }

    /// The event at `index` is drawn. A client that has ended gives its place back.
    pub(super) fn after(&mut self, index: usize) {
        let Some(lane) = self.ends.get(&index) else { return };
        for place in &mut self.places {
            if *place == Some(*lane) {
                *place = None;
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

    fn across(&self, line: char) -> String {
        let cell = |place: &Option<usize>| if place.is_some() { '╪' } else { line };
        let cells: Vec<String> =
            self.places[..self.width].iter().map(|place| cell(place).to_string()).collect();
        cells.join(&line.to_string())
    }

    fn cells(&self, sign: impl Fn(usize) -> char) -> String {
        let cell = |place: &Option<usize>| place.map_or(' ', &sign);
        let cells: Vec<String> =
            self.places[..self.width].iter().map(|place| cell(place).to_string()).collect();
        cells.join(" ")
    }
}

/// The last event of each lane whose connection has ended, up to its end.
fn ends(record: &PlayRecord) -> BTreeMap<usize, usize> {
    let mut last = BTreeMap::new();
    for (index, event) in record.events.iter().enumerate() {
        let ended = event.lane.and_then(|lane| Some((lane, record.lanes.get(lane)?.ended?)));
        if let Some((lane, _)) = ended.filter(|(_, ended)| event.at <= *ended) {
            last.insert(lane, index);
        }
    }
    last.into_iter().map(|(lane, index)| (index, lane)).collect()
}
