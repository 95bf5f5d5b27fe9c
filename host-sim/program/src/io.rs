//! Files that a command line names, read whole: policies, and zones of DNS lists. And what a command has to say: what
//! it was asked for on standard output, and everything else on standard error.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use miette::{IntoDiagnostic, LabeledSpan, NamedSource, Result, WrapErr, miette};
use postscreen_scenario::{Mistake, Zones, parse};

use crate::refusal;

/// A whole file.
pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).into_diagnostic().wrap_err_with(|| format!("cannot read {}", file.display()))
}

/// The zones in the file.
pub(crate) fn zones(file: &Path) -> Result<Zones> {
    parse_zones(&file.display().to_string(), &read(file)?)
}

/// The zones in `text`; a mistake is pointed at.
pub(crate) fn parse_zones(name: &str, text: &str) -> Result<Zones> {
    story_zones(name, text).map_err(|mistake| {
        let at = refusal::offset(text, mistake.line, mistake.column).unwrap_or(0);
        let label = LabeledSpan::at_offset(at, mistake.message);
        miette!(labels = vec![label], "{name}:{}:{}: no zones", mistake.line, mistake.column)
            .with_source_code(NamedSource::new(name, text.to_owned()))
    })
}

/// The story that is put around the zones: the language of scenarios knows them only as a part of one.
const STORY: &str = "about: zones\nclients: { nobody: { from: 192.0.2.1, script: [] } }\ndns:\n";
const INDENT: &str = "  ";

/// The zones in `text`, in the form that they have under `dns` in a story. A mistake's place is that in `text`.
fn story_zones(name: &str, text: &str) -> Result<Zones, Mistake> {
    let content = |line: &str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    if !text.lines().any(content) {
        return Ok(Zones::default());
    }
    let indented: String = text.lines().map(|line| INDENT.to_owned() + line + "\n").collect();
    let story = parse(name, &(STORY.to_owned() + &indented)).map_err(|mistake| Mistake {
        line: mistake.line.saturating_sub(STORY.lines().count() as u64),
        column: mistake.column.saturating_sub(INDENT.len() as u64),
        ..mistake
    })?;
    Ok(story.dns)
}

/// Prints a command's result, and says how it ends: well, also when a reader such as `head` has seen enough; with a
/// message when it could not be written, because half a configuration must not pass for a whole one.
pub(crate) fn print(text: &str) -> ExitCode {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Says what is wrong, if anybody is there to read it.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests;
