//! `host-sim run --timeline`: a play as text, time downwards, a track for each client.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use textwrap::{Options, WordSeparator, WordSplitter};

use super::record::{Event, PlayRecord, What};
use super::words::{self, Words, seconds};

/// The width of the drawing, in columns: that of a terminal that nobody has widened.
pub(super) const COLUMNS: usize = 80;
/// The most rows of one event; what is longer is cut.
pub(super) const ROWS_MAX: usize = 4;
/// Waits of this length and more get a row of their own.
const GAP_SHOWN: Duration = Duration::from_millis(500);
/// What the signs mean.
const LEGEND: &str = "\
● connects  ▶ client says  ◀ client gets  ? asks  ! answered  » server  × closes
≡ log  ◆ verdict  ═ configuration  # trap  ▷ ◁ half of it closed  ┆ time passes";

/// The rows, without a line end behind the last.
pub(super) fn draw(record: &PlayRecord) -> String {
    let mut rows = vec![LEGEND.to_owned()];
    let mut tracks = Tracks::new(record);
    let mut before: Option<Duration> = None;
    for (index, event) in record.events.iter().enumerate() {
        let gap = before.map_or(Duration::ZERO, |before| event.at.saturating_sub(before));
        if gap >= GAP_SHOWN {
            rows.push(row("", &tracks.pass('┆'), &format!("… {}", seconds(gap))));
        }
        let time = if before == Some(event.at) { String::new() } else { seconds(event.at) };
        before = Some(event.at);
        let words = words::of(&event.what);
        let track = tracks.event(record, event, words.sign);
        let below = tracks.pass('│');
        for (number, line) in wrapped(&text(record, event, &words), columns_left(&track)).iter().enumerate() {
            let (time, track) = if number == 0 { (time.as_str(), &track) } else { ("", &below) };
            rows.push(row(time, track, line));
        }
        tracks.after(index);
    }
    if record.left_out > 0 {
        rows.push(row("", &tracks.pass(' '), &format!("… and {} events more", record.left_out)));
    }
    rows.join("\n")
}

/// The words of an event, with the name of its client.
fn text(record: &PlayRecord, event: &Event, words: &Words) -> String {
    let said = words.line();
    let Some(lane) = record.lane(event) else { return said };
    let name = words::clean(&lane.name);
    match (&event.what, record.worker(lane)) {
        // The line names its client by address, in the words that operators know.
        (What::Logged(_), _) => said,
        (What::Connected { .. }, Some(worker)) => format!("{name} {said} on worker {worker}"),
        _ => format!("{name} {said}"),
    }
}

/// How many columns are left for words.
fn columns_left(track: &str) -> usize {
    COLUMNS - row("", track, "|").chars().count() + 1
}

/// Text in rows of so many columns, those behind the first indented.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns)
        .subsequent_indent("  ")
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut rows: Vec<String> = textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect();
    if rows.len() > ROWS_MAX {
        rows.truncate(ROWS_MAX);
        if let Some(last) = rows.last_mut() {
            let cut: String = last.chars().take(columns - 1).collect();
            *last = format!("{cut}…");
        }
    }
    rows
}

fn row(time: &str, track: &str, text: &str) -> String {
    format!("{time:>10}  {track}  {text}").trim_end().to_owned()
}

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

#[cfg(test)]
mod tests;
