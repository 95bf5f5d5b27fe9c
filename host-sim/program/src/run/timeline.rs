//! `host-sim run --timeline`: a play as text, time downwards, a track for each client.

mod tracks;

use std::borrow::Cow;
use std::time::Duration;

use textwrap::{Options, WordSeparator, WordSplitter};

use super::record::{Event, PlayRecord, What};
use super::words::{self, Words, seconds};
use tracks::Tracks;

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

#[cfg(test)]
mod tests;
