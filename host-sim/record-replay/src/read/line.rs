//! One line at a time, of bounded length.

use std::io::{self, BufRead, ErrorKind};

/// The longest line that is looked at, in bytes: a record has [`RECORD_MAX`] at most, and is wrapped in JSON twice.
///
/// [`RECORD_MAX`]: postscreen_engine::client_record::RECORD_MAX
pub const LINE_MAX: usize = 1 << 20;

/// What [`read`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end. The last one needs none.
    Whole,
    /// One of more than [`LINE_MAX`] bytes. It is skipped.
    TooLong,
    /// There is no more.
    End,
}

/// Reads the next line into `line`.
pub(super) fn read(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let mut length = 0_usize;
    loop {
        let part = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            part => part?,
        };
        let end = memchr::memchr(b'\n', part);
        let text = &part[..end.unwrap_or(part.len())];
        let nothing = part.is_empty();
        length = length.saturating_add(text.len());
        if length <= LINE_MAX {
            line.extend_from_slice(text);
        }
        let used = text.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() || nothing {
            return Ok(match length {
                0 if nothing => Line::End,
                ..=LINE_MAX => Line::Whole,
                _ => Line::TooLong,
            });
        }
    }
}
