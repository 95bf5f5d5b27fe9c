//! `host-sim run --timeline`: a play as text, time downwards, a track for each client.

mod tracks;

use std::time::Duration;

use super::record::Record;
use super::words::{self, seconds};
use tracks::Tracks;

/// The width of the drawing, in columns of a terminal.
pub(super) const COLUMNS: usize = 100;
/// Waits of this length and more get a row of their own.
const GAP_SHOWN: Duration = Duration::from_millis(500);

/// The rows, without a line end behind the last.
pub(super) fn draw(record: &Record) -> String {
    let mut rows = vec![legend()];
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
        let track = tracks.event(event, words.sign);
        let text = match record.name(event) {
            // The line names its client by address, in the words that operators know.
            Some(name) if words.sort != "log" => format!("{name} {}", words.line()),
            _ => words.line(),
        };
        rows.push(row(&time, &track, &text));
        tracks.after(index);
    }
    if record.left_out > 0 {
        rows.push(row("", &tracks.pass(' '), &format!("… and {} events more", record.left_out)));
    }
    rows.join("\n")
}

fn legend() -> String {
    "● connects  ▶ client says  ◀ client gets  ? asks  ! answered  » server  ≡ log  ◆ verdict  × closes"
        .to_owned()
}

/// One row, cut to the width.
fn row(time: &str, track: &str, text: &str) -> String {
    let row = format!("{time:>10}  {track}  {text}");
    let row = row.trim_end();
    if row.chars().count() <= COLUMNS {
        return row.to_owned();
    }
    let cut: String = row.chars().take(COLUMNS - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests;
