//! What people see of a play.

use std::time::Duration;

use miette::{Diagnostic, NamedSource, SourceSpan};
use postscreen_scenario::Mistake;

use super::player::Played;

/// File names longer than this do not widen the column.
const NAME_WIDTH_MAX: usize = 70;

/// A mistake in a scenario file, pointed at.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub(super) struct Pointed {
    message: String,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("here")]
    at: Option<SourceSpan>,
}

/// The width of the column of file names.
pub(super) fn name_width(names: impl Iterator<Item = String>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).min(NAME_WIDTH_MAX)
}

/// `ok` or `FAILED`, the file, what it tells, and both times; below it what differs.
pub(super) fn played(file: &str, width: usize, about: &str, played: &Played, real: Duration) -> String {
    let word = if played.differences.is_empty() { "ok" } else { "FAILED" };
    let times = format!("{:.3} s in {} ms", played.virtual_time.as_secs_f64(), real.as_millis());
    let mut text = format!("{word:<6}  {file:<width$}  {about} ({times})");
    for difference in &played.differences {
        for line in difference.to_string().lines() {
            text.push_str("\n        ");
            text.push_str(line);
        }
    }
    text
}

/// A story that this host cannot play, as it says itself.
pub(super) fn left_out(file: &str, width: usize) -> String {
    format!("-       {file:<width$}  left out: it is for other hosts, as its `hosts` say")
}

/// A file that is no story.
pub(super) fn mistake(file: &str, width: usize, mistake: &Pointed) -> String {
    let mut graphical = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
    // Writing into a string does not fail.
    let _ = handler.render_report(&mut graphical, mistake);
    format!("FAILED  {file:<width$}  not a story\n{graphical}")
}

// === impl Pointed ===

impl Pointed {
    /// The file as a whole.
    pub(super) fn at_file(file: &str, message: String) -> Self {
        Self { message, source_code: NamedSource::new(file, String::new()), at: None }
    }

    /// One place in its text.
    pub(super) fn at_place(mistake: Mistake, text: String) -> Self {
        let at = offset(&text, mistake.line, mistake.column).map(SourceSpan::from);
        Self { message: mistake.to_string(), source_code: NamedSource::new(mistake.file, text), at }
    }
}

/// The byte that a line and a column, both counted from 1, stand for.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line.checked_sub(1)?).ok()?;
    let column = usize::try_from(column.checked_sub(1)?).ok()?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let inside = text.get(start..)?.chars().take(column).map(char::len_utf8).sum::<usize>();
    Some(start + inside)
}

#[cfg(test)]
mod tests;
