//! A configuration that was refused, pointed at in its text.

use envoy_sim::{LogLevel, StartError};
use miette::{LabeledSpan, NamedSource, Report, miette};

/// How the module begins the line that says what is wrong.
const PREFIX: &str = "configuration: ";

/// What the operator sees: the field, the value and what was expected, and the place where that is found.
pub(super) fn report(error: &StartError, name: &str, text: &str) -> Report {
    let complaint = error.log().iter().rev().find_map(|line| line.text.strip_prefix(PREFIX));
    complaint.map_or_else(|| without_place(error), |complaint| pointed(complaint, name, text))
}

/// The same on one line, for the log.
pub(super) fn line(error: &StartError, name: &str) -> String {
    let complaint = error.log().iter().rev().find_map(|line| line.text.strip_prefix(PREFIX));
    let Some(complaint) = complaint else {
        let said = error.log().iter().filter(|line| line.level >= LogLevel::Warn);
        let said: Vec<_> = said.map(|line| line.text.as_str()).collect();
        return [&[format!("{name}: {error}").as_str()], &*said].concat().join("; ");
    };
    match split_place(complaint) {
        (message, Some((line, column))) => format!("{name}:{line}:{column}: {message}"),
        (message, None) => format!("{name}: {message}"),
    }
}

/// The same for what the engine says, or the module after it: `PATH: MESSAGE (line L, column C)`.
pub(crate) fn pointed(complaint: &str, name: &str, text: &str) -> Report {
    let (message, place) = split_place(complaint);
    let Some(end) = place.and_then(|(line, column)| offset(text, line, column + 1)) else {
        return miette!("{name}: {message}");
    };
    let start = token_start(text, end);
    // A message begins with the field's path, and the rest fits beside the value.
    let (path, expected) = match message.split_once(": ") {
        Some((path, expected)) if !path.contains(' ') => (path, expected),
        _ => ("the configuration", message),
    };
    let label = LabeledSpan::at(start..end, expected);
    miette!(labels = vec![label], "{path} is not valid")
        .with_source_code(NamedSource::new(name, text.to_owned()).with_language("json"))
}

/// The module did not say it in the form that is known here: all that it said.
fn without_place(error: &StartError) -> Report {
    let said = error.log().iter().filter(|line| line.level >= LogLevel::Warn);
    let text = error.to_string();
    // The reason of a trap stands in both.
    let said: Vec<_> = said.map(|line| line.text.as_str()).filter(|said| !text.ends_with(said)).collect();
    if said.is_empty() { miette!("{text}") } else { miette!("{text}:\n{}", said.join("\n")) }
}

/// `MESSAGE (line L, column C)` taken apart.
fn split_place(complaint: &str) -> (&str, Option<(u64, u64)>) {
    let apart = || {
        let (message, place) = complaint.strip_suffix(')')?.rsplit_once(" (line ")?;
        let (line, column) = place.split_once(", column ")?;
        Some((message, (line.parse().ok()?, column.parse().ok()?)))
    };
    apart().map_or((complaint, None), |(message, place)| (message, Some(place)))
}

/// The byte that a line and a column in characters, both counted from 1, stand for.
pub(super) fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line.checked_sub(1)?).ok()?;
    let column = usize::try_from(column.checked_sub(1)?).ok()?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let inside = text.get(start..)?.chars().take(column).map(char::len_utf8).sum::<usize>();
    Some(start + inside)
}

/// JSON readers stop behind the value that they refuse: where does it begin?
fn token_start(text: &str, end: usize) -> usize {
    let before = &text[..end];
    let start = match before.strip_suffix('"') {
        Some(inside) => inside.rfind('"'),
        None => before.rfind(|c: char| !c.is_alphanumeric() && !"+-.".contains(c)).map(|at| at + 1),
    };
    start.unwrap_or(end).min(end.saturating_sub(1))
}

#[cfg(test)]
mod tests;
