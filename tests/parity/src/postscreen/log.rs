//! Postfix's log, as postlogd(8) writes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::place::StoryPlace;

/// Programs whose lines a story knows.
const PROGRAMS: [&str; 2] = ["postscreen", "dnsblog"];
/// Words of the time stamp, and the host name.
const PREFIX_WORDS: usize = 4;

/// The lines so far, by syslog name.
#[derive(Debug)]
pub(crate) struct PostfixLog {
    file: PathBuf,
    read: u64,
    /// The begin of a line whose end is not written yet.
    begun: Vec<u8>,
    lines: BTreeMap<String, Vec<String>>,
}

// === impl PostfixLog ===

impl PostfixLog {
    pub(crate) fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), read: 0, begun: Vec::new(), lines: BTreeMap::new() }
    }

    /// The whole file.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.file).unwrap_or_default()).into_owned()
    }

    /// The lines of one story so far, in order, without what comes before the text.
    pub(crate) fn lines(&mut self, place: &StoryPlace) -> Result<Vec<String>> {
        self.read_on()?;
        let lines = self.lines.get(&place.syslog_name()).map_or(&[][..], Vec::as_slice);
        Ok(lines.iter().map(|line| place.in_the_storys_words(line)).collect())
    }

    fn read_on(&mut self) -> Result<()> {
        let context = || format!("cannot read {}", self.file.display());
        let mut file = File::open(&self.file).with_context(context)?;
        file.seek(SeekFrom::Start(self.read)).with_context(context)?;
        let read = file.read_to_end(&mut self.begun).with_context(context)?;
        self.read += read as u64;
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            if let Some((name, text)) = parse(String::from_utf8_lossy(&line).trim_end_matches('\n')) {
                self.lines.entry(name).or_default().push(text);
            }
        }
        Ok(())
    }
}

/// Syslog name and text of `Nov 24 23:52:30 host NAME/PROGRAM[PID]: TEXT`.
fn parse(line: &str) -> Option<(String, String)> {
    let mut rest = line;
    for _ in 0..PREFIX_WORDS {
        (_, rest) = rest.trim_start().split_once(' ')?;
    }
    let (tag, text) = rest.split_once("]: ")?;
    let (program, _pid) = tag.split_once('[')?;
    let (name, program) = program.split_once('/')?;
    PROGRAMS.contains(&program).then(|| (name.to_owned(), text.to_owned()))
}

#[cfg(test)]
mod tests;
