//! What people see of a play.

use std::time::Duration;

use postscreen_scenario::{Mistake, Paint};
use virtual_player::Played;

/// File names longer than this do not widen the column.
const NAME_WIDTH_MAX: usize = 70;

/// The width of the column of file names.
pub(super) fn name_width(names: impl Iterator<Item = String>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).min(NAME_WIDTH_MAX)
}

/// `ok` or `FAILED`, the file, what it tells, and both times; below it what differs.
pub(super) fn played(
    file: &str,
    width: usize,
    about: &str,
    played: &Played,
    real: Duration,
    paint: Paint,
) -> String {
    let word = if played.differences.is_empty() { "ok" } else { "FAILED" };
    let times = format!("{:.3} s in {} ms", played.virtual_time.as_secs_f64(), real.as_millis());
    let mut text = format!("{word:<6}  {file:<width$}  {about} ({times})");
    for difference in &played.differences {
        for line in difference.text(paint).lines() {
            text.push_str("\n        ");
            text.push_str(line);
        }
    }
    text
}

/// A story that this host cannot play, and why.
pub(super) fn left_out(file: &str, width: usize, why: &str) -> String {
    format!("-       {file:<width$}  left out: it {why}")
}

/// A file that is no story.
pub(super) fn mistake(file: &str, width: usize, mistake: &Mistake, paint: Paint) -> String {
    let report = mistake.report(paint == Paint::Colours);
    format!("FAILED  {file:<width$}  not a story\n{report}\n")
}

#[cfg(test)]
mod tests;
