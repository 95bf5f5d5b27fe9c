//! Records, read out of the lines of any log.
//!
//! Line by line, in constant memory, however long the log and its lines are. What is wrong with a record is told with
//! its place, and the rest goes on. Lines without a record are only counted.

mod find;
mod line;
mod problems;
mod seen;

pub use line::LINE_MAX;
pub use problems::{PROBLEMS_SHOWN_MAX, Problem, ProblemKind, Problems};
pub use seen::SEEN_MAX;

use find::{Found, Unreadable};
use flate2::bufread::MultiGzDecoder;
use line::Line;
use postscreen_engine::client_record::ClientRecord;
use seen::Seen;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// How much is read at once.
const READ_SIZE: usize = 256 << 10;

/// What was read so far, over all files.
#[derive(Debug, Default)]
pub struct Reading {
    /// Lines, those included that are too long.
    pub lines: u64,
    /// Lines that hold no record, nor anything like one.
    pub without: u64,
    /// Records that were taken.
    pub records: u64,
    /// What was wrong.
    pub problems: Problems,
    seen: Seen,
}

/// The lines of one log.
pub struct Lines<'a, R> {
    reading: &'a mut Reading,
    name: &'a str,
    input: R,
    number: u64,
    line: Vec<u8>,
}

/// Opens a log: `-` is standard input, and a name in `.gz` is that of a compressed one.
///
/// # Errors
/// The file cannot be opened.
pub fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(READ_SIZE, io::stdin())));
    }
    let input = BufReader::with_capacity(READ_SIZE, File::open(file)?);
    Ok(if file.extension() == Some(OsStr::new("gz")) {
        Box::new(BufReader::with_capacity(READ_SIZE, MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    })
}

// === impl Reading ===

impl Reading {
    /// The lines of `input`; `name` is told with what is wrong in it.
    pub fn lines<'a, R: BufRead>(&'a mut self, name: &'a str, input: R) -> Lines<'a, R> {
        Lines { reading: self, name, input, number: 0, line: Vec::new() }
    }
}

// === impl Lines ===

impl<R: BufRead> Lines<'_, R> {
    /// What was read so far.
    pub fn reading(&self) -> &Reading {
        self.reading
    }

    /// The records of the next line, most often none; `None` at the end.
    ///
    /// # Errors
    /// The input cannot be read on. It has been told as a problem.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<ClientRecord>>> {
        self.number += 1;
        let line = line::read(&mut self.input, &mut self.line);
        match line.inspect_err(|error| self.tell(0, ProblemKind::Unreadable, error.to_string()))? {
            Line::End => return Ok(None),
            Line::TooLong => {
                self.reading.lines += 1;
                self.tell(LINE_MAX + 1, ProblemKind::LineTooLong, format!("more than {LINE_MAX} bytes"));
                return Ok(Some(Vec::new()));
            }
            Line::Whole => self.reading.lines += 1,
        }
        let line = std::mem::take(&mut self.line);
        let records = self.records(&line);
        self.line = line;
        Ok(Some(records))
    }

    fn records(&mut self, line: &[u8]) -> Vec<ClientRecord> {
        let mut records = Vec::new();
        let mut from = 0;
        let mut nothing = true;
        while let Some(found) = find::record(line, from) {
            nothing = false;
            match found {
                Found::Record { record, start, end } => {
                    from = end;
                    if self.reading.seen.is_new(&record) {
                        self.reading.records += 1;
                        records.push(*record);
                    } else {
                        self.tell(column(line, start), ProblemKind::Duplicate, record.reference.clone());
                    }
                }
                // Whatever follows may be a part of it.
                Found::Unreadable(Unreadable { at, kind, why }) => {
                    self.tell(column(line, at), kind, why);
                    break;
                }
            }
        }
        self.reading.without += u64::from(nothing);
        records
    }

    fn tell(&mut self, column: usize, kind: ProblemKind, why: String) {
        let (file, line) = (self.name.to_owned(), self.number);
        self.reading.problems.add(Problem { file, line, column, kind, why });
    }
}

/// The column of a byte, in characters, counted from 1.
fn column(line: &[u8], at: usize) -> usize {
    let is_start = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    line.iter().take(at).filter(is_start).count() + 1
}

#[cfg(test)]
mod tests;
